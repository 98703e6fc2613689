"""The files that resources read at apply: stored with an approval, compared, and read from a private copy."""

import json
import posixpath
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path

from guardian.domain.approval import Approval, SealedFile
from guardian.domain.engine import WorkingDirectory
from guardian.domain.sealed import named_files, why_in_place
from guardian.errors import ApprovalError, UsageError
from guardian.operations.context import Checkout, Context
from guardian.operations.plan import Planned
from guardian.operations.prepare import Prepared
from guardian.operations.session import Session
from guardian.repository.objects import ObjectKind
from guardian.repository.project import Project

COPY = "approved"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """Where an approved plan is applied.

    Attributes:
        in_place: The sealed files that are read where they lie, and not from a private copy.
        why: Why they are.
        is_copy: Whether it is the private copy, so that the configuration at hand is not read at all.
    """

    where: WorkingDirectory
    in_place: tuple[SealedFile, ...]
    why: str
    is_copy: bool


def seal(context: Context, project: Project, checkout: Checkout, planned: Planned) -> tuple[SealedFile, ...]:
    """Store every file that the planned values name and that is there.

    Raises:
        UsageError: One of them cannot be read.
    """
    sealed = []
    for each in named_files(json.loads(planned.json or b"{}")):
        place = place_of(checkout.root, each.path)
        if place.is_file():
            body = context.workplace.read(place)
            sealed.append(
                SealedFile(
                    path=each.path,
                    sha256=sha256(body).hexdigest(),
                    bytes=len(body),
                    object=project.put(ObjectKind.FILE, body),
                    address=each.address,
                    attribute=each.attribute,
                )
            )
    return tuple(sealed)


def digests(context: Context, root: Path, sealed: tuple[SealedFile, ...]) -> dict[str, str]:
    """Return the digest of each sealed file, by its path; empty for no readable file, none if missing."""
    found = {}
    for each in sealed:
        place = place_of(root, each.path)
        if place.is_file():
            try:
                found[each.path] = sha256(context.workplace.read(place)).hexdigest()
            except UsageError:
                found[each.path] = ""
        elif place.exists() or place.is_symlink():
            found[each.path] = ""
    return found


def place_of(root: Path, path: str) -> Path:
    """Return where a path of a plan leads: relative ones from the root module, as Terraform takes them."""
    return Path(path).expanduser() if path.startswith("~/") else root / path


def set_stage(session: Session, checkout: Checkout, prepared: Prepared, approval: Approval) -> Stage:
    """Lay the approved bytes out where nobody else changes them, as far as the plan can be applied there.

    Raises:
        ApprovalError: A sealed file is missing, and cannot be put where the plan looks for it.
    """
    relative = tuple(each for each in approval.sealed if each.is_relative)
    elsewhere = tuple(each for each in approval.sealed if not each.is_relative)
    _refuse_missing(checkout.root, elsewhere)
    # Sealed files or none: Terraform evaluates functions such as templatefile() again while it applies.
    if why := _why_in_place(session, checkout, prepared, relative):
        _put_in_place(session, checkout.root, relative)
        return Stage(where=prepared.where, in_place=approval.sealed, why=why, is_copy=False)
    return Stage(
        where=_private_copy(session, checkout, prepared, relative),
        in_place=elsewhere,
        why="the plan names it by an absolute path",
        is_copy=True,
    )


def _why_in_place(
    session: Session, checkout: Checkout, prepared: Prepared, relative: tuple[SealedFile, ...]
) -> str:
    reference = prepared.source.configuration
    if checkout.data_dir.absolute() != checkout.root.absolute() / ".terraform":
        fetched = posixpath.normpath(posixpath.join(reference.root, ".terraform/modules")) + "/"
        if any(each.path.startswith(fetched) for each in session.project.configuration_entries(reference)):
            return "the plan names fetched modules in TF_DATA_DIR"
    copied = {posixpath.normpath(posixpath.join(reference.root, each.path)) for each in relative}
    beyond = sorted(each for each in copied if each == ".." or each.startswith("../"))
    # What lies outside by an absolute path is read there from any directory; a sealed file is copied itself.
    lacking = [
        each.path for each in reference.left_out if each.reason != "outside" and each.path not in copied
    ]
    return why_in_place(
        json.loads(prepared.planned.json or b"{}"),
        configuration=prepared.planned.file.configuration.values(),
        left_out=[*beyond, *lacking],
        backend_kind=prepared.backend.kind,
    )


def _private_copy(
    session: Session, checkout: Checkout, prepared: Prepared, relative: tuple[SealedFile, ...]
) -> WorkingDirectory:
    context, project, reference = session.context, session.project, prepared.source.configuration
    base = session.run_dir / COPY
    sealed = {posixpath.normpath(posixpath.join(reference.root, each.path)): each for each in relative}
    files = [each for each in project.configuration_files(reference) if each.path not in sealed]
    context.configuration.lay_out(files, base)
    for path, each in sealed.items():
        _write(session, base / path, each)
    data = {"TF_DATA_DIR": str(checkout.data_dir.absolute())}
    return replace(
        prepared.where,
        root=base / reference.root,
        environment={**prepared.where.environment, **data},
    )


def _put_in_place(session: Session, root: Path, sealed: tuple[SealedFile, ...]) -> None:
    for each in sealed:
        place = place_of(root, each.path)
        if not place.exists():
            _write(session, place, each)
            session.context.audience.note(f"{each.path} was not here: it is laid out as it was approved")


def _write(session: Session, place: Path, each: SealedFile) -> None:
    place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    session.context.workplace.write(place, session.project.get(ObjectKind.FILE, each.object))


def _refuse_missing(root: Path, sealed: tuple[SealedFile, ...]) -> None:
    for each in sealed:
        if not place_of(root, each.path).is_file():
            raise ApprovalError(
                f"the sealed file {each.path} is not on this machine, and {each.attribute} of {each.address} "
                "names it by an absolute path; nothing was changed",
                hint="name it by a path from the root module (${path.module}/...), plan and approve again",
            )
