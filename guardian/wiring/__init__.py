"""The composition root: settings in, operations' ports out. Nothing else knows both sides."""

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from guardian.domain.engine import InitOptions
from guardian.errors import (
    NotFoundError,
    StoreAnswersError,
    StoreError,
    StoreUnreachableError,
)
from guardian.operations.context import Checkout, Context
from guardian.settings import Settings

if TYPE_CHECKING:  # these load what commands that only read do without
    from guardian.adapters.terraform.environment import PolicedEnvironment
    from guardian.domain.glass import Glass
    from guardian.domain.remembered import Remembered
    from guardian.ports.audience import Audience
    from guardian.ports.blobs import BlobStore
    from guardian.ports.memory import HeadMemory
    from guardian.ports.sealer import Sealer
    from guardian.ports.spool import SpoolPlace
    from guardian.ports.system import Interruption
    from guardian.repository.repository import Project, Repository

CONFIGURATION = ("*.tf", "*.tf.json", "*.tofu", "*.tofu.json")


def has_configuration(root: Path) -> bool:
    """Tell whether a directory holds a root module."""
    return any(next(root.glob(pattern), None) is not None for pattern in CONFIGURATION)


def checkout_of(
    settings: Settings,
    root: Path,
    environment: Mapping[str, str],
    *,
    variables: Iterable[str] = (),
    var_files: Iterable[str] = (),
    init: InitOptions | None = None,
) -> Checkout:
    """Describe the root module at hand and every input that decides its variables.

    Args:
        settings: The settings.
        root: The directory.
        environment: The process's environment.
        variables: Values of `-var`.
        var_files: Values of `-var-file`, relative to `root`.
        init: How to initialise it.
    """
    from guardian.adapters.terraform.environment import police

    policed = police(environment)
    directory = policed.of_directory
    inputs: list[tuple[str, str]] = []
    digest = sha256()
    for assignment in variables:
        inputs.append((assignment.partition("=")[0], "flag -var"))
        digest.update(b"-var\0" + assignment.encode() + b"\0")
    for file in var_files:
        inputs.append((file, "flag -var-file"))
        digest.update(b"-var-file\0" + file.encode() + b"\0" + _content(root / file) + b"\0")
    for name in sorted(name for name in policed.variables if name.startswith("TF_VAR_")):
        inputs.append((name.removeprefix("TF_VAR_"), f"environment {name}"))
        digest.update(f"{name}={policed.variables[name]}".encode() + b"\0")
    inputs += [(each.name, "file") for each in sorted(_automatic_files(root))]
    if "TF_APPEND_USER_AGENT" in policed.variables:
        directory = {**directory, "TF_APPEND_USER_AGENT": policed.variables["TF_APPEND_USER_AGENT"]}
    return Checkout(
        root=root,
        data_dir=root / (policed.data_dir or ".terraform"),
        environment=directory,
        init=init or InitOptions(),
        project=settings.project or "",
        inputs=tuple(inputs),
        inputs_digest=digest.hexdigest(),
    )


def context_of(
    settings: Settings,
    root: Path,
    environment: Mapping[str, str],
    *,
    audience: "Audience",
    interruption: "Interruption",
    make: bool,
    break_glass: str = "",
    may_lack_store: bool = False,
) -> Context:
    """Put the ports together for an operation that runs the engine.

    Args:
        settings: The settings.
        root: The root module's directory, or where the command runs without one.
        environment: The process's environment.
        audience: Who is told and asked.
        interruption: Tells of signals.
        make: Whether to make a repository where there is none.
        break_glass: Why to work without the store, which must not answer; empty to work with it.
        may_lack_store: Whether a store that cannot be opened is no error: whoever asks it is told then.
    """
    from guardian.adapters.aws import DeferredFingerprints, DeferredLiveReader
    from guardian.adapters.configuration import DiskConfiguration
    from guardian.adapters.differ import DeepDiffer
    from guardian.adapters.system import ProcessIdentity, SystemClock
    from guardian.adapters.terraform.backend import TerraformStateBackend
    from guardian.adapters.terraform.discover import discover
    from guardian.adapters.workplace import DiskWorkplace

    policed = policed_environment(environment)
    for note in policed.notes:
        audience.note(note)
    engine = discover(settings.engine, environment=policed.variables, interruption=interruption, root=root)
    with ThreadPoolExecutor(max_workers=1) as beside:
        # Asking the engine takes as long as loading what reads the store; the answer is remembered.
        version = beside.submit(engine.version)
        memory = memory_of(environment, note=audience.note)
        glass, spool = None, None
        if break_glass:
            glass = glass_of(settings, root, reason=break_glass, memory=memory)
            repository = open_spool(settings, root, environment, make=make)
        elif may_lack_store:
            repository = repository_or_why_not(settings, root, memory=memory)
        else:
            repository = open_repository(settings, root, make=make, memory=memory)
            if spool_place(settings, root, environment).is_there():
                spool = open_spool(settings, root, environment, make=False)
        version.result()
    return Context(
        engine=engine,
        backend=TerraformStateBackend(engine, policed.variables),
        configuration=DiskConfiguration(),
        repository=repository,
        clock=SystemClock(),
        identity=ProcessIdentity(environment=environment),
        interruption=interruption,
        audience=audience,
        differ=DeepDiffer(),
        # A review leaves nothing in the checkout, which it may not be allowed to write to.
        workplace=DiskWorkplace(
            state_place(environment) if may_lack_store else work_place(root, environment)
        ),
        live=DeferredLiveReader(policed.variables),
        fingerprints=DeferredFingerprints(
            policed.variables, connections=settings.drift.connections, total_s=settings.drift.timeout_s
        ),
        limits=settings.capture,
        own_paths=_own_paths(settings, root),
        lease_ttl_s=settings.lease.ttl_s,
        renew_s=settings.lease.renew_s,
        grace_s=settings.interrupt.grace_s,
        look_again_s=settings.orphans.look_again_s,
        retry=settings.retry,
        scope=settings.drift.scope,
        ignore=settings.drift.ignore,
        memory=memory,
        glass=glass,
        spool=spool,
    )


def policed_environment(environment: Mapping[str, str]) -> "PolicedEnvironment":
    """Sort the environment's variables; raise `EnvironmentRefusedError` for one that changes commands."""
    from guardian.adapters.terraform.environment import police

    return police(environment)


def memory_of(
    environment: Mapping[str, str], *, note: Callable[[str], None] = lambda _: None
) -> "HeadMemory":
    """Return what this user remembers of stores.

    Args:
        environment: Tells the user's state home, and the endpoint of S3 where it is not AWS's.
        note: Told once when nothing can be remembered.
    """
    from guardian.adapters.memory import DiskHeads, state_home

    return DiskHeads(state_home(environment), scope=_endpoint(environment), note=note)


def open_repository(
    settings: Settings, root: Path, *, make: bool, memory: "HeadMemory | None" = None
) -> "Repository":
    """Open the store of the settings.

    Args:
        settings: The settings.
        root: What a relative store is relative to.
        make: Whether to make a repository where there is none; else that is a `NotFoundError`.
        memory: What its logs are held against; None trusts them as they are.
    """
    from guardian.adapters.system import ProcessIdentity, SystemClock
    from guardian.repository.repository import Repository

    store = blob_store(settings, root, memory=memory)
    sealer = sealer_of(settings)
    clock, identity = SystemClock(), ProcessIdentity()
    if make:
        return Repository.open_or_create(store, clock=clock, identity=identity, sealer=sealer, memory=memory)
    return Repository.open(store, clock=clock, identity=identity, sealer=sealer, memory=memory)


def repository_or_why_not(settings: Settings, root: Path, *, memory: "HeadMemory") -> "Repository":
    """Open the store of the settings; where it cannot be, return one that says why to whoever asks it."""
    from guardian.repository.missing import MissingRepository

    try:
        return open_repository(settings, root, make=False, memory=memory)
    except (NotFoundError, StoreError) as error:
        return MissingRepository(error)


def glass_of(settings: Settings, root: Path, *, reason: str, memory: "HeadMemory") -> "Glass":
    """Try the store, reading and writing, and say why it cannot be used.

    Raises:
        StoreAnswersError: It can; nothing was done.
        StoreError: It answers, and is not what it should be: nothing opens the glass but silence.
    """
    from guardian.adapters.system import ProcessIdentity, SystemClock
    from guardian.domain.glass import Glass
    from guardian.repository.probe import refuse_overwriting
    from guardian.repository.repository import Repository

    store = blob_store(settings, root, memory=memory)
    try:
        Repository.open(
            store, clock=SystemClock(), identity=ProcessIdentity(), sealer=sealer_of(settings), memory=memory
        )
        refuse_overwriting(store)
    except StoreUnreachableError as error:
        return Glass(reason=reason, store=store.address, error=error.message)
    except NotFoundError:
        pass  # nothing is there, which is an answer too
    raise StoreAnswersError(
        f"the store {store.address} answers: nothing was done", hint="leave --break-glass and --reason out"
    )


def spool_place(settings: Settings, root: Path, environment: Mapping[str, str]) -> "SpoolPlace":
    """Return where this machine spools what is applied while the store is down."""
    from guardian.adapters.memory import state_home
    from guardian.adapters.spool import DiskSpoolPlace

    address = blob_store(settings, root).address
    return DiskSpoolPlace(state_home(environment), address, scope=_endpoint(environment))


def open_spool(settings: Settings, root: Path, environment: Mapping[str, str], *, make: bool) -> "Repository":
    """Open the spool of the store of the settings; its bodies are sealed with the same keys.

    Raises:
        NotFoundError: Nothing is spooled, and `make` is false.
        EncryptionError: The keys cannot be reached: nothing is spooled in clear.
    """
    from guardian.adapters.store import open_store
    from guardian.adapters.system import ProcessIdentity, SystemClock
    from guardian.repository.repository import Repository

    place = spool_place(settings, root, environment)
    if not make and not place.is_there():
        raise NotFoundError(
            f"nothing is spooled on this machine for the store {blob_store(settings, root).address}",
            hint="once the store answers: guardian status",
        )
    store, sealer = open_store(place.address, base=root), sealer_of(settings)
    opened = Repository.open_or_create if make else Repository.open
    return opened(store, clock=SystemClock(), identity=ProcessIdentity(), sealer=sealer)


def _endpoint(environment: Mapping[str, str]) -> str:
    return environment.get("AWS_ENDPOINT_URL_S3") or environment.get("AWS_ENDPOINT_URL") or ""


def blob_store(settings: Settings, root: Path, *, memory: "HeadMemory | None" = None) -> "BlobStore":
    """Return the blob store of the settings, untouched; with a memory, it tells "not there" from "empty"."""
    from guardian.adapters.store import open_store

    store = open_store(settings.store, base=root)
    seen = [each.descriptor.name for each in memory.known(store.address)] if memory else []
    return open_store(settings.store, base=root, seen=seen) if seen else store


def sealer_of(settings: Settings) -> "Sealer | None":
    """Return what seals the store, None when encryption is not configured."""
    encryption = settings.encryption
    if not encryption.kms_keys and encryption.key_file is None:
        return None
    from guardian.adapters.encryption import AwsEncryptionSealer

    return AwsEncryptionSealer(
        kms_keys=encryption.kms_keys, key_files=(encryption.key_file,) if encryption.key_file else ()
    )


def find_project(settings: Settings, root: Path, environment: Mapping[str, str], *, name: str) -> "Project":
    """Find a project to read from, without an engine and without writing anything."""
    from guardian.adapters.terraform.backend import locate
    from guardian.operations.project import find_project as find

    repository = open_repository(settings, root, make=False, memory=memory_of(environment))
    checkout = checkout_of(settings, root, environment) if has_configuration(root) else None
    return find(repository, locate, name=name, checkout=checkout)


def remembered_projects(
    settings: Settings, root: Path, environment: Mapping[str, str], *, name: str
) -> "tuple[Remembered, ...]":
    """Return what this user remembers of the project that is meant, else of every project of the store."""
    from guardian.adapters.terraform.backend import locate
    from guardian.operations.project import name_here

    if not name and has_configuration(root):
        name = name_here(locate, checkout_of(settings, root, environment))
    known = memory_of(environment).known(blob_store(settings, root).address)
    return tuple(each for each in known if each.descriptor.name == name) if name else known


def work_place(root: Path, environment: Mapping[str, str]) -> Path:
    """Return where run directories are kept: beside the root module, else in the user's state home."""
    return root / ".guardian" if has_configuration(root) else state_place(environment)


def state_place(environment: Mapping[str, str]) -> Path:
    """Return guardian's own directory in the user's state home."""
    from guardian.adapters.memory import state_home

    return state_home(environment)


def keeps_runs(root: Path, environment: Mapping[str, str]) -> bool:
    """Tell whether any run left its directory here: one under way, or one that could not be recorded."""
    from guardian.adapters.workplace import DiskWorkplace

    return bool(DiskWorkplace(work_place(root, environment)).kept_runs())


def _own_paths(settings: Settings, root: Path) -> tuple[Path, ...]:
    own = [root / ".guardian"]
    if "://" not in settings.store:
        own.append(Path(settings.store))
    return tuple(own)


def _automatic_files(root: Path) -> Iterable[Path]:
    for pattern in ("terraform.tfvars", "terraform.tfvars.json", "*.auto.tfvars", "*.auto.tfvars.json"):
        yield from root.glob(pattern)


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""  # Terraform itself says what is wrong with it
