"""Reads what is live of the instances that a state knows, on AWS, in bulk."""

import time
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from guardian.adapters.aws.apart import Apart, Others, tags_apart, together
from guardian.adapters.aws.asked import AskedOfService, Look
from guardian.adapters.aws.calls import PATIENT, Calls, Clients
from guardian.adapters.aws.declare import LiveType
from guardian.adapters.aws.declared import TYPES
from guardian.adapters.aws.read import GoneError, Read
from guardian.adapters.aws.refusals import reason_of
from guardian.adapters.aws.tags import IndexedTags, with_default_tags
from guardian.adapters.aws.unmanaged import Whose
from guardian.domain.drift_rules import NO_SCOPE, Scope
from guardian.domain.fingerprint import fingerprint
from guardian.domain.live import Known, Reading, Seen, Unmanaged
from guardian.domain.observation import Absent, Unreadable
from guardian.errors import LiveError

READERS: Mapping[str, LiveType] = {name: each for name, each in TYPES.items() if each.read is not None}


@dataclass(frozen=True, slots=True, kw_only=True)
class _OfType:
    """What was read of one type in one region."""

    seen: Mapping[str, Seen]
    unmanaged: tuple[Unmanaged, ...] = ()
    not_listed: Mapping[str, str] = field(default_factory=dict)
    unseen: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class _How:
    """How one look reads.

    Attributes:
        quick: Whether bulk calls alone are made.
        scope: Whose unknown objects are.
        others: Every instance that the state knows.
        recorded: Their keys by type, wherever they are: some lists are the whole account's.
    """

    quick: bool
    scope: Scope
    others: Others
    recorded: Mapping[str, frozenset[str]]


class AwsFingerprints:
    """Implements `FingerprintReader` with read calls of boto3.

    Args:
        environment: The process's environment.
        connections: How many requests at a time.
        total_s: After that nothing more is asked: what is not read by then is unreadable.
    """

    def __init__(self, environment: Mapping[str, str], *, connections: int, total_s: float) -> None:
        self._clients = Clients(environment, workers=connections, tries=PATIENT)
        # Who cannot even be told whose credentials these are is told so at once.
        self._first = Clients(environment, workers=1)
        self._connections = connections
        self._total_s = total_s

    def covers(self, resource_type: str) -> bool:
        """Tell whether the type is declared."""
        return resource_type in READERS

    def key(self, known: Known) -> str:
        """Return the key of the type's list."""
        return _read_of(known.resource_type).key(known.attributes)

    def account(self) -> str:
        """Ask STS, which answers whatever the credentials may do."""
        operation, deadline = "get_caller_identity", time.monotonic() + self._total_s
        calls = Calls(self._first, "sts", "", deadline=deadline, allowed={operation})
        try:
            return str((calls.ask(operation) or {})["Account"])
        except Exception as error:
            raise LiveError(
                f"AWS cannot be asked: {reason_of(error, 'sts')}",
                hint="aws sts get-caller-identity    # must answer first",
            ) from error

    def read(
        self,
        known: Sequence[Known],
        *,
        quick: bool = False,
        scope: Scope = NO_SCOPE,
        beside: Sequence[Known] = (),
    ) -> Reading:
        """Read every instance; with `quick`, by bulk calls alone."""
        began = time.monotonic()
        by_type: dict[tuple[str, str], list[Known]] = {}
        seen: dict[str, Seen] = {}
        for each in known:
            if each.resource_type in READERS:
                by_type.setdefault(self._place(each), []).append(each)
            else:
                seen[each.address] = Unreadable(reason=f"no reader for {each.resource_type}")
        # Types wait for requests, and requests wait for nobody: with one pool they could wait for themselves.
        with (
            ThreadPoolExecutor(max_workers=max(1, len(by_type))) as types,
            ThreadPoolExecutor(max_workers=self._connections) as requests,
        ):
            self._clients.deadline = began + self._total_s
            look = Look(self._clients, deadline=self._clients.deadline, pool=requests)
            how = _How(
                quick=quick,
                scope=scope,
                others=Others((each.resource_type, each.attributes) for each in (*known, *beside)),
                recorded=self._recorded((*known, *beside)),
            )
            read = [types.submit(_read_type, look, *where, those, how) for where, those in by_type.items()]
            try:
                found = [each.result() for each in read]
            except BaseException:
                # Whoever asked for the end does not wait for what nobody wants to know any more.
                self._clients.deadline = 0.0
                for pool in (types, requests):
                    pool.shutdown(wait=False, cancel_futures=True)
                raise
        unseen: dict[str, frozenset[str]] = {}
        for (name, _), one in zip(by_type, found, strict=True):
            seen.update(one.seen)
            if one.unseen:
                unseen[name] = unseen.get(name, frozenset()) | one.unseen
        return Reading(
            seen=seen,
            unseen={name: tuple(sorted(those)) for name, those in unseen.items()},
            unmanaged=_once(each for one in found for each in one.unmanaged),
            not_listed={name: why for one in found for name, why in one.not_listed.items()},
            requests=self._clients.take_requests(),
            duration_s=time.monotonic() - began,
        )

    def _place(self, known: Known) -> tuple[str, str]:
        """Return the type and where it is asked: one place has one name, or it would be read twice."""
        region = _read_of(known.resource_type).region or known.region
        return known.resource_type, region or self._clients.region()

    def _recorded(self, known: Iterable[Known]) -> Mapping[str, frozenset[str]]:
        keys: dict[str, set[str]] = {}
        for each in known:
            if each.resource_type in READERS:
                keys.setdefault(each.resource_type, set()).add(self.key(each))
        return {kind: frozenset(those) for kind, those in keys.items()}


def _once(unmanaged: Iterable[Unmanaged]) -> tuple[Unmanaged, ...]:
    """Leave out what the lists of two regions both hold: the list of all buckets is the account's."""
    return tuple({(each.resource_type, each.object_id): each for each in unmanaged}.values())


def _read_of(resource_type: str) -> Read:
    read = READERS[resource_type].read
    assert read is not None  # noqa: S101 - READERS holds no others
    return read


def _read_type(look: Look, resource_type: str, region: str, known: Sequence[Known], how: _How) -> _OfType:
    read = _read_of(resource_type)
    asked = AskedOfService(
        look,
        READERS[resource_type].service,
        region,
        allowed=read.calls,
        everything=how.scope.is_set,
    )
    try:
        items = read.listed(asked, [each.attributes for each in known if read.key(each.attributes)])
    except Exception as error:  # noqa: BLE001 - whatever AWS answers, the other types are read
        reason = reason_of(error, READERS[resource_type].service)
        return _OfType(
            seen={each.address: Unreadable(reason=reason) for each in known},
            not_listed={resource_type: reason} if how.scope.is_set else {},
        )
    tags = IndexedTags(asked, read, quick=how.quick)
    seen = look.side_by_side(lambda each: _seen(read, asked, items, tags, each, how), known)
    whose = Whose(resource_type, region, read, how.scope)
    unmanaged: tuple[Unmanaged, ...] = ()
    try:
        unmanaged = tuple(whose.unknown(items, how.recorded[resource_type]))
    except Exception as error:  # noqa: BLE001 - whatever AWS answers, what is known was read
        whose.not_listed[resource_type] = reason_of(error, asked.service)
    return _OfType(
        seen={each.address: one for each, one in zip(known, seen, strict=True)},
        unmanaged=unmanaged,
        not_listed=whose.not_listed,
        unseen=frozenset({*read.detailed, *tags.unseen} if how.quick else ()),
    )


def _seen(
    read: Read, asked: AskedOfService, items: Mapping[str, Any], tags: IndexedTags, known: Known, how: _How
) -> Seen:
    key = read.key(known.attributes)
    if not key:
        # A creation that failed half-way leaves such a record.
        return Unreadable(reason="its record does not tell by what it is found")
    item = items.get(key)
    if item is None:
        return Absent()
    try:
        attributes = {**read.bulk(item), **tags.of(item, known.attributes)}
        if read.detail is not None and not how.quick:
            attributes |= read.detail(asked, item, known.attributes)
        own = dict(_apart(read)(attributes, known.attributes, how.others))
        return fingerprint(with_default_tags(own, known.attributes), read.shape)
    except GoneError:
        return Absent()
    except Exception as error:  # noqa: BLE001 - whatever AWS answers, the other instances are read
        return Unreadable(reason=reason_of(error, asked.service))


def _apart(read: Read) -> Apart:
    return tags_apart if read.apart is None else together(read.apart, tags_apart)
