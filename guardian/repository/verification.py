"""Whether everything that a snapshot refers to is there, and is what it should be."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import partial

from guardian.domain.snapshot import Snapshot
from guardian.errors import (
    BlobMissingError,
    EncryptionError,
    StoreCorruptError,
    StoreError,
    StoreFormatError,
)
from guardian.repository.configurations import Configurations
from guardian.repository.keys import object_key
from guardian.repository.objects import ObjectKind, Objects, Referent, at_once
from guardian.repository.states import States

DAMAGE = (BlobMissingError, StoreCorruptError, StoreFormatError, EncryptionError)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something wrong in a repository.

    Attributes:
        key: Which blob.
        problem: One sentence for a person.
        code: Of the error that told it.
        snapshot_id: The snapshot that suffers; empty when it is the log.
    """

    key: str
    problem: str
    snapshot_id: str = ""
    code: str = StoreCorruptError.code


class Depth(StrEnum):
    """How far a verification goes; all ask whether each referent exists.

    `presence` reads only what lists others. `written` also reads back what this process wrote. `everything`
    reads all that this process has not read back before.
    """

    PRESENCE = "presence"
    WRITTEN = "written"
    EVERYTHING = "everything"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """Verifies snapshots against the store."""

    objects: Objects
    states: States
    configurations: Configurations

    def verify(self, snapshot: Snapshot, depth: Depth) -> tuple[Finding, ...]:
        """Return what is wrong, in no particular order, each blob once."""
        referents, findings = self.referents(snapshot)
        ordered = sorted(referents)
        problems = at_once(lambda each: _problem(partial(self._visit, *each, depth)), ordered)
        findings += [
            _finding(object_id, problem, snapshot)
            for (_, object_id), problem in zip(ordered, problems, strict=True)
            if problem is not None
        ]
        if depth is not Depth.PRESENCE and not findings:
            for state in snapshot.states:
                if problem := _problem(partial(self.states.get, state)):
                    findings.append(_finding(state.object, problem, snapshot))
        return tuple(findings)

    def way_back(self, snapshot: Snapshot) -> tuple[Finding, ...]:
        """Return what is wrong with what a way back to a snapshot reads: all of it but its plan."""
        return self.verify(replace(snapshot, plan=None), Depth.EVERYTHING)

    def referents(self, snapshot: Snapshot) -> tuple[set[Referent], list[Finding]]:
        """Return every object that a snapshot is made of, and which lists among them cannot be read."""
        lists: list[tuple[str, Callable[[], Iterable[Referent]]]] = [
            (each.object, partial(self.states.referents, each)) for each in snapshot.states
        ]
        if snapshot.configuration is not None:
            tree = snapshot.configuration.tree
            lists.append((tree, partial(self.configurations.referents, snapshot.configuration)))
        findings: list[Finding] = []
        referents = set(_single(snapshot))
        for parent, found in lists:
            try:
                referents.update(found())
            except DAMAGE as error:
                findings.append(_finding(parent, error, snapshot))
        return referents, findings

    def _visit(self, kind: ObjectKind, object_id: str, depth: Depth) -> None:
        wanted = depth is Depth.EVERYTHING or (depth is Depth.WRITTEN and self.objects.was_written(object_id))
        if wanted and not self.objects.is_verified(object_id):
            self.objects.get(kind, object_id)
        elif not self.objects.exists(object_id):
            raise BlobMissingError(f"{object_key(object_id)} is missing")


def _single(snapshot: Snapshot) -> Iterator[Referent]:
    yield ObjectKind.BACKEND, snapshot.backend_object
    if snapshot.variables_object is not None:
        yield ObjectKind.VARIABLES, snapshot.variables_object
    if snapshot.plan is not None:
        yield ObjectKind.PLAN, snapshot.plan.object
        if snapshot.plan.json_object is not None:
            yield ObjectKind.PLAN_JSON, snapshot.plan.json_object


def _problem(work: Callable[[], object]) -> StoreError | None:
    try:
        work()
    except DAMAGE as error:
        return error
    return None


def _finding(object_id: str, error: StoreError, snapshot: Snapshot) -> Finding:
    return Finding(key=object_key(object_id), problem=error.message, snapshot_id=snapshot.id, code=error.code)
