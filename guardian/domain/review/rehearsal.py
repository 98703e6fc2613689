"""The way back, rehearsed before the merge: what a rollback of the change would do."""

from dataclasses import dataclass

from guardian.domain.plan import PlannedChange, PlanSummary
from guardian.domain.recovery import Move


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsal:
    """A real plan of the base configuration on the state as it would be after the apply.

    It is the plan of `guardian restore` after an apply that failed at its very end: nothing is refreshed, and
    what the change moved goes home.

    Attributes:
        base: What was planned: a commit, or a snapshot's short id; empty where there is none.
        plan: The reverse plan; None where there is none.
        refused: Why nothing was planned, one sentence; empty where Terraform was asked.
        destroys: Changes of it that destroy objects which exist before the apply.
        protected: Addresses whose `prevent_destroy` stands in the way.
        missing_providers: Providers that the base configuration lacks for what the change adds.
        moves: What goes home in this plan, and what the base without an inverse `moved` block would destroy
            and make anew.
        wants: Options that `guardian restore` asks for before it carries this plan out, as argv has them.
        errors: Terraform's own words where it refuses, each one line or more.
        notes: What this rehearsal could not know, in plain sentences.
    """

    base: str
    plan: PlanSummary | None
    refused: str = ""
    destroys: tuple[PlannedChange, ...] = ()
    protected: tuple[str, ...] = ()
    missing_providers: tuple[str, ...] = ()
    moves: tuple[Move, ...] = ()
    wants: tuple[str, ...] = ()
    errors: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def works(self) -> bool:
        """Whether Terraform would take the way back as it stands."""
        return self.plan is not None and not self.protected and not self.missing_providers
