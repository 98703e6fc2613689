"""Where a project stands: the fold of its whole log, small enough to travel in every record."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, TypeVar

from guardian.domain import fields
from guardian.domain.actor import Actor

_Part = TypeVar("_Part")


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """A stop sign; `run_id` is the run that set it, None when a person did."""

    reason: str
    by: str
    since: datetime
    run_id: str | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the `hold` object of a `held` record."""
        return {**asdict(self), "since": fields.format_moment(self.since)}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "Hold":
        """Read what `to_json` wrote; raise ValueError when it is malformed."""
        return cls(
            reason=fields.text(value, "reason"),
            by=fields.text(value, "by"),
            since=fields.moment(value, "since"),
            run_id=fields.optional_text(value, "run_id"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaseRecord:
    """Who works on the project now; `record` is the number of the record that took the lease."""

    id: str
    ttl_s: float
    holder: Actor
    since: datetime
    record: int

    def to_json(self) -> dict[str, Any]:
        """Return the JSON object of the standing."""
        return {**asdict(self), "since": fields.format_moment(self.since)}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "LeaseRecord":
        """Read what `to_json` wrote; raise ValueError when it is malformed."""
        return cls(
            id=fields.text(value, "id"),
            ttl_s=fields.seconds(value, "ttl_s"),
            holder=Actor.from_json(fields.group(value, "holder")),
            since=fields.moment(value, "since"),
            record=fields.whole(value, "record"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRef:
    """One run; `outcome` and `exit_code` are None until it is closed, for ever when it was killed."""

    id: str
    operation: str
    opened_at: datetime
    first_record: int
    outcome: str | None = None
    exit_code: int | None = None

    @property
    def is_open(self) -> bool:
        """Tell whether no record closes the run: it still works, or it was killed."""
        return self.outcome is None

    def to_json(self) -> dict[str, Any]:
        """Return the JSON object of the standing."""
        return {**asdict(self), "opened_at": fields.format_moment(self.opened_at)}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "RunRef":
        """Read what `to_json` wrote; raise ValueError when it is malformed."""
        return cls(
            id=fields.text(value, "id"),
            operation=fields.text(value, "operation"),
            opened_at=fields.moment(value, "opened_at"),
            first_record=fields.whole(value, "first_record"),
            outcome=fields.optional_text(value, "outcome"),
            exit_code=fields.optional_whole(value, "exit_code"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownState:
    """The last moment of the state that the log vouches for."""

    lineage: str
    serial: int
    sha256: str
    instances: int

    def to_json(self) -> dict[str, Any]:
        """Return the `state` object of `snapshot_committed` and `state_accepted`."""
        return asdict(self)

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "KnownState":
        """Read what `to_json` wrote; raise ValueError when it is malformed."""
        return cls(
            lineage=fields.text(value, "lineage"),
            serial=fields.whole(value, "serial"),
            sha256=fields.text(value, "sha256"),
            instances=fields.whole(value, "instances"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentRef:
    """An incident that nobody closed yet; `record` is the number of its `incident_opened`."""

    run_id: str
    record: int

    def to_json(self) -> dict[str, Any]:
        """Return the JSON object of the standing."""
        return asdict(self)

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "IncidentRef":
        """Read what `to_json` wrote; raise ValueError when it is malformed."""
        return cls(run_id=fields.text(value, "run_id"), record=fields.whole(value, "record"))


@dataclass(frozen=True, slots=True, kw_only=True)
class SnapshotLink:
    """A committed snapshot; `record` is the number of its `snapshot_committed`."""

    id: str
    purpose: str
    record: int

    def to_json(self) -> dict[str, Any]:
        """Return the JSON object of the standing."""
        return asdict(self)

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "SnapshotLink":
        """Read what `to_json` wrote; raise ValueError when it is malformed."""
        return cls(
            id=fields.text(value, "id"),
            purpose=fields.text(value, "purpose"),
            record=fields.whole(value, "record"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class DriftRef:
    """What the last look at the live infrastructure found.

    Attributes:
        at: When.
        since: Id of the snapshot that it was held against; None for the recorded state.
        differences: How many instances differed.
        unreadable: How many could not be read.
    """

    at: datetime
    since: str | None
    differences: int
    unreadable: int

    def to_json(self) -> dict[str, Any]:
        """Return the JSON object of the standing."""
        return {**asdict(self), "at": fields.format_moment(self.at)}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "DriftRef":
        """Read what `to_json` wrote; raise ValueError when it is malformed."""
        return cls(
            at=fields.moment(value, "at"),
            since=fields.optional_text(value, "since"),
            differences=fields.whole(value, "differences"),
            unreadable=fields.whole(value, "unreadable"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalRef:
    """The newest approval that was not used; `record` is the number of its `plan_approved`.

    Attributes:
        plan_sha256: Of the plan file.
        by: Who approved it, in words.
        expires_at: From then on it does not hold.
    """

    record: int
    plan_sha256: str
    by: str
    expires_at: datetime

    def to_json(self) -> dict[str, Any]:
        """Return the JSON object of the standing."""
        return {**asdict(self), "expires_at": fields.format_moment(self.expires_at)}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "ApprovalRef":
        """Read what `to_json` wrote; raise ValueError when it is malformed."""
        return cls(
            record=fields.whole(value, "record"),
            plan_sha256=fields.text(value, "plan_sha256"),
            by=fields.text(value, "by"),
            expires_at=fields.moment(value, "expires_at"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where a project stands after one record of its log.

    The latest run and the latest snapshot are links: the record just before the one a link names carries the
    standing that links to the one before. So a list of runs or snapshots costs one read each.

    Attributes:
        baseline: Id of the snapshot last promoted to known good.
        baseline_since: When it was promoted.
        known_state: None before the first snapshot of a state.
        last_prune: Number of the newest `snapshots_pruned`, a link like the others; None when nothing was.
        drift: What the last look at the live infrastructure found; None before the first.
        last_accepted: Number of the newest `drift_accepted`, a link like the others; None when there is none.
        approval: The newest approval, None once it is used; it may have expired.
        last_approval: Number of the newest record of an approval or of its use, a link like the others.
    """

    baseline: str | None = None
    baseline_since: datetime | None = None
    hold: Hold | None = None
    lease: LeaseRecord | None = None
    last_run: RunRef | None = None
    last_snapshot: SnapshotLink | None = None
    known_state: KnownState | None = None
    open_incident: IncidentRef | None = None
    last_prune: int | None = None
    drift: DriftRef | None = None
    last_accepted: int | None = None
    approval: ApprovalRef | None = None
    last_approval: int | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the JSON object that each record carries."""
        return {
            "baseline": self.baseline,
            "baseline_since": fields.format_moment(self.baseline_since) if self.baseline_since else None,
            "hold": self.hold.to_json() if self.hold else None,
            "lease": self.lease.to_json() if self.lease else None,
            "last_run": self.last_run.to_json() if self.last_run else None,
            "last_snapshot": self.last_snapshot.to_json() if self.last_snapshot else None,
            "known_state": self.known_state.to_json() if self.known_state else None,
            "open_incident": self.open_incident.to_json() if self.open_incident else None,
            "last_prune": self.last_prune,
            "drift": self.drift.to_json() if self.drift else None,
            "last_accepted": self.last_accepted,
            "approval": self.approval.to_json() if self.approval else None,
            "last_approval": self.last_approval,
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "Standing":
        """Read what `to_json` wrote; raise ValueError when it is malformed."""
        since = fields.optional_text(value, "baseline_since")
        return cls(
            baseline=fields.optional_text(value, "baseline"),
            baseline_since=fields.moment(value, "baseline_since") if since is not None else None,
            hold=_part(value, "hold", Hold.from_json),
            lease=_part(value, "lease", LeaseRecord.from_json),
            last_run=_part(value, "last_run", RunRef.from_json),
            last_snapshot=_part(value, "last_snapshot", SnapshotLink.from_json),
            known_state=_part(value, "known_state", KnownState.from_json),
            open_incident=_part(value, "open_incident", IncidentRef.from_json),
            last_prune=fields.optional_whole(value, "last_prune"),
            drift=_part(value, "drift", DriftRef.from_json),
            last_accepted=fields.optional_whole(value, "last_accepted"),
            approval=_part(value, "approval", ApprovalRef.from_json),
            last_approval=fields.optional_whole(value, "last_approval"),
        )


def _part(value: Mapping[str, Any], name: str, read: Callable[[Mapping[str, Any]], _Part]) -> _Part | None:
    found = fields.optional_group(value, name)
    return None if found is None else read(found)
