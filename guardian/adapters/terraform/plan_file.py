"""Reading of a saved plan file, which is a zip archive, without a process.

Nothing is unpacked to disk, and nothing in it is trusted: sizes are bounded before anything is inflated.
"""

import hashlib
import io
import zipfile
from pathlib import Path

from guardian.domain.engine import PlanFile
from guardian.errors import EngineError

PLAN, PRIOR, REFRESHED, CONFIGURATION = "tfplan", "tfstate-prev", "tfstate", "tfconfig/"
MAX_FILE_BYTES = 1 << 30
MAX_CONTENT_BYTES = 4 << 30
MAX_MEMBERS = 100_000
ENCRYPTED_MEMBER = 0x1


def read_plan_file(path: Path) -> PlanFile:
    """Read a saved plan of Terraform or OpenTofu.

    Raises:
        EngineError: It cannot be read, is no saved plan, is encrypted, or is beyond every sensible size.
    """
    body = _content(path)
    if body[:1] == b"{" and b'"encrypted_data"' in body:
        raise EngineError(
            f"{path} is encrypted by OpenTofu's plan encryption, which guardian does not read",
            hint="turn off `plan` in the `encryption` block; guardian encrypts what it stores itself",
        )
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            return _read(archive, body)
    except (zipfile.BadZipFile, KeyError, EOFError, NotImplementedError, RuntimeError, ValueError) as error:
        raise EngineError(
            f"{path} is not a saved plan file", hint="guardian plan -out=FILE    # saves one"
        ) from error


def _content(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            body = file.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        raise EngineError(
            f"cannot read the plan file {path}: {error.strerror}",
            hint="guardian plan -out=FILE    # saves one",
        ) from error
    if len(body) > MAX_FILE_BYTES:
        raise EngineError(f"{path} is larger than any plan file should be ({MAX_FILE_BYTES} bytes)")
    return body


def _read(archive: zipfile.ZipFile, body: bytes) -> PlanFile:
    members = archive.infolist()
    if len(members) > MAX_MEMBERS or any(each.flag_bits & ENCRYPTED_MEMBER for each in members):
        raise zipfile.BadZipFile("too many members, or an encrypted one")
    # zipfile never inflates a member beyond the size that its directory declares.
    if sum(each.file_size for each in members) > MAX_CONTENT_BYTES:
        raise EngineError(f"the plan file would unpack to more than {MAX_CONTENT_BYTES} bytes")
    archive.getinfo(PLAN)
    return PlanFile(
        sha256=hashlib.sha256(body).hexdigest(),
        body=body,
        prior_state=archive.read(PRIOR),
        refreshed_state=archive.read(REFRESHED),
        configuration={
            each.filename.removeprefix(CONFIGURATION): archive.read(each)
            for each in members
            if each.filename.startswith(f"{CONFIGURATION}m-") and not each.is_dir()
        },
    )
