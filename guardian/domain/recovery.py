"""What a recovery is decided from, and what is decided: values alone; `decide` has the rules."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from guardian.domain.configuration import Override
from guardian.domain.incident import Incident
from guardian.domain.observation import Looked, Observation
from guardian.domain.oneway import CannotUndo
from guardian.domain.plan import PlannedChange
from guardian.domain.state import EMPTY, State
from guardian.domain.steps import Reapply, Step
from guardian.domain.transient import RetryBlock


class Strategy(StrEnum):
    """Ways back, and one way on; the values of `--strategy`."""

    AUTO = "auto"
    REAPPLY = "reapply"
    DESTROY_CREATED = "destroy-created"
    RETRY = "retry"
    RECORD = "record"


class Tainted(StrEnum):
    """What becomes of a tainted instance that the baseline has."""

    REPLACE = "replace"
    UNTAINT = "untaint"
    LEAVE = "leave"


class HotFixes(StrEnum):
    """What becomes of changes made by hand before the run, on what the run then touched."""

    KEEP = "keep"
    REVERT = "revert"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a person or the settings allow.

    Attributes:
        everything: Undo other people's changes too.
        allow_delete: Addresses, or globs over them, that may be deleted or replaced whatever they hold.
        allow_replace: The same for replacements alone.
        retry: Blocks that say which causes are transient, beside the built-in one.
        hot_fixes: None where nobody chose yet.
    """

    strategy: Strategy = Strategy.AUTO
    tainted: Tainted = Tainted.REPLACE
    hot_fixes: HotFixes | None = None
    everything: bool = False
    allow_delete: tuple[str, ...] = ()
    allow_replace: tuple[str, ...] = ()
    retry: tuple[RetryBlock, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A snapshot to go back to, with the state that it recorded (the empty one when it had none)."""

    snapshot_id: str
    state: State


@dataclass(frozen=True, slots=True, kw_only=True)
class FailedRun:
    """What is to be undone.

    Attributes:
        snapshot_id: A snapshot that holds the run's own configuration, empty when there is none.
        changes: What it planned.
        before: The state that it began with.
        after: The state right after it; None when nobody looked then.
        lost: Instances that an earlier look, or a way back that was cut off, left unaccounted for.
        made: Ids, by address, of objects that an engine told that it had made and that no record ever held.
    """

    id: str
    snapshot_id: str
    changes: tuple[PlannedChange, ...]
    incident: Incident
    before: State = EMPTY
    after: State | None = None
    lost: tuple[str, ...] = ()
    made: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokenRecord:
    """A record of the state that cannot be built upon.

    Attributes:
        problem: What is wrong with it, in words.
        origin: Where a sound one is: a snapshot's id, or the id of a kept stranded state; empty for nowhere.
        serial: The serial that the sound one would get.
        missing: Instances that the sound one knows and the present record does not.
    """

    problem: str
    origin: str
    serial: int
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """Everything that the decision rests on.

    Attributes:
        baseline: Where to go back to; None when nothing is known to be good.
        run: None when a whole named snapshot is wanted.
        present: The state as it is recorded now; where the record is broken, the sound one.
        broken: None when the record is sound.
        observed: What was seen live of instances that no state knows, by address.
        protected: Resources that the failed run's configuration protects by `prevent_destroy`.
        provisioned: Resources with a destroy-time provisioner in the failed run's configuration alone.
    """

    baseline: Known | None
    run: FailedRun | None
    present: State
    broken: BrokenRecord | None = None
    observed: Mapping[str, Observation] = field(default_factory=dict)
    protected: frozenset[str] = frozenset()
    provisioned: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """An instance that the failed run moved; the way back moves it home."""

    source: str
    home: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RecoveryPlan:
    """Ordered steps back, each with its reason; empty when nothing differs.

    Attributes:
        strategy: The one that was taken; never `auto`.
        why: Why this one, one sentence.
        touched: What the failed run began to change, previous addresses included; None for everything.
        created: What the failed run created and is recorded: all that the way back may destroy.
        moves: What goes home by inverse `moved` blocks.
        overrides: What is pinned, or may be destroyed although the baseline protects it.
        cannot_undo: What stays as the run left it.
        unaccounted: What may exist although no state knows it, and could not be adopted.
        looked: What was looked for live because no state knows it, and what was found.
        left: Tainted instances that stay, as somebody chose.
        not_run: Instances that go without the destroy-time provisioner that only the failed run's has.
        to_nothing: Whether all that the state holds is the run's own work, and goes.
    """

    strategy: Strategy
    why: str
    steps: tuple[Step, ...] = ()
    touched: tuple[str, ...] | None = ()
    created: tuple[str, ...] = ()
    moves: tuple[Move, ...] = ()
    overrides: tuple[Override, ...] = ()
    cannot_undo: tuple[CannotUndo, ...] = ()
    unaccounted: tuple[str, ...] = ()
    looked: tuple[Looked, ...] = ()
    left: tuple[str, ...] = ()
    not_run: tuple[str, ...] = ()
    to_nothing: bool = False

    @property
    def reapply(self) -> Reapply | None:
        """The step that plans a snapshot's configuration, None when there is none."""
        return next((each for each in self.steps if isinstance(each, Reapply)), None)
