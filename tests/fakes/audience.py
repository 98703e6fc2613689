"""An audience that remembers what it was shown and answers as it was told to."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from guardian.domain.choices import Choice
from guardian.domain.glass import Broken
from guardian.domain.incident import Incident
from guardian.domain.observed import Observed
from guardian.domain.plan import PlannedChange, PlanSummary
from guardian.domain.recovery import RecoveryPlan
from guardian.domain.standing import Hold


class FakeAudience:
    """Implements `Audience`.

    Args:
        answers: What to answer, in order: the word that `approve` asks for or another one, a key to `choose`;
            None for nobody.
    """

    wants_color = False

    def __init__(self, answers: Sequence[str] | None = None) -> None:
        self._answers = None if answers is None else list(answers)
        self.phases: list[str] = []
        self.notes: list[str] = []
        self.plans: list[PlanSummary] = []
        self.recoveries: list[RecoveryPlan] = []
        self.steps: list[tuple[str, str]] = []
        self.left_alone: list[str] = []
        self.incidents: list[Incident] = []
        self.offered: list[Choice] = []
        self.glasses: list[Broken] = []
        self.drifts: list[Observed] = []

    @property
    def can_answer(self) -> bool:
        return self._answers is not None

    def phase(self, text: str) -> None:
        self.phases.append(text)

    def note(self, text: str) -> None:
        self.notes.append(text)

    def break_glass(self, broken: Broken) -> None:
        self.glasses.append(broken)

    def engine_event(self, event: Mapping[str, Any]) -> None:
        return

    def applying(self, changes: Sequence[PlannedChange]) -> None:
        return

    def plan(self, summary: PlanSummary, rendered: str | None, review: Any = None) -> None:
        self.plans.append(summary)

    def way_back(self, summary: PlanSummary, rendered: str | None, made_by_run: Collection[str]) -> None:
        self.plans.append(summary)

    def recovery(self, plan: RecoveryPlan) -> None:
        self.recoveries.append(plan)

    def step(self, step: Mapping[str, Any], outcome: str) -> None:
        self.steps.append((str(step["kind"]), outcome))

    def outside(self, changes: Sequence[PlannedChange]) -> None:
        self.left_alone += [each.address for each in changes]

    def incident(self, incident: Incident, *, hold: Hold | None = None) -> None:
        self.incidents.append(incident)

    def drift(self, seen: Observed) -> None:
        self.drifts.append(seen)

    def approve(self, question: str, *, word: str = "yes") -> bool:
        return self._next() == word

    def choose(self, question: str, choices: Sequence[Choice]) -> str:
        self.offered += choices
        return self._next()

    def _next(self) -> str:
        assert self._answers, "asked more than the test expects"
        return self._answers.pop(0)
