"""The receipt: the proof after a recovery, and the list of what could not be undone."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from guardian.domain.observation import Looked
from guardian.domain.oneway import CannotUndo


@dataclass(frozen=True, slots=True, kw_only=True)
class NewObject:
    """An instance that is there again, as another object; `data_gone` when the former one held data."""

    address: str
    old_id: str
    new_id: str
    data_gone: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Adopted:
    """An object that no state knew and that the recovery imported."""

    address: str
    object_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HotFix:
    """A change made by hand before the run, on what the run then touched.

    Attributes:
        paths: Dotted attribute paths that held another value than the record.
        choice: `keep` or `revert`, as somebody chose.
    """

    address: str
    paths: tuple[str, ...]
    choice: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Replanned:
    """What the closing plan would still do; all zero when it is empty."""

    add: int = 0
    change: int = 0
    remove: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveProof:
    """What guardian's own readers saw of what was restored, apart from Terraform's plan.

    Attributes:
        read: How many instances were read.
        differing: Attributes by instance whose live value differs from the snapshot's.
        unreadable: Why, by instance, for those that could not be read.
    """

    read: int = 0
    differing: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    unreadable: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "LiveProof":
        """Read what `asdict` wrote."""
        differing = {name: tuple(each) for name, each in value["differing"].items()}
        return cls(read=value["read"], differing=differing, unreadable=value["unreadable"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """The proof after a recovery.

    Attributes:
        snapshot_id: What was restored.
        strategy: How: `reapply`, `destroy-created`, `retry` or `record`.
        proven: Whether nothing that the run touched still differs from it.
        replan_exit_code: Exit code of the closing plan (0: empty).
        replan: Its counts.
        remaining: Addresses in the closing plan that the run touched; empty when proven.
        outside: Addresses in the closing plan that the run never touched: other people's changes.
        not_planned: Why the closing plan is limited to what was touched, or empty: the rest of the
            configuration could not be planned.
        new_objects: Instances whose object is another one than before.
        differing: Instances whose fingerprint differs from the snapshot's, by attribute path.
        unaccounted: Instances that were in flight and that no state knows: they may exist all the same.
        looked: What was looked for live because no state knew it, and what was found.
        cannot_undo: What stays as the run left it, and why.
        adopted: Objects that no state knew, imported.
        revised: What was changed in the record alone, one sentence each.
        hot_fixes: Changes made by hand before the run, and what became of them.
        left: Tainted instances that stay as they are, as somebody chose.
        not_run: Addresses whose destroy-time provisioner only the failed configuration had: it did not run.
        outputs: Root outputs that still hold other values than the snapshot's configuration gives.
        outputs_changed: Root outputs that the failed run changed: who read them meanwhile read those values.
        to_nothing: Whether the way back was to an empty project: no snapshot was known to be good.
        duration_s: From the start of the recovery to the proof.
        live: What was read live of what was restored; None where nothing of it has a reader, or none answers.
        since_failure_s: From the recorded failure to the proof by the wall clock; None without a failure.
    """

    snapshot_id: str
    proven: bool
    replan_exit_code: int
    remaining: tuple[str, ...]
    outside: tuple[str, ...]
    new_objects: tuple[NewObject, ...]
    differing: Mapping[str, tuple[str, ...]]
    unaccounted: tuple[str, ...]
    outputs: tuple[str, ...]
    to_nothing: bool
    duration_s: float
    strategy: str = "reapply"
    replan: Replanned = field(default_factory=Replanned)
    not_planned: str = ""
    cannot_undo: tuple[CannotUndo, ...] = ()
    adopted: tuple[Adopted, ...] = ()
    looked: tuple[Looked, ...] = ()
    revised: tuple[str, ...] = ()
    hot_fixes: tuple[HotFix, ...] = ()
    left: tuple[str, ...] = ()
    not_run: tuple[str, ...] = ()
    outputs_changed: tuple[str, ...] = ()
    live: LiveProof | None = None
    since_failure_s: float | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the object of the `receipt` record."""
        return {**asdict(self), "differing": {name: list(each) for name, each in self.differing.items()}}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "Receipt":
        """Read what `to_json` wrote; one of another version may have fewer fields, or more."""
        known = {each.name for each in fields(cls)}
        parts: dict[str, Any] = {name: each for name, each in value.items() if name in known}
        for name, kind in _PARTS.items():
            parts[name] = tuple(kind(**_with_tuples(each)) for each in value.get(name, ()))
        parts["replan"] = Replanned(**value.get("replan", {}))
        if parts.get("live") is not None:
            parts["live"] = LiveProof.from_json(parts["live"])
        parts["differing"] = {name: tuple(each) for name, each in value["differing"].items()}
        return cls(**_with_tuples(parts))


_PARTS: dict[str, Any] = {
    "new_objects": NewObject,
    "cannot_undo": CannotUndo,
    "adopted": Adopted,
    "hot_fixes": HotFix,
    "looked": Looked.of,
}


def _with_tuples(value: Mapping[str, Any]) -> dict[str, Any]:
    return {name: tuple(each) if isinstance(each, list) else each for name, each in value.items()}
