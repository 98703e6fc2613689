"""Find the project that a command means: from a checkout, by name, or the only one in the store."""

from collections.abc import Callable
from pathlib import Path

from guardian.domain.engine import Backend, WorkingDirectory
from guardian.domain.project import ProjectDescriptor
from guardian.errors import AmbiguousError, GuardianError, NotFoundError
from guardian.operations.context import Checkout, Context
from guardian.repository.project import Project
from guardian.repository.repository import Repository


def project_of(context: Context, checkout: Checkout, backend: Backend) -> Project:
    """Return the project of an initialised checkout, made on its first run."""
    return context.repository.ensure_project(
        ProjectDescriptor(
            name=project_name(checkout.project, backend),
            backend_kind=backend.kind,
            backend_address=backend.address,
            workspace=backend.workspace,
        )
    )


def project_name(configured: str, backend: Backend) -> str:
    """Name a project: as configured, with the workspace where it is not the default one; else the address."""
    if not configured:
        return backend.address
    return configured if backend.workspace == "default" else f"{configured}:{backend.workspace}"


def known_project(context: Context, name: str) -> tuple[Project | None, str]:
    """Return what the store knows of a project, or why it is not known: for what works without a store."""
    try:
        return context.repository.project(name), ""
    except GuardianError as error:
        return None, why_unknown(error.message)


def why_unknown(reason: str) -> str:
    """Say what a review does without where the store tells nothing."""
    return f"no baseline, accepted drift or exception from policy is known: {reason}"


Locate = Callable[[WorkingDirectory], Backend | None]


def find_project(repository: Repository, locate: Locate, *, name: str, checkout: Checkout | None) -> Project:
    """Find an existing project without running or initialising anything.

    Args:
        locate: Tells the backend of an initialised directory.
        name: As given by `--project`, or empty.
        checkout: The root module at hand, or None.

    Raises:
        NotFoundError: No such project, none at all, or none of the state that the root module uses.
        AmbiguousError: Several, and nothing says which.
    """
    if name:
        return repository.project(name)
    if checkout is not None:
        here = _project_here(repository, locate, checkout)
        if here is not None:
            return here
    known = repository.projects()
    if not known:
        raise NotFoundError(
            "the store holds no project yet",
            hint="guardian apply    # or: guardian snapshot create, in the root module",
        )
    if len(known) > 1:
        raise AmbiguousError(
            "the store holds several projects: " + ", ".join(sorted(each.name for each in known)),
            hint="--project NAME",
        )
    return repository.project(known[0].name)


def name_here(locate: Locate, checkout: Checkout) -> str:
    """Return the name of the project of an initialised checkout, empty when it is not initialised."""
    where = WorkingDirectory(root=checkout.root, run_dir=Path(), environment=checkout.environment)
    backend = locate(where)
    return project_name(checkout.project, backend) if backend is not None else ""


def _project_here(repository: Repository, locate: Locate, checkout: Checkout) -> Project | None:
    name = name_here(locate, checkout)
    return repository.project(name) if name else None
