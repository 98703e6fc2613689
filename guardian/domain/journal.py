"""The log's vocabulary: kinds of records, one record, and how each moves the project's standing."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from guardian.domain import fields
from guardian.domain.actor import Actor
from guardian.domain.snapshot import Purpose
from guardian.domain.standing import (
    ApprovalRef,
    DriftRef,
    Hold,
    IncidentRef,
    KnownState,
    LeaseRecord,
    RunRef,
    SnapshotLink,
    Standing,
)

__all__ = [
    "ApprovalRef",
    "DriftRef",
    "Hold",
    "IncidentRef",
    "Kind",
    "KnownState",
    "LeaseRecord",
    "Record",
    "RunRef",
    "SnapshotLink",
    "Standing",
    "advance",
]


class Kind(StrEnum):
    """What a record says; the shape of each body is in `record.schema.json`."""

    LEASE_TAKEN = "lease_taken"
    LEASE_RENEWED = "lease_renewed"
    LEASE_RELEASED = "lease_released"
    RUN_OPENED = "run_opened"
    BREAK_GLASS = "break_glass"
    PLANNED = "planned"
    GUARDED = "guarded"
    APPROVED = "approved"
    SNAPSHOT_COMMITTED = "snapshot_committed"
    APPLYING = "applying"
    ENGINE_STARTED = "engine_started"
    ENGINE_LOCKED = "engine_locked"
    ENGINE_EVENTS = "engine_events"
    ENGINE_EXITED = "engine_exited"
    PROMOTED = "promoted"
    INCIDENT_OPENED = "incident_opened"
    RECOVERY_PLANNED = "recovery_planned"
    STEP_STARTED = "step_started"
    STEP_FINISHED = "step_finished"
    RECEIPT = "receipt"
    HELD = "held"
    RELEASED = "released"
    UNLOCKED = "unlocked"
    STATE_ACCEPTED = "state_accepted"
    DRIFT_SEEN = "drift_seen"
    DRIFT_ACCEPTED = "drift_accepted"
    PLAN_APPROVED = "plan_approved"
    APPROVAL_USED = "approval_used"
    INTERRUPTED = "interrupted"
    FLUSHING = "flushing"
    FLUSHED = "flushed"
    SNAPSHOTS_PRUNED = "snapshots_pruned"
    REPAIRED = "repaired"
    NOTE = "note"
    RUN_CLOSED = "run_closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One record of a project's log.

    Attributes:
        number: Consecutive, from 1.
        previous: Hex sha256 of the stored bytes of the record before; empty for the first.
        digest: Hex sha256 of its own stored bytes; not part of them.
        nonce: Random hex, so that a writer recognises its own record.
        at: Aware UTC; to show, never to order by.
        run_id: The run it belongs to, None for none.
        body: By kind.
        standing: The fold of all records up to and with this one.
    """

    number: int
    previous: str
    digest: str
    nonce: str
    at: datetime
    kind: Kind
    run_id: str | None
    actor: Actor
    body: Mapping[str, Any]
    standing: Standing

    def folded(self, before: Standing) -> Standing:
        """Return the standing that this record gives after another, whatever it carries itself."""
        return advance(before, self.kind, self.body, number=self.number, at=self.at, run_id=self.run_id)

    def to_json(self) -> dict[str, Any]:
        """Return the JSON object of the format, without `format`."""
        return {
            "number": self.number,
            "previous": self.previous,
            "nonce": self.nonce,
            "at": fields.format_moment(self.at),
            "kind": str(self.kind),
            "run_id": self.run_id,
            "actor": self.actor.to_json(),
            "body": dict(self.body),
            "standing": self.standing.to_json(),
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any], *, digest: str) -> "Record":
        """Read what `to_json` wrote; raise ValueError or KeyError when it is malformed."""
        return cls(
            number=fields.whole(value, "number"),
            previous=fields.text(value, "previous"),
            digest=digest,
            nonce=fields.text(value, "nonce"),
            at=fields.moment(value, "at"),
            kind=Kind(fields.text(value, "kind")),
            run_id=fields.optional_text(value, "run_id"),
            actor=Actor.from_json(fields.group(value, "actor")),
            body=fields.group(value, "body"),
            standing=Standing.from_json(fields.group(value, "standing")),
        )


def advance(
    standing: Standing, kind: Kind, body: Mapping[str, Any], *, number: int, at: datetime, run_id: str | None
) -> Standing:
    """Return the standing after one more record.

    Args:
        standing: Before it.
        kind: The record's kind.
        body: The record's body, valid by its schema.
        number: The record's number.
        at: The record's time.
        run_id: The record's run.
    """
    match kind:
        case Kind.LEASE_TAKEN:
            taken = LeaseRecord.from_json(
                {**fields.group(body, "lease"), "since": fields.format_moment(at), "record": number}
            )
            return replace(standing, lease=taken)
        case Kind.LEASE_RELEASED if standing.lease and standing.lease.id == body["lease_id"]:
            return replace(standing, lease=None)
        case Kind.HELD:
            return replace(standing, hold=Hold.from_json(fields.group(body, "hold")))
        case Kind.RELEASED:
            return replace(standing, hold=None, open_incident=None)
        case Kind.RUN_OPENED:
            opened = RunRef(id=run_id or "", operation=body["operation"], opened_at=at, first_record=number)
            return replace(standing, last_run=opened)
        case Kind.RUN_CLOSED if standing.last_run and standing.last_run.id == run_id:
            closed = replace(standing.last_run, outcome=body["outcome"], exit_code=body["exit_code"])
            return replace(standing, last_run=closed)
        case _:
            return _weigh(standing, kind, body, number=number, at=at, run_id=run_id)


def _weigh(
    standing: Standing, kind: Kind, body: Mapping[str, Any], *, number: int, at: datetime, run_id: str | None
) -> Standing:
    """Return the standing after a record of evidence: snapshots, promotions, incidents, receipts."""
    match kind:
        case Kind.SNAPSHOT_COMMITTED:
            link = SnapshotLink(id=body["snapshot_id"], purpose=body["purpose"], record=number)
            vouched = body["state"] is not None and body["purpose"] != Purpose.BEFORE
            known = KnownState.from_json(fields.group(body, "state")) if vouched else standing.known_state
            return replace(standing, last_snapshot=link, known_state=known)
        case Kind.SNAPSHOTS_PRUNED:
            return replace(standing, last_prune=number)
        case Kind.REPAIRED:
            # What cannot be restored is no baseline: the next one is made as the first was.
            lost = standing.baseline in {*body["snapshots"], *body["incomplete"]}
            left = replace(standing, baseline=None, baseline_since=None) if lost else standing
            return replace(left, last_prune=number) if body["snapshots"] else left
        case Kind.STATE_ACCEPTED:
            return replace(standing, known_state=KnownState.from_json(fields.group(body, "state")))
        case Kind.PROMOTED:
            return replace(standing, baseline=body["snapshot_id"], baseline_since=at, open_incident=None)
        case Kind.INCIDENT_OPENED if standing.open_incident is None:
            # A second failure, of the recovery itself, never hides the first.
            return replace(standing, open_incident=IncidentRef(run_id=run_id or "", record=number))
        case Kind.RECEIPT if body["proven"]:
            return replace(standing, open_incident=None)
        case _:
            return _heed(standing, kind, body, number=number, at=at)


def _heed(standing: Standing, kind: Kind, body: Mapping[str, Any], *, number: int, at: datetime) -> Standing:
    """Return the standing after a record of what people saw and agreed to."""
    match kind:
        case Kind.DRIFT_SEEN:
            return replace(standing, drift=DriftRef.from_json({**body, "at": fields.format_moment(at)}))
        case Kind.DRIFT_ACCEPTED:
            return replace(standing, last_accepted=number)
        case Kind.PLAN_APPROVED:
            given = ApprovalRef(
                record=number,
                plan_sha256=fields.text(fields.group(body, "plan"), "sha256"),
                by=fields.text(body, "by"),
                expires_at=fields.moment(body, "expires_at"),
            )
            return replace(standing, approval=given, last_approval=number)
        case Kind.APPROVAL_USED:
            newest = standing.approval
            used = newest is not None and newest.record == body["approval"]
            return replace(standing, approval=None if used else newest, last_approval=number)
        case _:
            return standing
