"""Set aside what is damaged in a store, so that the next snapshot writes it anew; guess nothing."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from secrets import token_hex

from guardian.domain.journal import Kind
from guardian.errors import EncryptionError, NotFoundError, StoreCorruptError, UsageError
from guardian.operations.leases import leased
from guardian.ports.memory import HeadMemory
from guardian.ports.system import Clock, Identity
from guardian.repository.history import read_history
from guardian.repository.keys import Part, part_of, project_key, quarantine_key
from guardian.repository.remembrance import Remembrance
from guardian.repository.repository import Repository
from guardian.repository.survey import Survey, Surveyed, survey
from guardian.repository.verification import Finding

_SET_ASIDE = frozenset({Part.OBJECT, Part.MANIFEST, Part.FOREIGN})
# Not what a later version of guardian wrote: this one cannot tell whether it is damaged.
_DAMAGED = frozenset({StoreCorruptError.code, EncryptionError.code})
REBUILT = "guardian snapshot create    # or guardian apply: what was set aside is written anew"


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """One body that was set aside, or is to be."""

    key: str
    to: str
    problem: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Suffered:
    """What a repair means for one project.

    Attributes:
        lost: Snapshots whose manifests cannot be read: they are off the list for good.
        incomplete: Snapshots that lack something; whole again once the same content is written again.
        baseline_lost: Whether the baseline is among them, so that there is none now.
    """

    project: str
    lost: tuple[str, ...]
    incomplete: tuple[str, ...]
    baseline_lost: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Repaired:
    """How a repair ended.

    Attributes:
        left: Damage that cannot be set aside: logs, descriptors, `config.json`, another version's bodies.
    """

    moved: tuple[Moved, ...]
    suffered: tuple[Suffered, ...]
    left: tuple[Finding, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tools:
    """What repair and prune work with, beside the repository."""

    identity: Identity
    clock: Clock
    ttl_s: float
    tell: Callable[[str], None]


def repair(repository: Repository, tools: Tools, *, dry_run: bool) -> Repaired:
    """Move what is damaged into the quarantine, and record it in the log of every project that suffers.

    Args:
        repository: Which, opened with a memory: what went back is not written to.
        tools: The ports.
        dry_run: Only say what would be moved.

    Raises:
        LeaseHeldError: Somebody works on one of the projects.
        EncryptionError: The keys do not work now, so that nothing can be called damaged.
    """
    if dry_run:
        return _plan(repository, survey(repository, read_data=True, tell=tools.tell), moment="MOMENT")
    whole = [each for each in repository.readable_projects() if not read_history(each).findings]
    with leased(whole, identity=tools.identity, clock=tools.clock, ttl_s=tools.ttl_s, on_wait=tools.tell):
        found = survey(repository, read_data=True, tell=tools.tell)
        repository.prove_keys()
        moment = f"{tools.clock.now():%Y%m%dt%H%M%Sz}-{token_hex(3)}"
        planned = _plan(repository, found, moment=moment)
        _record(found, planned)
        for number, each in enumerate(planned.moved, start=1):
            tools.tell(f"setting aside {number} of {len(planned.moved)}: {each.key}")
            repository.inventory.set_aside(each.key, moment=moment)
    return planned


class Acceptance(StrEnum):
    """What became of a wish to take a log for the right one."""

    ACCEPTED = "accepted"
    GONE = "gone"
    NOT_NEEDED = "not_needed"


def accept_log(
    repository: Repository, tools: Tools, name: str, memory: HeadMemory, reason: str
) -> Acceptance:
    """Take a project's log for the right one although this machine saw more of it, or another.

    Args:
        repository: Opened without a memory.
        tools: The ports.
        name: The project.
        memory: What is to be forgotten.
        reason: Why; it is recorded.

    Returns:
        `GONE` where the store holds no such project any more, so that there was only something to forget;
        `NOT_NEEDED` where the log only went on since it was seen: nothing was changed or forgotten.

    Raises:
        UsageError: No reason, or nothing is remembered of this project.
        StoreCorruptError: The log itself is not sound, or gone while snapshots of the project are there.
    """
    if not reason.strip():
        raise UsageError("--accept-log wants a reason", hint="--reason 'why this log is the right one'")
    seen = memory.recall(repository.address, name)
    if seen is None:
        raise UsageError(
            f"nothing is remembered of {name} in {repository.address}: there is nothing to accept",
            hint="guardian status",
        )
    try:
        project = repository.project(name)
    except NotFoundError:
        if repository.inventory.manifests(seen.state_id):
            raise StoreCorruptError(
                f"{project_key(seen.state_id)} is missing, but the snapshots of {name} are there",
                hint="bring it back from a backup or from the bucket's older versions",
            ) from None
        memory.forget(repository.address, name)
        return Acceptance.GONE
    project.refuse_lost_log()
    history = read_history(project)
    if history.findings:
        raise StoreCorruptError(
            f"the log of {name} is not sound: {history.findings[0].problem}",
            hint="bring it back whole, from a backup or from the bucket's older versions",
        )
    remembrance = Remembrance(
        memory=memory,
        store=repository.address,
        repository_id=repository.id,
        state_id=project.state_id,
        descriptor=project.descriptor,
        clock=tools.clock,
    )
    if not remembrance.contradicted_by(project.log.head(), lambda number: project.log.record(number).digest):
        return Acceptance.NOT_NEEDED
    with leased([project], identity=tools.identity, clock=tools.clock, ttl_s=tools.ttl_s, on_wait=tools.tell):
        body = {"moved": [], "snapshots": [], "incomplete": [], "reason": reason}
        project.log.append(Kind.REPAIRED, body)
    memory.forget(repository.address, name)
    return Acceptance.ACCEPTED


def _plan(repository: Repository, found: Survey, *, moment: str) -> Repaired:
    movable: dict[str, Moved] = {}
    left: list[Finding] = []
    for each in found.findings:
        if each.key.endswith("/"):
            left.append(each)  # a whole log, which is the key of no body
        elif part_of(each.key) not in _SET_ASIDE or each.code not in _DAMAGED:
            if repository.inventory.exists(each.key) or part_of(each.key) not in _SET_ASIDE:
                left.append(each)
        elif each.key not in movable and repository.inventory.exists(each.key):
            to = quarantine_key(moment, each.key)
            movable[each.key] = Moved(key=each.key, to=to, problem=each.problem)
    suffered = tuple(filter(None, map(_suffered, found.projects)))
    return Repaired(moved=tuple(movable.values()), suffered=suffered, left=tuple(left))


def _suffered(surveyed: Surveyed) -> Suffered | None:
    lost: dict[str, None] = {}
    incomplete: dict[str, None] = {}
    for each in surveyed.findings:
        if each.snapshot_id:
            into = lost if part_of(each.key) is Part.MANIFEST else incomplete
            into[each.snapshot_id] = None
    if not lost and not incomplete:
        return None
    return Suffered(
        project=surveyed.project.descriptor.name,
        lost=tuple(lost),
        incomplete=tuple(incomplete),
        baseline_lost=surveyed.history.standing.baseline in {*lost, *incomplete},
    )


def _record(found: Survey, planned: Repaired) -> None:
    """Write into each log what is about to be moved, and what that project loses by it."""
    suffered = {each.project: each for each in planned.suffered}
    for surveyed in found.projects:
        concerned = suffered.get(surveyed.project.descriptor.name)
        if concerned is None or not surveyed.is_whole:
            continue
        keys = {each.key for each in surveyed.findings}
        moved = [
            {"key": each.key, "to": each.to, "problem": each.problem}
            for each in planned.moved
            if each.key in keys
        ]
        # Once they are off the list they are no finding any more: the next repair records them no more.
        if moved or concerned.lost or concerned.baseline_lost:
            body = {
                "moved": moved,
                "snapshots": list(concerned.lost),
                "incomplete": list(concerned.incomplete),
                "reason": "",
            }
            surveyed.project.log.append(Kind.REPAIRED, body)
