"""The way back, rehearsed before the merge: what a rollback of the change would do."""

from dataclasses import dataclass

from guardian.domain.plan import PlannedChange, PlanSummary


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsal:
    """A real plan of the base configuration on the state as it would be after the apply.

    Attributes:
        base: What was planned: a commit, or a snapshot's short id.
        plan: The reverse plan; None where Terraform refuses to make one.
        destroys: Changes of it that destroy objects which exist before the apply.
        protected: Addresses whose `prevent_destroy` stands in the way.
        missing_providers: Providers that the base configuration lacks for what the change adds.
        moves: `moved` blocks, `old -> new`, whose revert destroys and creates.
        errors: Terraform's own words where it refuses, each one line or more.
        notes: What this rehearsal could not know, in plain sentences.
    """

    base: str
    plan: PlanSummary | None
    destroys: tuple[PlannedChange, ...] = ()
    protected: tuple[str, ...] = ()
    missing_providers: tuple[str, ...] = ()
    moves: tuple[str, ...] = ()
    errors: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def works(self) -> bool:
        """Whether Terraform would take the way back as it stands."""
        return self.plan is not None and not self.protected and not self.missing_providers
