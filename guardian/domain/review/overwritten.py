"""Drift that an apply would undo: what was changed outside and is changed again by the plan."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import partial

from guardian.domain.difference import PathChange
from guardian.domain.plan import Action
from guardian.domain.redaction import Path
from guardian.domain.review.change import Change, differing, is_marked, value_at
from guardian.domain.review.mirrors import MIRRORS
from guardian.domain.review.review import Overwritten

Show = Callable[[Change, tuple[Path, ...]], tuple[PathChange, ...]]
_UNDOING = frozenset({Action.UPDATE, Action.REPLACE, Action.DELETE})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Drifted:
    paths: tuple[Path, ...]
    values: Mapping[Path, PathChange]
    gone: bool


class DriftBefore:
    """What the refresh saw changed outside, held against each change of its plan. No value is kept unmasked.

    Args:
        drift: `before` is recorded, `after` is live.
        accepted: Addresses whose drift was accepted as right.
        left_alone: Addresses with changes by hand that are recorded already: whatever is changed of them now
            may be somebody's work.
        arguments: By resource without keys, what its configuration writes: other attributes that are known
            only after the apply are computed, and overwrite nobody's work.
        show: Returns both values of paths masked, where values are wanted.
    """

    def __init__(
        self,
        drift: Iterable[Change],
        *,
        accepted: Collection[str] = (),
        left_alone: Collection[str] = (),
        arguments: Mapping[str, frozenset[str]] | None = None,
        show: Show | None = None,
    ) -> None:
        self._accepted, self._left_alone = frozenset(accepted), frozenset(left_alone)
        self._arguments = arguments or {}
        self._drifted: dict[str, _Drifted] = {}
        for each in drift:
            gone = each.action is Action.DELETE
            paths = () if gone else tuple(filter(partial(self._is_by_hand, each), differing(each)))
            if gone or paths:
                shown = show(each, paths) if show else ()
                self._drifted[each.address] = _Drifted(
                    paths=paths, values={one.path: one for one in shown}, gone=gone
                )

    def _is_by_hand(self, drift: Change, path: Path) -> bool:
        written = self._arguments.get(drift.resource, frozenset())
        mirrored = path[0] in MIRRORS.get(drift.resource_type, ()) and path[0] not in written
        return not mirrored and not _is_noise(drift, path)

    @property
    def addresses(self) -> frozenset[str]:
        """What was changed outside, noise left out."""
        return frozenset(self._drifted)

    def undone_by(self, change: Change) -> Overwritten | None:
        """Return the drift that a change undoes; None where it undoes none."""
        drifted = self._drifted.get(change.address)
        if drifted is None:
            return self._left_over(change)
        if drifted.gone:
            return self._overwritten(change, (), drifted) if change.action is Action.CREATE else None
        if change.action not in _UNDOING:
            return None
        paths = drifted.paths
        if change.action is not Action.DELETE:
            changed = [each for each in differing(change) if not self._is_computed(change, each)]
            paths = tuple(each for each in paths if any(_within(each, other) for other in changed))
        return self._overwritten(change, paths, drifted) if paths else None

    def _left_over(self, change: Change) -> Overwritten | None:
        if change.address not in self._left_alone or change.action not in _UNDOING:
            return None
        changed = () if change.action is Action.DELETE else differing(change)
        paths = tuple(each for each in changed if not self._is_computed(change, each))
        return Overwritten(address=change.address, paths=paths, accepted=change.address in self._accepted)

    def _overwritten(self, change: Change, paths: tuple[Path, ...], drifted: _Drifted) -> Overwritten:
        return Overwritten(
            address=change.address,
            paths=paths,
            accepted=change.address in self._accepted,
            values=tuple(drifted.values[each] for each in paths if each in drifted.values),
        )

    def _is_computed(self, change: Change, path: Path) -> bool:
        written = self._arguments.get(change.resource)
        return written is not None and path[0] not in written and is_marked(change.unknown, path)


def _is_noise(drift: Change, path: Path) -> bool:
    """Tell whether a difference is only how a provider writes nothing: null, empty, false or zero."""
    return not value_at(drift.before, path) and not value_at(drift.after, path)


def _within(one: Path, other: Path) -> bool:
    shorter = min(len(one), len(other))
    return one[:shorter] == other[:shorter]
