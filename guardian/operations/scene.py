"""Lay a snapshot's configuration out in a private directory, bound to the same backend and workspace."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from guardian.domain.configuration import CarriedProviders, Override
from guardian.domain.engine import Backend, EngineOutcome, InitOptions, WorkingDirectory
from guardian.domain.recovery import Move
from guardian.domain.snapshot import Snapshot
from guardian.errors import ConfigurationError, InitFailedError, NotFoundError
from guardian.operations import capture
from guardian.operations.context import Context
from guardian.operations.plan import words
from guardian.operations.session import Place
from guardian.repository.objects import ObjectKind
from guardian.repository.project import Project

# Terraform merges `*_override.tf.json` last: a backend block there replaces the configuration's own, so that
# neither partial configuration nor relative paths nor credentials in an argv are needed.
# Source: https://developer.hashicorp.com/terraform/language/files/override
OVERRIDE = "zz_guardian_override.tf.json"
MOVES = "zz_guardian_moved.tf.json"
IMPORTS = "zz_guardian_import.tf.json"
VARIABLES = "guardian.tfvars.json"
PLAN_FILE = "snapshot.tfplan"
LOCAL_STATES = "states"
BACKEND = "backend"


@dataclass(frozen=True, slots=True, kw_only=True)
class Additions:
    """What a private copy holds beside the snapshot's own files.

    Attributes:
        moves: What goes home by inverse `moved` blocks.
        imports: Address and import id of what is adopted.
        overrides: Pinned arguments and lifted protection.
        carried_from: A root module whose provider blocks are carried over where the copy lacks them; None
            for none.
        providers: Provider references, as a state records them, that must be configured.
        variables: Gives the values of variables that a carried block may need; asked only then.
    """

    moves: Sequence[Move] = ()
    imports: Sequence[tuple[str, str]] = ()
    overrides: Sequence[Override] = ()
    carried_from: Path | None = None
    providers: Sequence[str] = ()
    variables: Callable[[], Mapping[str, Any]] = dict


NOTHING = Additions()


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """A snapshot's configuration, initialised.

    Attributes:
        var_files: Variable files to plan with: the recorded values, or none when they are not recorded.
        not_expressed: Overrides that an override file cannot say.
        lent: Providers that were carried over, and what came along with them.
    """

    where: WorkingDirectory
    backend: Backend
    var_files: tuple[str, ...]
    not_expressed: tuple[Override, ...] = ()
    lent: CarriedProviders = field(default_factory=CarriedProviders)


@dataclass(frozen=True, slots=True, kw_only=True)
class PrivateCopy:
    """A configuration's files in a private directory: the top of all files, and the root module."""

    base: Path
    root: Path


def unpack(context: Context, project: Project, snapshot: Snapshot, base: Path) -> Path:
    """Write a snapshot's files below `base`, and return its root module there; nothing is initialised.

    Raises:
        NotFoundError: The snapshot holds no configuration.
    """
    if snapshot.configuration is None:
        raise NotFoundError(f"snapshot {snapshot.id[:12]} holds no configuration to plan")
    context.configuration.lay_out(project.configuration_files(snapshot.configuration), base)
    return base / snapshot.configuration.root


def lay_out(
    context: Context,
    project: Project,
    place: Place,
    snapshot: Snapshot,
    *,
    name: str = "configuration",
    additions: Additions = NOTHING,
    instead_of_backend: bytes | None = None,
    plugins: Path | None = None,
) -> Scene:
    """Write the files, the backend and the variables, and initialise.

    Args:
        context: The ports.
        project: Which.
        place: The run's private directory.
        snapshot: Whose configuration.
        name: Directory of the copy.
        additions: What the copy holds beside the snapshot's files.
        instead_of_backend: A state to plan on in a private local backend; None for the real one.
        plugins: Directory of providers that were installed elsewhere, tried first; None for none.

    Raises:
        NotFoundError: The snapshot holds no configuration.
        ConfigurationError: A provider cannot be carried over.
        InitFailedError: With Terraform's words; nothing was changed.
    """
    base = place.path / name
    root = unpack(context, project, snapshot, base)
    backend = capture.load_backend(project, snapshot)
    copy = initialise_copy(
        context,
        place,
        PrivateCopy(base=base, root=root),
        backend,
        additions=additions,
        instead_of_backend=instead_of_backend,
        plugins=plugins,
    )
    values = variables_of(context, project, place, snapshot, copy.where, name=name)
    lent = copy.lent
    if values is not None and (lent.variables or lent.shared):
        values = _with_lent(lent, additions.variables(), values)
    return Scene(
        where=copy.where,
        backend=copy.backend,
        var_files=() if values is None else (write_variables(context, place, values, name=name),),
        not_expressed=copy.not_expressed,
        lent=lent,
    )


def initialise_copy(
    context: Context,
    place: Place,
    copy: PrivateCopy,
    backend: Backend,
    *,
    additions: Additions = NOTHING,
    instead_of_backend: bytes | None = None,
    plugins: Path | None = None,
) -> Scene:
    """Bind a private copy to its backend, amend and initialise it; see `lay_out`.

    Returns:
        The scene without variable files.
    """
    root = copy.root
    if instead_of_backend is not None:
        backend = _local_copy(context, copy.base, backend, instead_of_backend)
    _write_json(context, root / OVERRIDE, {"terraform": {"backend": {backend.kind: _configured(backend)}}})
    if additions.moves:
        write_moves(context, root, additions.moves)
    if additions.imports:
        imported = [{"to": address, "id": object_id} for address, object_id in additions.imports]
        _write_json(context, root / IMPORTS, {"import": imported})
    lent = CarriedProviders()
    if additions.carried_from is not None:
        lent = context.configuration.carry_providers(additions.carried_from, root, additions.providers)
    not_expressed = context.configuration.override(root, additions.overrides)
    where = WorkingDirectory(
        root=root, run_dir=place.path, environment=_environment(place.run_id, root, backend)
    )
    outcome = _init(context, where, plugins)
    if outcome.exit_code:
        raise InitFailedError(
            words(outcome, "init failed in the private copy of the configuration"),
            hint="the providers and the backend must be reachable from this machine",
        )
    return Scene(
        where=where,
        backend=backend,
        var_files=(),
        not_expressed=not_expressed,
        lent=lent,
    )


def _init(context: Context, where: WorkingDirectory, plugins: Path | None) -> EngineOutcome:
    """Initialise, at first with nothing but the providers that are there: no registry is asked then."""
    if plugins is not None and plugins.is_dir():
        outcome = context.engine.init(where, options=InitOptions(plugin_dir=plugins))
        if not outcome.exit_code or outcome.interrupted:
            return outcome
    return context.engine.init(where, options=InitOptions())


def _with_lent(lent: CarriedProviders, theirs: Mapping[str, Any], values: dict[str, Any]) -> dict[str, Any]:
    """Return the snapshot's values with those that carried providers need.

    Raises:
        ConfigurationError: A carried provider would work with another value than its objects were made with.
    """
    other = [name for name in lent.shared if theirs.get(name) != values.get(name)]
    if other:
        raise ConfigurationError(
            f"{', '.join(lent.providers)} cannot be carried over: the failed run gave it another value of "
            f"{', '.join(other)} than the snapshot has",
            hint="guardian restore --strategy destroy-created    # by the failed configuration itself",
        )
    return {**{name: theirs[name] for name in lent.variables if name in theirs}, **values}


def reach(context: Context, place: Place, backend: Backend) -> WorkingDirectory:
    """Return a directory from which the state can be read and written; most kinds need nothing in it.

    Raises:
        InitFailedError: This kind is reached by Terraform alone, and `init` failed.
    """
    where = WorkingDirectory(root=place.path, run_dir=place.path)
    if not context.backend.needs_init(where, backend):
        return where
    root = place.path / BACKEND
    root.mkdir(mode=0o700)
    _write_json(context, root / OVERRIDE, {"terraform": {"backend": {backend.kind: _configured(backend)}}})
    where = WorkingDirectory(
        root=root, run_dir=place.path, environment=_environment(place.run_id, root, backend)
    )
    outcome = context.engine.init(where, options=InitOptions())
    if outcome.exit_code:
        raise InitFailedError(
            words(outcome, "init failed"), hint="the backend must be reachable from this machine"
        )
    return where


def variables_of(
    context: Context,
    project: Project,
    place: Place,
    snapshot: Snapshot,
    where: WorkingDirectory,
    *,
    name: str,
) -> dict[str, Any] | None:
    """Return the values a snapshot was planned with; a run that was cut short has them in its plan."""
    values: dict[str, Any] | None = capture.load_variables(project, snapshot)["values"]
    if values is None and snapshot.plan is not None:
        plan = place.path / f"{name}-{PLAN_FILE}"
        context.workplace.write(plan, project.get(ObjectKind.PLAN, snapshot.plan.object))
        values = capture.variables_of(context.engine.show_plan_json(where, plan))
    return values


def write_overrides(context: Context, scene: Scene, overrides: Iterable[Override]) -> tuple[Override, ...]:
    """Add overrides to a scene that is laid out; return those that cannot be expressed."""
    return context.configuration.override(scene.where.root, overrides)


def write_moves(context: Context, root: Path, moves: Iterable[Move]) -> None:
    """Add inverse `moved` blocks to a root module in a private copy; they need no `init`.

    Where a block of the configuration leads home already, an inverse one begins that way from its start:
    Terraform lets nothing move to one place from two.
    """
    led = context.configuration.facts(root).moved
    moved = [{"from": each.source, "to": _start(each.home, led)} for each in moves]
    _write_json(context, root / MOVES, {"moved": moved})


def _start(home: str, led: Mapping[str, str]) -> str:
    seen = {home}
    while (before := led.get(home)) is not None and before not in seen:
        seen.add(before)
        home = before
    return home


def write_variables(context: Context, place: Place, values: Mapping[str, Any], *, name: str) -> str:
    """Write values of variables into a private file, and return its path for `-var-file`."""
    path = place.path / f"{name}-{VARIABLES}"
    _write_json(context, path, values)
    return str(path)


def _write_json(context: Context, path: Path, document: Mapping[str, Any]) -> None:
    context.workplace.write(path, json.dumps(dict(document)).encode())


def _local_copy(context: Context, base: Path, backend: Backend, body: bytes) -> Backend:
    """Put a state into a private local backend, under the same workspace: expressions may name it."""
    states = base / LOCAL_STATES
    states.mkdir(mode=0o700)
    place = states / backend.workspace if backend.workspace != "default" else states
    if place != states:
        place.mkdir(mode=0o700)
    context.workplace.write(place / "terraform.tfstate", body)
    return Backend(
        kind="local",
        config={"path": str(states / "terraform.tfstate"), "workspace_dir": str(states)},
        workspace=backend.workspace,
        address=str(states),
    )


def _configured(backend: Backend) -> dict[str, Any]:
    """Return the backend's configuration without what is unset; Terraform records unset keys as null."""
    return {key: value for key, value in backend.config.items() if value is not None}


def _environment(run_id: str, root: Path, backend: Backend) -> dict[str, str]:
    environment = {
        "TF_DATA_DIR": str(root / ".terraform"),
        "TF_APPEND_USER_AGENT": f"guardian/{run_id}",
    }
    if backend.workspace != "default":
        environment["TF_WORKSPACE"] = backend.workspace
    return environment
