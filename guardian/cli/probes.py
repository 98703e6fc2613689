"""What `guardian doctor` tries for itself: the engine, the backend, the store, the keys."""

import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from guardian import wiring
from guardian.domain.engine import Backend, EngineVersion, RawState, WorkingDirectory
from guardian.errors import NotFoundError, StoreUnreachableError
from guardian.repository.keys import PROBE
from guardian.repository.probe import refuse_overwriting
from guardian.settings import Settings

if TYPE_CHECKING:  # loaded by the checks that start it
    from guardian.adapters.terraform.engine import TerraformEngine

PROBE_BODY = b"sealed by guardian doctor\n"


def engine_version(settings: Settings, root: Path) -> EngineVersion:
    """Start the engine and ask for its version."""
    return _engine(settings, root).version()


def read_backend(settings: Settings, root: Path) -> tuple[Backend, RawState] | None:
    """Read the state from where it lives; None when the directory is not initialised."""
    from guardian.adapters.terraform.backend import TerraformStateBackend

    policed = wiring.policed_environment(os.environ)
    backend = TerraformStateBackend(_engine(settings, root), policed.variables)
    checkout = wiring.checkout_of(settings, root, os.environ)
    with tempfile.TemporaryDirectory(prefix="guardian-doctor-") as name:  # mode 0700
        where = WorkingDirectory(root=root, run_dir=Path(name), environment=checkout.environment)
        found = backend.locate(where)
        return None if found is None else (found, backend.read(where, found))


def try_store(settings: Settings, root: Path) -> str:
    """Write a probe and read it back, in a store that is one already; say what is there.

    A store that is still empty stays so: a repository is made in an empty place alone.

    Raises:
        StoreError: It cannot be reached, written or read, overwrites, or holds something else.
    """
    store = wiring.blob_store(settings, root)
    _refuse_read_only(settings)
    try:
        memory = wiring.memory_of(os.environ)
        projects = wiring.open_repository(settings, root, make=False, memory=memory).projects()
    except NotFoundError:
        return f"{store.address}: nothing there yet, the first apply makes it"
    refuse_overwriting(store)
    names = ", ".join(sorted(each.name for each in projects)) or "none yet"
    return f"{store.address} takes what it is given and gives it back; projects: {names}"


def try_keys(settings: Settings) -> str | None:
    """Seal and open a probe; None where encryption is not configured."""
    sealer = wiring.sealer_of(settings)
    if sealer is None:
        return None
    context = {"guardian:kind": PROBE}
    sealer.open(sealer.seal(PROBE_BODY, context), context)
    return ", ".join(f"{name}: {text}" for name, text in sealer.description.items())


def try_policy(settings: Settings) -> str | None:
    """Compile the rules, and evaluate Rego over no change; None where there is no policy.

    Raises:
        PolicyError: One of them cannot be used.
    """
    from guardian.adapters.policy import policy_engines

    policy = settings.policy
    engines = policy_engines(policy.rules, policy.rego, timeout_s=policy.timeout_s)
    for each in engines:
        each.check()
    return ", ".join(each.summary for each in engines) or None


def _engine(settings: Settings, root: Path) -> "TerraformEngine":
    from guardian.adapters.system import SignalInterruption
    from guardian.adapters.terraform.discover import discover

    policed = wiring.policed_environment(os.environ)
    return discover(
        settings.engine, environment=policed.variables, interruption=SignalInterruption(), root=root
    )


def _refuse_read_only(settings: Settings) -> None:
    """Refuse a directory that takes no new file, without making one: the probe in it is there only once."""
    if "://" in settings.store:
        return
    place = Path(settings.store)
    standing = next(each for each in (place, *place.parents) if each.exists())
    if not os.access(standing, os.W_OK | os.X_OK):
        raise StoreUnreachableError(
            f"the store cannot be written to: {standing} is read-only for this user",
            hint="make it writable, or give another place as `store`",
        )
    room = os.statvfs(standing)
    if not room.f_bavail or (room.f_files and not room.f_favail):
        raise StoreUnreachableError(
            f"the store cannot be written to: the disk of {standing} is full",
            hint="free some space there, or give another place as `store`",
        )
