"""The base configuration of a rehearsal: a commit or the baseline snapshot, laid out and initialised."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from guardian.domain.configuration import LeftOut
from guardian.domain.engine import Backend, PlanOptions
from guardian.domain.review.after.state import AfterState
from guardian.domain.review.document import PlanDocument
from guardian.errors import ConfigurationError
from guardian.operations.context import Checkout, Context
from guardian.operations.scene import (
    Additions,
    PrivateCopy,
    Scene,
    initialise_copy,
    lay_out,
    write_variables,
)
from guardian.operations.session import Place, working_directory
from guardian.repository.project import Project

SCENE = "base"


@dataclass(frozen=True, slots=True, kw_only=True)
class Base:
    """What a rollback would go back to.

    Attributes:
        ref: A commit by any name; empty for the baseline snapshot.
        project: Whose baseline; None where the store does not know the project.
    """

    ref: str = ""
    project: Project | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """The base configuration, ready to be planned.

    Attributes:
        name: A commit, or a snapshot's short id.
        options: For `plan`, apart from what every rehearsal has.
    """

    name: str
    scene: Scene
    options: PlanOptions
    notes: tuple[str, ...] = ()


def stage(
    context: Context,
    place: Place,
    checkout: Checkout,
    document: PlanDocument,
    base: Base,
    *,
    after: AfterState,
    options: PlanOptions,
) -> Stage | None:
    """Lay the base out and initialise it; None where there is none."""
    additions = Additions(
        carried_from=checkout.root if after.new_providers else None,
        providers=after.new_providers,
        variables=lambda: {name: each.get("value") for name, each in document.variables().items()},
    )
    plugins = (checkout.root / checkout.data_dir / "providers").absolute()
    if base.ref:
        return _of_commit(
            context, place, checkout, base.ref, additions, after=after, options=options, plugins=plugins
        )
    head = base.project.log.head() if base.project is not None else None
    if base.project is None or head is None or head.standing.baseline is None:
        return None
    snapshot = base.project.snapshot(head.standing.baseline)
    scene = lay_out(
        context,
        base.project,
        place,
        snapshot,
        name=SCENE,
        additions=additions,
        instead_of_backend=after.body,
        plugins=plugins,
    )
    return Stage(
        name=snapshot.id[:12],
        scene=scene,
        options=PlanOptions(var_files=scene.var_files, parallelism=options.parallelism),
    )


def _of_commit(
    context: Context,
    place: Place,
    checkout: Checkout,
    ref: str,
    additions: Additions,
    *,
    after: AfterState,
    options: PlanOptions,
    plugins: Path,
) -> Stage:
    top = place.path / SCENE
    files = context.configuration.lay_out_commit(checkout.root, ref, top, limits=context.limits)
    root = top / files.root
    if not root.is_dir():
        raise ConfigurationError(f"{ref} has no configuration in {files.root}: a rollback would leave none")
    here = context.backend.locate(working_directory(place, checkout))
    workspace = here.workspace if here is not None else checkout.environment.get("TF_WORKSPACE", "default")
    scene = initialise_copy(
        context,
        place,
        PrivateCopy(base=top, root=root),
        Backend(kind="local", config={}, workspace=workspace, address=""),
        additions=additions,
        instead_of_backend=after.body,
        plugins=plugins,
    )
    values = additions.variables()
    named = {each.partition("=")[0].strip() for each in options.variables} | set(scene.lent.variables)
    # In a file a value stays out of the process list, and one that the base does not declare is no error.
    given = {name: values[name] for name in sorted(named) if name in values}
    var_files = [str((checkout.root / each).absolute()) for each in options.var_files]
    if given:
        var_files.append(write_variables(context, place, given, name=SCENE))
    return Stage(
        name=files.commit[:12],
        scene=scene,
        options=PlanOptions(
            var_files=tuple(var_files),
            variables=tuple(
                each for each in options.variables if each.partition("=")[0].strip() not in given
            ),
            parallelism=options.parallelism,
        ),
        notes=tuple(_not_laid_out(ref, files.left_out)),
    )


def _not_laid_out(ref: str, left_out: tuple[LeftOut, ...]) -> Iterator[str]:
    submodules = [each.path for each in left_out if each.reason == "submodule"]
    others = [each.path for each in left_out if each.reason != "submodule"]
    if submodules:
        yield f"submodules of {ref} are not followed: {some(submodules)}"
    if others:
        yield f"links out of the commit and files over the size limit are left out: {some(others)}"


def some(names: Sequence[str], most: int = 5) -> str:
    """Join names, the first of many."""
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more
