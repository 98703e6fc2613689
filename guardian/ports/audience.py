"""Who watches a run and answers its questions: a person at a terminal, a CI log, a JSON reader."""

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from guardian.domain.choices import Choice
from guardian.domain.glass import Broken
from guardian.domain.incident import Incident
from guardian.domain.observed import Observed
from guardian.domain.plan import PlannedChange, PlanSummary
from guardian.domain.recovery import RecoveryPlan
from guardian.domain.standing import Hold

if TYPE_CHECKING:  # most commands never review
    from guardian.domain.review.review import Review


class Audience(Protocol):
    """Receives progress and decides. Showing never fails a run: implementations swallow a closed sink."""

    @property
    def can_answer(self) -> bool:
        """Whether a person can be asked."""
        ...

    @property
    def wants_color(self) -> bool:
        """Whether what is rendered for people may hold colour."""
        ...

    def phase(self, text: str) -> None:
        """Say what begins now, for instance `planning`."""
        ...

    def note(self, text: str) -> None:
        """Say something worth knowing that changes nothing."""
        ...

    def break_glass(self, broken: Broken) -> None:
        """Announce, not to be overlooked, that this run works without its store, and what that means."""
        ...

    def engine_event(self, event: Mapping[str, Any]) -> None:
        """Show one event of the engine while it runs."""
        ...

    def applying(self, changes: Sequence[PlannedChange]) -> None:
        """Announce what the events that follow will carry out."""
        ...

    def plan(self, summary: PlanSummary, rendered: str | None, review: "Review | None" = None) -> None:
        """Show a plan: Terraform's own rendering and the review's verdicts, where there are any."""
        ...

    def way_back(self, summary: PlanSummary, rendered: str | None, made_by_run: Collection[str]) -> None:
        """Show the plan of a recovery; `made_by_run` are the addresses that its target does not have."""
        ...

    def recovery(self, plan: RecoveryPlan) -> None:
        """Show what was decided: the strategy and why, the steps, what stays and what may exist unknown."""
        ...

    def step(self, step: Mapping[str, Any], outcome: str) -> None:
        """Tell that a recovery step begins (`started`) or ended (`done`, `failed`)."""
        ...

    def outside(self, changes: Sequence[PlannedChange]) -> None:
        """List other people's changes, which a recovery leaves alone."""
        ...

    def incident(self, incident: Incident, *, hold: Hold | None = None) -> None:
        """Show a failure, at once; with the hold that it left, when it is shown again later."""
        ...

    def drift(self, seen: Observed) -> None:
        """Show what differs from the baseline after a failure, apart by whose hand it was."""
        ...

    def approve(self, question: str, *, word: str = "yes") -> bool:
        """Ask for exactly `word`, an address for what is irreversible; only called when `can_answer`."""
        ...

    def choose(self, question: str, choices: Sequence[Choice]) -> str:
        """Ask for one of the numbered choices and return its `key`; only called when `can_answer`.

        Each is shown with what it touches, what it costs, and the command that does it unasked.
        """
        ...
