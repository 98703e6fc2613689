"""A project's whole log, read and proven: what counts, what was taken off, and which objects it names."""

import json
import re
from dataclasses import dataclass, field
from datetime import datetime

from guardian.domain import fields
from guardian.domain.journal import Kind, Record, Standing
from guardian.errors import BlobMissingError, LogRolledBackError
from guardian.repository.keys import log_prefix
from guardian.repository.project import Project
from guardian.repository.verification import DAMAGE, Finding

_OBJECT_ID = re.compile(r"\b[0-9a-f]{64}\b")
# Terraform's own words, in any number: they name no object of the store.
_SILENT = frozenset({Kind.ENGINE_EVENTS, Kind.PLANNED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Committed:
    """A snapshot that a record names: when, by which run, and whether a later record promoted it."""

    id: str
    record: int
    at: datetime
    run_id: str


@dataclass(slots=True, kw_only=True)
class History:
    """What a log says, as far as it can be read.

    Attributes:
        records: How many records are sound, from the first on.
        standing: After the last of them.
        committed: The snapshots that count, oldest first.
        promoted: Ids of those that were promoted, oldest first, each once.
        set_aside: The keys that repairs recorded as moved away.
        incomplete: Ids of the snapshots that lost something by that.
        findings: What is wrong; empty for a sound log.
        latest: The time in the last sound record; None for none.
    """

    records: int = 0
    standing: Standing = field(default_factory=Standing)
    committed: dict[str, Committed] = field(default_factory=dict)
    promoted: dict[str, None] = field(default_factory=dict)
    set_aside: set[str] = field(default_factory=set)
    incomplete: set[str] = field(default_factory=set)
    findings: list[Finding] = field(default_factory=list)
    latest: datetime | None = None
    _named: list[tuple[int, frozenset[str]]] = field(default_factory=list)
    _opened: dict[str, int] = field(default_factory=dict)
    _approved: dict[int, tuple[datetime, frozenset[str]]] = field(default_factory=dict)

    @property
    def held_runs(self) -> frozenset[str]:
        """The last run, and those that an open incident and a hold are about: a way back may need them."""
        standing = self.standing
        found = (
            standing.last_run.id if standing.last_run else "",
            standing.open_incident.run_id if standing.open_incident else "",
            (standing.hold.run_id if standing.hold else "") or "",
        )
        return frozenset(filter(None, found))

    @property
    def named_objects(self) -> frozenset[str]:
        """Every id that a record names since the first of the held runs began, stranded states among them.

        And what an approval needs that is neither used nor, by the newest record, expired.
        """
        starts = [self._opened[each] for each in self.held_runs if each in self._opened]
        first = min(starts, default=self.records + 1)
        named = [ids for number, ids in self._named if number >= first]
        at = self.latest
        named += [ids for end, ids in self._approved.values() if at is None or at < end]
        return frozenset().union(*named)

    def knows_loss(self, each: Finding) -> bool:
        """Tell whether a repair has recorded this loss; the baseline is never lost silently."""
        return (
            each.code == BlobMissingError.code
            and each.key in self.set_aside
            and each.snapshot_id in self.incomplete
            and each.snapshot_id != self.standing.baseline
        )

    def take(self, record: Record) -> None:
        """Fold one more record in."""
        self.records, self.latest, self.standing = record.number, record.at, record.standing
        run_id = record.run_id or ""
        match record.kind:
            case Kind.SNAPSHOT_COMMITTED:
                snapshot_id = record.body["snapshot_id"]
                self.committed.pop(snapshot_id, None)
                self.committed[snapshot_id] = Committed(
                    id=snapshot_id, record=record.number, at=record.at, run_id=run_id
                )
            case Kind.PROMOTED:
                self.promoted.pop(record.body["snapshot_id"], None)
                self.promoted[record.body["snapshot_id"]] = None
            case Kind.SNAPSHOTS_PRUNED | Kind.REPAIRED:
                for each in record.body["snapshots"]:
                    self.committed.pop(each, None)
                if record.kind is Kind.REPAIRED:
                    self.set_aside.update(each["key"] for each in record.body["moved"])
                    self.incomplete.update(record.body["incomplete"])
            case Kind.RUN_OPENED:
                self._opened[run_id] = record.number
            case Kind.APPROVAL_USED:
                self._approved.pop(record.body["approval"], None)
            case _:
                pass
        if record.kind not in _SILENT and (ids := _OBJECT_ID.findall(json.dumps(dict(record.body)))):
            self._named.append((record.number, frozenset(ids)))
            if record.kind is Kind.PLAN_APPROVED:
                end = fields.moment(record.body, "expires_at")
                self._approved[record.number] = (end, frozenset(ids))


def read_history(project: Project) -> History:
    """Read a log from its first record: schema, chain and standings are proven, and that it is there."""
    history = History()
    numbers = project.log.numbers()
    try:
        project.refuse_lost_log()
    except DAMAGE as error:
        if isinstance(error, LogRolledBackError) or not numbers:
            # No record of it is damaged: it is gone, or another log than the one that was here.
            key = log_prefix(project.state_id)
            history.findings.append(Finding(key=key, problem=error.message, code=error.code))
            return history
    try:
        # Up to a number, not to the head: what stands before a damaged head is read all the same.
        for record in project.log.read(1, numbers[-1] if numbers else 0):
            if record.folded(history.standing) != record.standing:
                problem = f"record {record.number} carries a standing that its predecessors do not give"
                history.findings.append(Finding(key=project.log.key(record.number), problem=problem))
            history.take(record)
    except DAMAGE as error:
        history.findings.append(
            Finding(key=project.log.key(history.records + 1), problem=error.message, code=error.code)
        )
    return history
