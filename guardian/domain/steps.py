"""The steps of a recovery, as data: what each does, to which addresses, and why."""

from dataclasses import asdict, dataclass
from typing import Any

from guardian.domain.record import Revision


@dataclass(frozen=True, slots=True, kw_only=True)
class RestoreRecord:
    """Put a whole recorded state back into the backend; it changes no infrastructure.

    Attributes:
        origin: Where its bytes come from: a snapshot's id, or the id of a kept stranded state.
        serial: The serial it gets: one above the highest that was ever seen.
        addresses: The instances that the present record does not know and the restored one does.
    """

    origin: str
    serial: int
    reason: str
    addresses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviseRecord:
    """Revise single instances of the record, same lineage, serial + 1; it changes no infrastructure."""

    revisions: tuple[Revision, ...]
    reason: str

    @property
    def addresses(self) -> tuple[str, ...]:
        """The revised instances."""
        return tuple(each.address for each in self.revisions)


@dataclass(frozen=True, slots=True, kw_only=True)
class Import:
    """Adopt objects that exist and that no state knows, by a plan that holds imports alone.

    Attributes:
        snapshot_id: Whose configuration declares them: the failed run's own.
        objects: Address and import id of each.
    """

    snapshot_id: str
    objects: tuple[tuple[str, str], ...]
    reason: str

    @property
    def addresses(self) -> tuple[str, ...]:
        """The adopted instances."""
        return tuple(address for address, _ in self.objects)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reapply:
    """Plan a snapshot's configuration on the current state, and apply that plan.

    Attributes:
        snapshot_id: Whose configuration and variables.
        destroy: Plan the destruction of everything: the way back to an empty project.
        addresses: What it may change; empty for everything.
        first: What goes back before the rest, because it still refers to what the rest destroys.
    """

    snapshot_id: str
    reason: str
    destroy: bool = False
    addresses: tuple[str, ...] = ()
    first: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DestroyTargets:
    """Destroy exactly these instances, dependents first, by the configuration that made them.

    Attributes:
        snapshot_id: Whose configuration: the failed run's own.
    """

    snapshot_id: str
    addresses: tuple[str, ...]
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Retry:
    """Plan the failed run's own configuration again, no more than it planned before, and apply that.

    Attributes:
        snapshot_id: Whose configuration: the failed run's own.
        block: Name of the retry block that fits its causes.
    """

    snapshot_id: str
    block: str
    addresses: tuple[str, ...]
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AskHuman:
    """Nothing is provably safe here: a person decides.

    Attributes:
        code: Which guard says so, for programs.
        hint: What to type.
    """

    code: str
    reason: str
    hint: str
    addresses: tuple[str, ...] = ()


Step = RestoreRecord | ReviseRecord | Import | Reapply | DestroyTargets | Retry | AskHuman

KINDS: dict[type[Any], str] = {
    RestoreRecord: "restore_record",
    ReviseRecord: "revise_record",
    Import: "import",
    Reapply: "reapply",
    DestroyTargets: "destroy_targets",
    Retry: "retry",
    AskHuman: "ask_human",
}


def to_json(step: Step) -> dict[str, Any]:
    """Return the step of the journal's records."""
    written = {**asdict(step), "kind": KINDS[type(step)], "addresses": list(step.addresses)}
    if isinstance(step, ReviseRecord):
        written["revisions"] = [each.to_json() for each in step.revisions]
    return written
