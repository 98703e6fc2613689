"""Take what a spool holds into the store: contents, and the ids that they have there in what names them."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from guardian.domain.configuration import CapturedConfiguration
from guardian.domain.journal import Kind, Record
from guardian.domain.snapshot import ConfigurationRef, Snapshot, StateRef
from guardian.errors import BlobMissingError
from guardian.repository.objects import ObjectKind
from guardian.repository.project import Project

_ID = re.compile(r"[0-9a-f]{64}")
_KEPT = re.compile(r"kept as object ([0-9a-f]{64})")


@dataclass(slots=True, kw_only=True)
class Transfer:
    """One project's way from a spool into the store.

    An encrypted repository names contents by a secret of its own, so ids differ there.

    Attributes:
        source: In the spool.
        target: In the store.
        ids: What an id of the spool is called in the store, as far as it was met.
    """

    source: Project
    target: Project
    ids: dict[str, str] = field(default_factory=dict)
    _like: StateRef | None = None

    def body(self, record: Record) -> dict[str, Any]:
        """Return the body of a record as it is to stand in the store; what it keeps is put there first."""
        for object_id in _stranded(record):
            self._keep(object_id)
        return {name: _renamed(each, self.ids) for name, each in record.body.items()}

    def same(self, record: Record, there: Record) -> bool:
        """Tell whether a record of the store is this one of the spool, brought over before."""
        if (record.kind, record.run_id) != (there.kind, there.run_id):
            return False
        if record.kind is not Kind.SNAPSHOT_COMMITTED:
            return self.body(record) == dict(there.body)
        told = ("purpose", "state")
        if any(record.body[each] != there.body[each] for each in told):
            return False
        self.ids[record.body["snapshot_id"]] = there.body["snapshot_id"]
        return True

    def commit(self, record: Record) -> None:
        """Bring the snapshot of a `snapshot_committed` over, all that it refers to first, and commit it."""
        spooled = self.source.snapshot(record.body["snapshot_id"])
        state = self._state(spooled.state)
        self._like = state or self._like
        committed = self.target.commit(
            replace(
                spooled,
                id="",
                state_id=self.target.state_id,
                state=state,
                refreshed=self._state(spooled.refreshed),
                plan=replace(
                    spooled.plan,
                    object=self._object(ObjectKind.PLAN, spooled.plan.object),
                    json_object=self._object(ObjectKind.PLAN_JSON, spooled.plan.json_object)
                    if spooled.plan.json_object
                    else None,
                )
                if spooled.plan
                else None,
                configuration=self._configuration(spooled.configuration) if spooled.configuration else None,
                backend_object=self._object(ObjectKind.BACKEND, spooled.backend_object),
                variables_object=self._object(ObjectKind.VARIABLES, spooled.variables_object)
                if spooled.variables_object
                else None,
            )
        )
        self.ids[spooled.id] = committed.id

    def first_state(self, records: Iterable[Record]) -> Snapshot | None:
        """Return the snapshot that was taken before anything else, None when none was."""
        for each in records:
            if each.kind is Kind.SNAPSHOT_COMMITTED:
                return self.source.snapshot(each.body["snapshot_id"])
        return None

    def _object(self, kind: ObjectKind, object_id: str) -> str:
        return self.target.put(kind, self.source.get(kind, object_id))

    def _state(self, ref: StateRef | None) -> StateRef | None:
        if ref is None:
            return None
        body = self.source.get_state(ref)
        return self.target.put_state(body, facts=ref.facts, source=ref.source, like=self._like)

    def _configuration(self, ref: ConfigurationRef) -> ConfigurationRef:
        return self.target.put_configuration(
            CapturedConfiguration(
                root=ref.root,
                files=self.source.configuration_files(ref),
                left_out=ref.left_out,
                var_files=ref.var_files,
                lock_file=ref.lock_file,
            )
        )

    def _keep(self, object_id: str) -> None:
        if object_id in self.ids:
            return
        try:
            self.ids[object_id] = self._object(ObjectKind.STATE, object_id)
        except BlobMissingError:
            return  # words that look like an id: a note may say anything


def _stranded(record: Record) -> Iterable[str]:
    """Return the ids of kept states that a record names: nothing else refers to them."""
    if record.kind is Kind.INCIDENT_OPENED:
        return filter(None, [record.body["incident"].get("stranded_object", "")])
    if record.kind is Kind.NOTE:
        return _KEPT.findall(record.body["text"])
    return ()


def _renamed(value: Any, ids: Mapping[str, str]) -> Any:
    match value:
        case str():
            return _ID.sub(lambda found: ids.get(found[0], found[0]), value)
        case Mapping():
            return {name: _renamed(each, ids) for name, each in value.items()}
        case list():
            return [_renamed(each, ids) for each in value]
        case _:
            return value
