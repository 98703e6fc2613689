"""What every step of a recovery shares, and what a recovery comes to."""

from dataclasses import asdict, dataclass, replace

from guardian.domain.engine import ApplyOptions
from guardian.domain.incident import Incident
from guardian.domain.receipt import Adopted, HotFix, Receipt
from guardian.domain.recovery import Limits, RecoveryPlan
from guardian.domain.scope import Scope
from guardian.domain.steps import Step, to_json
from guardian.errors import RecoveryRefusedError, RestoreIncompleteError
from guardian.operations.plan import Planned
from guardian.operations.scene import Scene
from guardian.operations.session import Session
from guardian.operations.situation import Gathered

APPROVE = "Do you want to restore by performing these actions?"


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """One recovery.

    Attributes:
        approve: Whether to ask before anything is changed.
        attended: Whether a person reads the plan before it is carried out.
        dry_run: Show what would be done and stop.
        started_s: Monotonic time at which it began.
        revised: What was changed in the record alone so far, one sentence each.
        adopted: What was imported so far.
    """

    session: Session
    gathered: Gathered
    plan: RecoveryPlan
    limits: Limits
    options: ApplyOptions
    approve: bool
    dry_run: bool
    started_s: float
    attended: bool = False
    revised: tuple[str, ...] = ()
    adopted: tuple[Adopted, ...] = ()

    @property
    def stays(self) -> frozenset[str]:
        """What stays as the failed run left it: nobody else's work, and not undone either."""
        return frozenset({*self.plan.left, *(each.address for each in self.plan.cannot_undo)})

    def after(self, *, revised: tuple[str, ...] = (), adopted: tuple[Adopted, ...] = ()) -> "Course":
        """Return the course after a step; what was approved once is not asked again."""
        return replace(
            self, revised=(*self.revised, *revised), adopted=(*self.adopted, *adopted), approve=False
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Recovery:
    """What a recovery found and did.

    Attributes:
        scope: The reverse plan, divided; None where none was made.
        receipt: None after a dry run or a failed apply.
        incident: The second failure, None when there was none.
        snapshot_id: The snapshot after, None when nothing was applied.
        went_on: Whether the failed run's own plan was carried to its end, so that nothing is to be undone.
    """

    scope: Scope | None = None
    receipt: Receipt | None = None
    incident: Incident | None = None
    snapshot_id: str | None = None
    went_on: bool = False

    @property
    def applied(self) -> bool:
        """Tell whether an engine was started."""
        return self.snapshot_id is not None or self.incident is not None

    @property
    def proven(self) -> bool:
        """Tell whether the project is proven to be where it should."""
        return self.receipt is not None and self.receipt.proven


@dataclass(frozen=True, slots=True, kw_only=True)
class Reverse:
    """A planned way back.

    Attributes:
        snapshot_id: Whose configuration.
        planned: The plan to apply.
        scope: Its division.
        touched: What the run touched and what that entails; None for everything.
        targets: What it is limited to, empty when it is whole.
        not_planned: Why the rest of the configuration could not be planned, or empty.
        hot_fixes: Changes made by hand before the run, and what becomes of them.
    """

    snapshot_id: str
    scene: Scene
    planned: Planned
    scope: Scope
    touched: tuple[str, ...] | None
    targets: tuple[str, ...] = ()
    not_planned: str = ""
    hot_fixes: tuple[HotFix, ...] = ()


def undecided(step: Step) -> RecoveryRefusedError | RestoreIncompleteError:
    """Return the error of a step that leaves the decision to a person."""
    hint, code = getattr(step, "hint", ""), getattr(step, "code", "undecided")
    if code in {"no_baseline", "no_record"}:
        return RestoreIncompleteError(step.reason, hint=hint)
    return RecoveryRefusedError(step.reason, code=code, hint=hint)


def plan_object(plan: RecoveryPlan) -> dict[str, object]:
    """Return the `plan` of a `recovery_planned` record."""
    return {
        "strategy": str(plan.strategy),
        "why": plan.why,
        "touched": None if plan.touched is None else list(plan.touched),
        "created": list(plan.created),
        "unaccounted": list(plan.unaccounted),
        "looked": [asdict(each) for each in plan.looked],
        "steps": [to_json(each) for each in plan.steps],
    }
