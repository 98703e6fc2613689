"""A rehearsal as `guardian review --rehearse` makes one: its own plan, and the way back from it."""

import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from guardian.domain.engine import PlanOptions
from guardian.domain.plan import PlanSummary
from guardian.domain.review.document import read_document
from guardian.domain.review.rehearsal import Rehearsal
from guardian.errors import NotFoundError
from guardian.operations.context import Checkout, Context
from guardian.operations.plan import find_backend, make_plan
from guardian.operations.project import find_project
from guardian.operations.rehearsal_stage import Base
from guardian.operations.rehearse import rehearse
from guardian.operations.session import private_place, working_directory
from guardian.settings import load_settings
from guardian.wiring import checkout_of, context_of
from tests.fakes.audience import FakeAudience
from tests.fakes.system import FakeInterruption


@dataclass
class Rehearsing:
    """Who rehearses in a root module."""

    root: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    options: PlanOptions = field(default_factory=PlanOptions)
    audience: FakeAudience = field(default_factory=FakeAudience)
    interruption: FakeInterruption = field(default_factory=FakeInterruption)

    def ports(self) -> tuple[Context, Checkout]:
        environment = {**os.environ, **self.environment}
        settings = load_settings(self.root, flags={}, environment=environment)
        context = context_of(
            settings,
            self.root,
            environment,
            audience=self.audience,
            interruption=self.interruption,
            make=True,
        )
        return context, checkout_of(settings, self.root, environment, variables=self.options.variables)

    def rehearse(self, ref: str = "", *, once_planned: Callable[[], object] = int) -> Rehearsal:
        """Plan what is there, call `once_planned`, and rehearse the way back."""
        with self.planned() as again:
            once_planned()
            return again(ref)

    @contextmanager
    def planned(self) -> Iterator[Callable[[str], Rehearsal]]:
        """Plan what is there, and give what rehearses the way back from it, as often as it is called."""
        context, checkout = self.ports()
        try:
            project = find_project(context.repository, context.backend.locate, name="", checkout=checkout)
        except NotFoundError:
            project = None
        with private_place(context) as place:
            where = working_directory(place, checkout)
            find_backend(context, where, checkout.init)
            planned = make_plan(context, where, self.options)
            document = read_document(context.engine.show_plan_json(where, planned.path), named="the plan")

            def again(ref: str) -> Rehearsal:
                with private_place(context) as own:
                    return rehearse(
                        context,
                        own,
                        checkout,
                        planned,
                        document,
                        Base(ref=ref, project=project),
                        options=self.options,
                    )

            yield again


def actions(plan: PlanSummary | None) -> dict[str, str]:
    """Return what a plan does, by address; a move with the address it comes from."""
    assert plan is not None
    return {
        each.address: f"{each.action} from {each.previous_address}"
        if each.previous_address
        else str(each.action)
        for each in plan.changes
    }


def main() -> None:
    """Rehearse in the current directory; the argument is a commit, or nothing for the baseline."""
    found = Rehearsing(Path.cwd()).rehearse(*sys.argv[1:])
    sys.stdout.write(json.dumps(actions(found.plan)) + "\n")


if __name__ == "__main__":
    main()
