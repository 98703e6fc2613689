"""A review: everything that is said of one plan. Holds no unmasked secret."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from guardian.domain.configuration import Place
from guardian.domain.difference import PathChange
from guardian.domain.guards import data_loss
from guardian.domain.plan import Counts, PlannedChange, counted
from guardian.domain.redaction import Path
from guardian.domain.review.blast import Blast
from guardian.domain.review.policy import Finding
from guardian.domain.review.rehearsal import Rehearsal
from guardian.domain.review.risks.risk import Risk, Severity
from guardian.domain.review.undo.verdict import Reversibility, Undo, worst


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewedChange:
    """One change and the verdict on it.

    Attributes:
        paths: What differs, for updates and replacements; without values, and without computed attributes
            that are known only after the apply.
        forces: What forces the replacement.
        values: The same with both values, masked, and what a new object is made with; empty unless values
            were asked for.
        dependents: How many resources that stay depend on it in the end.
        place: Where it is declared, None where that is not known.
    """

    intent: PlannedChange
    reversibility: Reversibility
    paths: tuple[Path, ...] = ()
    forces: tuple[Path, ...] = ()
    values: tuple[PathChange, ...] = ()
    dependents: int = 0
    place: Place | None = None

    @property
    def address(self) -> str:
        """Of the instance."""
        return self.intent.address


@dataclass(frozen=True, slots=True, kw_only=True)
class Overwritten:
    """Drift that the apply would overwrite: somebody's change by hand is undone by it.

    Attributes:
        paths: The attributes that were changed outside and are changed again by the plan.
        accepted: Whether the change was accepted as right with `guardian drift --accept`.
        values: Recorded and live value of each, masked; empty unless values were asked for.
    """

    address: str
    paths: tuple[Path, ...]
    accepted: bool = False
    values: tuple[PathChange, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanIdentity:
    """Which plan was reviewed.

    Attributes:
        digest: SHA-256 of the plan's file, or of its JSON where no file was given; hex.
        lineage, serial: Of the state it was made from; empty and 0 where only JSON was given.
        commit: Of the checkout; empty where there is none.
    """

    digest: str
    terraform_version: str
    lineage: str = ""
    serial: int = 0
    commit: str = ""
    made_at: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """What a pull request must know.

    Attributes:
        project: The project's name; with root module and workspace it is what one comment belongs to.
        root: The root module, relative to the repository where there is one.
        workspace: Terraform's workspace.
        changes: In Terraform's order.
        outputs: Root outputs that change, with their action.
        drifted: How many instances were changed outside, as the refresh saw.
        risks: The red first.
        errored: Whether Terraform failed while it planned, so that changes are missing.
        obstacles: What stands in the way of an apply: a hold, a plan that is stale; each a plain sentence.
        plan_path: The saved plan as it was named; empty where it was planned for this review alone.
        notes: What this review could not know, each a plain sentence.
    """

    project: str
    root: str
    workspace: str
    plan: PlanIdentity
    changes: tuple[ReviewedChange, ...] = ()
    outputs: Mapping[str, str] = field(default_factory=dict)
    drifted: int = 0
    risks: tuple[Risk, ...] = ()
    overwritten: tuple[Overwritten, ...] = ()
    policy: tuple[Finding, ...] = ()
    blast: Blast = field(default_factory=Blast)
    rehearsal: Rehearsal | None = None
    errored: bool = False
    obstacles: tuple[str, ...] = ()
    plan_path: str = ""
    notes: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether applying would change nothing."""
        return not self.changes and not self.outputs

    @property
    def counts(self) -> Counts:
        """Count as Terraform does."""
        return counted(each.intent.action for each in self.changes)

    @property
    def undo(self) -> Undo:
        """The verdict on the whole: that of the worst change; of what is missing nothing is known."""
        verdicts = [each.reversibility.undo for each in self.changes]
        return worst([*verdicts, Undo.UNKNOWN] if self.errored else verdicts)

    @property
    def undone(self) -> dict[Undo, int]:
        """How many changes have each verdict; those that none has are left out."""
        verdicts = [each.reversibility.undo for each in self.changes]
        return {each: verdicts.count(each) for each in Undo if each in verdicts}

    @property
    def red(self) -> tuple[Risk, ...]:
        """The red risks."""
        return tuple(each for each in self.risks if each.severity is Severity.RED)

    @property
    def denied(self) -> tuple[Finding, ...]:
        """What policy denies and nobody overrode."""
        return tuple(each for each in self.policy if each.denies)

    @property
    def loses_data(self) -> tuple[str, ...]:
        """The addresses that an apply wants named by `--allow-delete`."""
        return tuple(each.address for each in data_loss((each.intent for each in self.changes), allowed=()))
