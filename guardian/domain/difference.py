"""Observed differences between two records of the same instances. Facts, not intents."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from guardian.domain.fingerprint import digest, normalise
from guardian.domain.redaction import MASK, Path, anywhere, is_secret, marked_paths
from guardian.domain.scrubbing import scrubbed
from guardian.domain.state import State, StateInstance


class Kind(StrEnum):
    """How an instance differs."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    TAINTED = "tainted"


@dataclass(frozen=True, slots=True, kw_only=True)
class PathChange:
    """One attribute that differs; both values are masked when either side is marked or its name tells."""

    path: Path
    before: Any
    after: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One instance that differs; `paths` is empty for added and removed ones."""

    address: str
    kind: Kind
    before_id: str = ""
    after_id: str = ""
    paths: tuple[PathChange, ...] = ()


ComparePaths = Callable[[Mapping[str, Any], Mapping[str, Any]], tuple[PathChange, ...]]


def compare(before: State, after: State, *, paths: ComparePaths) -> tuple[Difference, ...]:
    """Compare the managed objects of two states, sorted by address.

    Args:
        before: The earlier record.
        after: The later record.
        paths: Finds the attribute paths that differ; only called for instances whose digests differ.
    """
    old, new = before.managed, after.managed
    found = [
        Difference(address=each, kind=Kind.ADDED, after_id=new[each].object_id)
        for each in new.keys() - old.keys()
    ]
    found += [
        Difference(address=each, kind=Kind.REMOVED, before_id=old[each].object_id)
        for each in old.keys() - new.keys()
    ]
    found += [
        _changed(each, old[each], new[each], paths)
        for each in old.keys() & new.keys()
        if old[each] != new[each] and digest(old[each]) != digest(new[each])
    ]
    return tuple(sorted(found, key=lambda each: each.address))


def _changed(address: str, before: StateInstance, after: StateInstance, paths: ComparePaths) -> Difference:
    marked = marked_paths(before.sensitive) | marked_paths(after.sensitive)
    return Difference(
        address=address,
        kind=Kind.TAINTED if after.tainted and not before.tainted else Kind.CHANGED,
        before_id=before.object_id,
        after_id=after.object_id,
        paths=tuple(
            masked(each, marked)
            for each in paths(normalise(dict(before.attributes)), normalise(dict(after.attributes)))
        ),
    )


def dotted(path: Path) -> str:
    """Return a path as a person writes it: `rule.0.action`."""
    return ".".join(str(step) for step in path)


def masked(change: PathChange, marked: frozenset[Path]) -> PathChange:
    """Hide both values when the path, a parent or a child of it is marked, or its name tells."""
    if is_secret(change.path, marked, change.before, change.after) or _holds_secret(change, marked):
        return PathChange(path=change.path, before=MASK, after=MASK)
    return PathChange(path=change.path, before=scrubbed(change.before), after=scrubbed(change.after))


def _holds_secret(change: PathChange, marked: frozenset[Path]) -> bool:
    depth = len(change.path)
    return any(anywhere(each[:depth]) == anywhere(change.path) for each in marked)
