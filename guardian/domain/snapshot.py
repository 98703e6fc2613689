"""A snapshot: one immutable moment of a project, as references into the repository."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from guardian.domain import fields
from guardian.domain.actor import Actor
from guardian.domain.configuration import GitPosition, LeftOut
from guardian.domain.state import StateFacts


class Purpose(StrEnum):
    """Why a snapshot was taken."""

    BEFORE = "before"
    AFTER = "after"
    MANUAL = "manual"


class Layout(StrEnum):
    """How a state's bytes are stored: as one object, or as a recipe over packs of pieces."""

    WHOLE = "whole"
    RECIPE = "recipe"


@dataclass(frozen=True, slots=True, kw_only=True)
class StateRef:
    """A stored state.

    Attributes:
        object: Object id of the state (`whole`) or of its recipe (`recipe`).
        layout: How it is stored.
        bytes: Length of the raw state.
        sha256: Hex digest of the raw state.
        lineage, serial, terraform_version: As the state records them.
        instances: How many managed objects it records.
        source: `backend` for the bytes of the backend itself, `pull` for what `state pull` re-encoded,
            `plan` for the refreshed state in a saved plan.
    """

    object: str
    layout: Layout
    bytes: int
    sha256: str
    lineage: str
    serial: int
    terraform_version: str
    instances: int
    source: str

    @property
    def facts(self) -> StateFacts:
        """The identifying facts of the state."""
        return StateFacts(
            lineage=self.lineage,
            serial=self.serial,
            terraform_version=self.terraform_version,
            sha256=self.sha256,
            size_bytes=self.bytes,
            instances=self.instances,
        )

    def to_json(self) -> dict[str, Any]:
        """Return the JSON object of the format."""
        return {**asdict(self), "layout": str(self.layout)}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "StateRef":
        """Read what `to_json` wrote; raise ValueError when it is malformed."""
        return cls(
            object=fields.text(value, "object"),
            layout=Layout(fields.text(value, "layout")),
            bytes=fields.whole(value, "bytes"),
            sha256=fields.text(value, "sha256"),
            lineage=fields.text(value, "lineage"),
            serial=fields.whole(value, "serial"),
            terraform_version=fields.text(value, "terraform_version"),
            instances=fields.whole(value, "instances"),
            source=fields.text(value, "source"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanRef:
    """A stored saved plan; `json_object` is its `show -json`, None where that was not asked for."""

    object: str
    bytes: int
    sha256: str
    json_object: str | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the JSON object of the format."""
        return asdict(self)

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "PlanRef":
        """Read what `to_json` wrote; raise ValueError when it is malformed."""
        return cls(
            object=fields.text(value, "object"),
            bytes=fields.whole(value, "bytes"),
            sha256=fields.text(value, "sha256"),
            json_object=fields.optional_text(value, "json_object"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfigurationRef:
    """A stored configuration.

    Attributes:
        tree: Object id of the list of its files.
        root: POSIX path of the root module below the common base.
        files: How many files.
        bytes: Their total length.
        left_out, var_files, lock_file: As in `CapturedConfiguration`.
    """

    tree: str
    root: str
    files: int
    bytes: int
    left_out: tuple[LeftOut, ...]
    var_files: tuple[str, ...]
    lock_file: bool

    def to_json(self) -> dict[str, Any]:
        """Return the JSON object of the format."""
        listed = {"left_out": [asdict(each) for each in self.left_out], "var_files": list(self.var_files)}
        return {**asdict(self), **listed}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "ConfigurationRef":
        """Read what `to_json` wrote; raise ValueError when it is malformed."""
        return cls(
            tree=fields.text(value, "tree"),
            root=fields.text(value, "root"),
            files=fields.whole(value, "files"),
            bytes=fields.whole(value, "bytes"),
            left_out=tuple(
                LeftOut(
                    path=fields.text(each, "path"),
                    reason=fields.text(each, "reason"),
                    detail=fields.optional_text(each, "detail") or "",
                )
                for each in value["left_out"]
            ),
            var_files=tuple(str(each) for each in value["var_files"]),
            lock_file=fields.flag(value, "lock_file"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineUsed:
    """Which engine and providers made the moment; providers by source address, from the lock file."""

    product: str
    version: str
    providers: Mapping[str, str] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Return the JSON object of the format."""
        return {"product": self.product, "version": self.version, "providers": dict(self.providers)}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "EngineUsed":
        """Read what `to_json` wrote; raise ValueError when it is malformed."""
        providers = fields.group(value, "providers")
        return cls(
            product=fields.text(value, "product"),
            version=fields.text(value, "version"),
            providers={name: fields.text(providers, name) for name in providers},
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """One immutable moment of a project.

    Attributes:
        project: The project's name.
        state_id: Its directory in the repository.
        purpose: Why it was taken.
        run_id: The run that took it.
        taken_at: Aware UTC; to show, never to order by.
        state: The recorded state; None when the backend had none.
        refreshed: The state as a plan's refresh saw it (what was live); None without a plan.
        plan: The saved plan; None without one.
        configuration: Everything a plan of the root module reads; None when it was not captured.
        backend_object: Object id (kind `backend`) of the backend's full configuration.
        variables_object: Object id (kind `variables`) of the values and their sources; None for none.
        engine: Which engine and providers.
        git: Where the checkout stood; None outside git.
        actor: Who took it, and where.
        id: Content id; empty until the snapshot is committed.
    """

    project: str
    state_id: str
    purpose: Purpose
    run_id: str
    taken_at: datetime
    state: StateRef | None
    refreshed: StateRef | None
    plan: PlanRef | None
    configuration: ConfigurationRef | None
    backend_object: str
    variables_object: str | None
    engine: EngineUsed
    git: GitPosition | None
    actor: Actor
    id: str = ""

    @property
    def states(self) -> tuple[StateRef, ...]:
        """The recorded and the refreshed state, as far as there are any."""
        return tuple(each for each in (self.state, self.refreshed) if each is not None)

    def with_id(self, snapshot_id: str) -> "Snapshot":
        """Return the same snapshot under its content id."""
        return replace(self, id=snapshot_id)

    def to_json(self) -> dict[str, Any]:
        """Return the JSON object of the format, without `format` and without the id, which names it."""
        return {
            "project": self.project,
            "state_id": self.state_id,
            "purpose": str(self.purpose),
            "run_id": self.run_id,
            "taken_at": fields.format_moment(self.taken_at),
            "state": self.state.to_json() if self.state else None,
            "refreshed": self.refreshed.to_json() if self.refreshed else None,
            "plan": self.plan.to_json() if self.plan else None,
            "configuration": self.configuration.to_json() if self.configuration else None,
            "backend_object": self.backend_object,
            "variables_object": self.variables_object,
            "engine": self.engine.to_json(),
            "git": asdict(self.git) if self.git else None,
            "actor": self.actor.to_json(),
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any], *, snapshot_id: str) -> "Snapshot":
        """Read what `to_json` wrote; raise ValueError when it is malformed."""
        state, refreshed = fields.optional_group(value, "state"), fields.optional_group(value, "refreshed")
        plan, git = fields.optional_group(value, "plan"), fields.optional_group(value, "git")
        configuration = fields.optional_group(value, "configuration")
        return cls(
            id=snapshot_id,
            project=fields.text(value, "project"),
            state_id=fields.text(value, "state_id"),
            purpose=Purpose(fields.text(value, "purpose")),
            run_id=fields.text(value, "run_id"),
            taken_at=fields.moment(value, "taken_at"),
            state=StateRef.from_json(state) if state is not None else None,
            refreshed=StateRef.from_json(refreshed) if refreshed is not None else None,
            plan=PlanRef.from_json(plan) if plan is not None else None,
            configuration=ConfigurationRef.from_json(configuration) if configuration is not None else None,
            backend_object=fields.text(value, "backend_object"),
            variables_object=fields.optional_text(value, "variables_object"),
            engine=EngineUsed.from_json(fields.group(value, "engine")),
            git=None
            if git is None
            else GitPosition(
                commit=fields.text(git, "commit"),
                branch=fields.text(git, "branch"),
                dirty=fields.flag(git, "dirty"),
            ),
            actor=Actor.from_json(fields.group(value, "actor")),
        )
