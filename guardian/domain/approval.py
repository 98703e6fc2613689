"""An approval: one saved plan that may be applied once, and everything that it was approved with."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from guardian.domain import fields
from guardian.domain.review.policy import Override
from guardian.domain.snapshot import ConfigurationRef, PlanRef
from guardian.domain.standing import KnownState
from guardian.domain.state import StateFacts

CLOCKS_MAY_DIFFER = timedelta(minutes=5)
SHOWN_FILES = 5
LOCK_FILE = ".terraform.lock.hcl"


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedFile:
    """A file that a resource reads at apply, as it was when the plan was approved.

    Attributes:
        path: As the plan names it: relative to the root module, absolute, or from `~/`.
        sha256: Hex digest of its content.
        bytes: Its length.
        object: Id of the stored copy.
        address: The first instance that reads it.
        attribute: By which attribute.
    """

    path: str
    sha256: str
    bytes: int
    object: str
    address: str
    attribute: str

    @property
    def is_relative(self) -> bool:
        """Whether the path says nothing about the machine."""
        return not self.path.startswith(("/", "~"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """What was approved, by whom, until when.

    Attributes:
        number: Of its record; what the record of its use names.
        plan: The stored plan file.
        configuration: The stored list of the configuration's files.
        lock_file: Hex digest of `.terraform.lock.hcl`, or None without one.
        lineage, serial: Of the state that was planned on; None where there was none.
        sealed: The files that resources read at apply, one entry a path.
        by: Who, in words.
        reason: Why, or empty.
        overrides: Exceptions from policy rules that came with it.
        allow_delete: Addresses or globs whose data its apply may lose, as `--allow-delete` takes them.
    """

    number: int
    plan: PlanRef
    configuration: ConfigurationRef
    lock_file: str | None
    lineage: str | None
    serial: int | None
    sealed: tuple[SealedFile, ...]
    by: str
    reason: str
    at: datetime
    expires_at: datetime
    overrides: tuple[Override, ...] = ()
    allow_delete: tuple[str, ...] = ()

    def body(self) -> dict[str, Any]:
        """Return the body of the record `plan_approved`."""
        known = self.lineage is not None
        return {
            "plan": self.plan.to_json(),
            "configuration": self.configuration.to_json(),
            "lock_file": self.lock_file,
            "state": {"lineage": self.lineage, "serial": self.serial} if known else None,
            "sealed": [asdict(each) for each in self.sealed],
            "by": self.by,
            "reason": self.reason,
            "expires_at": fields.format_moment(self.expires_at),
            "overrides": [
                {
                    "rule": each.rule,
                    "address": each.address,
                    "expires_at": fields.format_moment(each.expires_at),
                }
                for each in self.overrides
            ],
            "allow_delete": list(self.allow_delete),
        }

    @classmethod
    def from_record(cls, body: Mapping[str, Any], *, number: int, at: datetime) -> "Approval":
        """Read what `body` wrote; raise ValueError when it is malformed."""
        state = fields.optional_group(body, "state")
        by, reason = fields.text(body, "by"), fields.text(body, "reason")
        return cls(
            number=number,
            plan=PlanRef.from_json(fields.group(body, "plan")),
            configuration=ConfigurationRef.from_json(fields.group(body, "configuration")),
            lock_file=fields.optional_text(body, "lock_file"),
            lineage=fields.text(state, "lineage") if state is not None else None,
            serial=fields.whole(state, "serial") if state is not None else None,
            sealed=tuple(SealedFile(**each) for each in body["sealed"]),
            by=by,
            reason=reason,
            at=at,
            expires_at=fields.moment(body, "expires_at"),
            overrides=tuple(
                Override(
                    rule=each["rule"],
                    address=each["address"],
                    reason=reason,
                    by=by,
                    expires_at=fields.moment(each, "expires_at"),
                )
                for each in body["overrides"]
            ),
            # Records of earlier versions have none.
            allow_delete=tuple(body.get("allow_delete", ())),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Present:
    """What is there when an approved plan is about to be applied.

    Attributes:
        state: None where there is no state.
        lock_file: Hex digest, or None without one.
        files: What stands for the content of each file of the configuration, by path from the root module.
        sealed: Hex digest of each sealed file that is there, by its path.
    """

    state: StateFacts | None
    lock_file: str | None
    files: Mapping[str, str]
    sealed: Mapping[str, str]


def out_of_time(approval: Approval, now: datetime) -> str:
    """Say why an approval does not hold at a time, or nothing where it does.

    A clock that is far behind would let it live on: one that is behind the approval itself is not believed.
    """
    when = f"{approval.expires_at:%Y-%m-%d %H:%M} UTC"
    if now >= approval.expires_at:
        return f"it expired at {when}"
    if now < approval.at - CLOCKS_MAY_DIFFER:
        return (
            f"it was given at {approval.at:%Y-%m-%d %H:%M} UTC, yet to come by this machine's clock: "
            "whether it has expired cannot be told"
        )
    return ""


def overtaken(approval: Approval, known: KnownState | None) -> str:
    """Say why the last state that the log vouches for rules an approval out, or nothing where it does not.

    The state may have moved without the log: then only the apply finds out. It may also have been ahead of
    the log when the plan was approved.
    """
    if known is None:
        return ""
    if approval.serial is None:
        return f"there was no state, and now there is one at serial {known.serial}"
    if approval.lineage != known.lineage:
        return "it was given for another state than the recorded one"
    if approval.serial < known.serial:
        return f"the state moved from serial {approval.serial} to {known.serial}"
    return ""


def moved(approval: Approval, approved_files: Mapping[str, str], present: Present) -> tuple[str, ...]:
    """Say what is no longer as it was approved, each in one clause; empty where nothing moved.

    Args:
        approval: What was approved.
        approved_files: Its configuration, as `Present.files`.
        present: What is there now. A sealed file that is missing is no difference: there is a stored copy.
    """
    return tuple(_moved(approval, approved_files, present))


def _moved(approval: Approval, approved: Mapping[str, str], present: Present) -> Iterator[str]:
    if clause := _state_moved(approval, present.state):
        yield clause
    if approval.lock_file != present.lock_file:
        yield f"the lock file {LOCK_FILE} differs"
    if files := _differing(approved, present.files):
        more = f" and {len(files) - SHOWN_FILES} more" if len(files) > SHOWN_FILES else ""
        yield f"the configuration differs: {', '.join(files[:SHOWN_FILES])}{more}"
    for each in approval.sealed:
        if present.sealed.get(each.path, each.sha256) != each.sha256:
            yield f"the sealed file {each.path} differs ({each.attribute} of {each.address})"


def _state_moved(approval: Approval, state: StateFacts | None) -> str:
    if state is None:
        return "" if approval.lineage is None else f"the state of serial {approval.serial} is gone"
    if approval.lineage is None:
        return f"there was no state, and now there is one at serial {state.serial}"
    if state.lineage != approval.lineage:
        return f"the state is another one: its lineage was {approval.lineage} and is {state.lineage}"
    if state.serial != approval.serial:
        return f"the state moved from serial {approval.serial} to {state.serial}"
    return ""


def _differing(approved: Mapping[str, str], present: Mapping[str, str]) -> list[str]:
    words = []
    for path in sorted(approved.keys() | present.keys()):
        if path not in present:
            words.append(f"{path} is gone")
        elif path not in approved:
            words.append(f"{path} is new")
        elif approved[path] != present[path]:
            words.append(f"{path} changed")
    return words
