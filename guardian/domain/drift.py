"""Drift: what is live, held against what was expected. Facts, not intents; nothing here reads anything."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from guardian.domain.difference import ComparePaths, PathChange, masked
from guardian.domain.fingerprint import Fingerprint, digest_of, fingerprint
from guardian.domain.live import Seen, Unmanaged
from guardian.domain.observation import Absent, Unreadable
from guardian.domain.redaction import MASK, marked_paths
from guardian.domain.silence import NOTHING_SILENCED, Silence
from guardian.domain.state import State, StateInstance

_FOLLOWING = frozenset({"id", "arn"})
"""What only says that it is another object."""


class Kind(StrEnum):
    """How an instance differs from what was expected."""

    MISSING = "missing"
    CHANGED = "changed"
    ADDED = "added"
    UNMANAGED = "unmanaged"
    TAINTED = "tainted"
    DEPOSED = "deposed"
    UNREADABLE = "unreadable"


class Origin(StrEnum):
    """Who made the difference, as far as the record and the journal prove it."""

    THIS_RUN = "this run"
    ELSEWHERE = "elsewhere"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift:
    """One instance that differs, by one origin.

    Attributes:
        address: Of the instance; of an unmanaged object its id.
        paths: What differs, masked; empty unless changed.
        words: What else is to be said: why it cannot be read, by what an object is in scope.
        digest: Of what is live, so that exactly this can be accepted; empty where nothing is.
    """

    address: str
    kind: Kind
    resource_type: str
    origin: Origin
    paths: tuple[PathChange, ...] = ()
    words: str = ""
    digest: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Silenced:
    """A difference that counts as none, and why."""

    address: str
    kind: Kind
    paths: tuple[str, ...]
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Touched:
    """What guarded runs did since the expected moment.

    Attributes:
        done: Addresses that they changed; of what was moved since the newest.
        in_doubt: Addresses that one of them began to change and may have changed, likewise.
        destroyed: Those of `done` whose object they destroyed last.
        moved: By the address at the expected moment the address that it was moved to.
    """

    done: frozenset[str] = frozenset()
    in_doubt: frozenset[str] = frozenset()
    destroyed: frozenset[str] = frozenset()
    moved: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """Everything that a comparison rests on.

    Attributes:
        expected: What should be there.
        recorded: The state as recorded now; None where it cannot be read.
        seen: What was read live, by address.
        unmanaged: Objects in scope that no state knows.
        touched: What guarded runs did since the expected moment.
    """

    expected: State
    recorded: State | None
    seen: Mapping[str, Seen]
    unmanaged: tuple[Unmanaged, ...] = ()
    touched: Touched = field(default_factory=Touched)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What differs, by address, and what was silenced."""

    drifts: tuple[Drift, ...]
    silenced: tuple[Silenced, ...] = ()


def find_drift(look: Look, *, paths: ComparePaths, silence: Silence = NOTHING_SILENCED) -> Found:
    """Compare what is live with what was expected.

    Args:
        look: What was expected, recorded and seen.
        paths: Finds the attribute paths that differ; only called for instances whose digests differ.
        silence: What counts as no difference.
    """
    drifts, silenced = [], []
    for each in _drifts(look, paths):
        loud, quiet = silence.divide(each.address, str(each.kind), each.paths, each.digest)
        silenced += [
            Silenced(address=each.address, kind=each.kind, paths=names, why=why) for names, why in quiet
        ]
        if loud is not None:
            drifts.append(replace(each, paths=loud))
    order = {kind: number for number, kind in enumerate(Kind)}
    return Found(
        drifts=tuple(sorted(drifts, key=lambda each: (order[each.kind], each.address, each.origin))),
        silenced=tuple(sorted(silenced, key=lambda each: each.address)),
    )


def _drifts(look: Look, paths: ComparePaths) -> Iterator[Drift]:
    expected = look.expected.managed
    recorded = look.recorded.managed if look.recorded is not None else {}
    # A move that the record does not show did not take place, or was taken back.
    moved = {was: now for was, now in look.touched.moved.items() if was in expected and now in recorded}
    former = {now: was for was, now in moved.items()}
    for address, instance in expected.items():
        if not instance.deposed:
            now = moved.get(address, address)
            yield from _of_instance(look, instance, now, recorded.get(now), paths)
    for address, instance in recorded.items():
        if instance.deposed:
            yield _plain(instance, Kind.DEPOSED, _done_by(look, instance.address))
            continue
        before = expected.get(former.get(address, "" if address in moved else address))
        if instance.tainted and not (before is not None and before.tainted):
            yield _plain(instance, Kind.TAINTED, _done_by(look, address))
        if before is None:
            yield from _added(look, instance)
    for each in look.unmanaged:
        yield Drift(
            address=each.object_id,
            kind=Kind.UNMANAGED,
            resource_type=each.resource_type,
            origin=Origin.UNKNOWN,
            words=each.by,
            digest=digest_of([each.resource_type, each.region, each.object_id]),
        )


def _of_instance(
    look: Look,
    expected: StateInstance,
    now: str,
    recorded: StateInstance | None,
    paths: ComparePaths,
) -> Iterator[Drift]:
    """Yield how one expected instance differs; `now` is its present address."""
    seen = look.seen.get(now)
    gone_by_record = recorded is None and look.recorded is not None
    match seen:
        case None:
            if gone_by_record:
                # Nobody could be asked for it by the record; the record itself lacks it.
                yield _plain(expected, Kind.MISSING, _done_by(look, now))
        case Unreadable():
            yield _plain(expected, Kind.UNREADABLE, Origin.UNKNOWN, words=seen.reason)
        case Absent():
            origin = _done_by(look, now) if gone_by_record else _elsewhere(look, now)
            yield _plain(expected, Kind.MISSING, origin)
        case Fingerprint():
            yield from _changed(look, expected, now, recorded, seen, paths)


def _changed(
    look: Look,
    expected: StateInstance,
    now: str,
    recorded: StateInstance | None,
    seen: Fingerprint,
    paths: ComparePaths,
) -> Iterator[Drift]:
    # What the record has no place for was written by a provider that did not know the attribute.
    told = [name for name in seen.attributes if name in expected.attributes]
    want = fingerprint(expected.attributes, seen.shape, only=told)
    differing = {name for name in told if seen.attributes[name] != want.attributes[name]}
    if not differing:
        return
    by_record: set[str] = set()
    if recorded is not None:
        present = fingerprint(recorded.attributes, seen.shape, only=differing)
        by_record = {name for name in differing if present.attributes[name] == seen.attributes[name]}
    elif look.recorded is not None and now in look.touched.destroyed:
        # What stays of a setting that is destroyed: versioning is suspended, and is there to be read.
        by_record = differing
    marked = marked_paths(expected.sensitive) | marked_paths(recorded.sensitive if recorded else ())
    renamed = f"it is {now} now" if now != expected.address else ""
    for names, origin in (
        (by_record, _done_by(look, now)),
        (differing - by_record, _elsewhere(look, now)),
    ):
        if names:
            yield Drift(
                address=expected.address,
                kind=Kind.CHANGED,
                resource_type=expected.resource_type,
                origin=origin,
                paths=tuple(
                    masked(_with_false(each), marked)
                    for each in paths(_present(want.attributes, names), _present(seen.attributes, names))
                ),
                words="it is another object" if names & _FOLLOWING else renamed,
                digest=digest_of({name: seen.attributes[name] for name in names}),
            )


def _with_false(change: PathChange) -> PathChange:
    """Spell the false that stands opposite a true: it has no place in the canonical form."""
    before = False if change.before is None and change.after is True else change.before
    after = False if change.after is None and change.before is True else change.after
    return replace(change, before=before, after=after)


def _present(attributes: Mapping[str, Any], names: Iterable[str]) -> dict[str, Any]:
    return {name: attributes[name] for name in names if attributes[name] is not None}


def _added(look: Look, recorded: StateInstance) -> Iterator[Drift]:
    """Yield what a state knows and the expected moment did not have."""
    seen = look.seen.get(recorded.address)
    match seen:
        case Absent():
            return  # neither expected nor there
        case Unreadable():
            yield _plain(recorded, Kind.UNREADABLE, Origin.UNKNOWN, words=seen.reason)
        case _:
            digest = seen.digest if isinstance(seen, Fingerprint) else digest_of(recorded.object_id)
            yield _plain(recorded, Kind.ADDED, _done_by(look, recorded.address), digest=digest)


def _plain(
    instance: StateInstance, kind: Kind, origin: Origin, *, words: str = "", digest: str = ""
) -> Drift:
    return Drift(
        address=instance.identity,
        kind=kind,
        resource_type=instance.resource_type,
        origin=origin,
        words=words,
        digest=digest,
    )


def _done_by(look: Look, address: str) -> Origin:
    """Tell who made what the record has too: a guarded run, or a Terraform that nobody guarded."""
    if look.recorded is None:
        return Origin.UNKNOWN
    return Origin.THIS_RUN if address in look.touched.done | look.touched.in_doubt else Origin.ELSEWHERE


def _elsewhere(look: Look, address: str) -> Origin:
    """Tell who made what the record does not have: somebody else, unless a run may have got half-way."""
    if look.recorded is None or address in look.touched.in_doubt:
        return Origin.UNKNOWN
    return Origin.ELSEWHERE


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Instances that differ alike; `drifts` is in the order of the report."""

    drifts: tuple[Drift, ...]

    @property
    def first(self) -> Drift:
        """Any of them stands for all."""
        return self.drifts[0]


def grouped(drifts: Collection[Drift]) -> tuple[Group, ...]:
    """Put together what differs in the same kind, type, origin and paths, and by the same values."""
    groups: dict[str, list[Drift]] = {}
    for each in drifts:
        values: list[Any] = [[list(one.path), one.before, one.after] for one in each.paths]
        if any(one.before == MASK for one in each.paths):
            values.append(each.digest)  # what is hidden may differ all the same
        cause = [each.kind, each.resource_type, each.origin, each.words, values]
        groups.setdefault(digest_of(cause), []).append(each)
    return tuple(Group(drifts=tuple(each)) for each in groups.values())
