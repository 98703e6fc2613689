"""`guardian init`: a commented guardian.yaml beside the root module; asks nothing, overwrites nothing."""

import os
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from guardian.cli.command import application
from guardian.cli.console import Console
from guardian.cli.options import ProjectOptions
from guardian.cli.result import Result
from guardian.cli.views.terminal import visible
from guardian.domain.run import Outcome
from guardian.errors import ExitCode, SettingsError, UsageError
from guardian.settings import FILE_NAMES, load_settings

SCHEMA_NAME = ".guardian.schema.json"
_HEAD = f"""\
# yaml-language-server: $schema={SCHEMA_NAME}
# Settings of guardian. Flags and GUARDIAN_* variables win over this file; `guardian doctor` shows
# each value with its source. A path is relative to this file.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Entry:
    """One setting in the file: its comment, its key, and an example where it is left out."""

    comment: str
    key: str
    example: str


_ENTRIES = (
    _Entry(
        comment="The project's name. Left out: the backend's address and the Terraform workspace.",
        key="project",
        example="network-production",
    ),
    _Entry(
        comment="Where snapshots and journals are kept: a directory, or s3://bucket/prefix.\n"
        "Left out: .guardian beside the root module. A store that others reach lets them restore.",
        key="store",
        example="s3://my-bucket/guardian",
    ),
    _Entry(
        comment="auto (terraform, else tofu, else embedded), one of them, or a path.",
        key="engine",
        example="terraform",
    ),
    _Entry(
        comment="What happens after a failed apply: ask, hold, restore, destroy-created or retry.\n"
        "Left out: ask at a terminal, hold elsewhere.",
        key="on_failure",
        example="hold",
    ),
)


def init(given: ProjectOptions, console: Console) -> Result:
    """Write guardian.yaml beside the root module; what is there stays as it is."""
    directory = Path.cwd()
    for name in FILE_NAMES:
        if os.path.lexists(directory / name):
            raise UsageError(
                f"{directory / name} is there already and stays as it is",
                hint="guardian doctor    # shows what it says",
            )
    # Refuses values that the file could not hold, before there is a file.
    load_settings(directory, flags=given.flags, environment={})
    written = directory / FILE_NAMES[0]
    _create(written, document(given.flags))
    schema = directory / SCHEMA_NAME
    if not os.path.lexists(schema):
        _create(schema, files("guardian").joinpath("schemas/settings.schema.json").read_text("utf-8"))
    following = console.typed.again("guardian doctor")
    console.show(f"Wrote {visible(str(written))}\n  Next: {following}    # then guardian apply")
    return Result(
        command="init",
        outcome=Outcome.OK,
        exit_code=ExitCode.OK,
        project=given.project,
        more={"file": str(written)},
    )


def document(values: dict[str, str | None]) -> str:
    """Return the file's text: given values set, the others as examples in comments."""
    blocks = [_HEAD]
    for entry in _ENTRIES:
        comment = "".join(f"# {line}\n" for line in entry.comment.split("\n"))
        value = values.get(entry.key)
        line = f"# {entry.key}: {entry.example}\n" if value is None else f"{entry.key}: {_scalar(value)}\n"
        blocks.append(comment + line)
    return "\n".join(blocks)


def _scalar(text: str) -> str:
    import json

    # Every JSON string is a YAML scalar, whatever is in it.
    return json.dumps(text)


def _create(path: Path, text: str) -> None:
    temporary = path.with_name(f"{path.name}.new")
    try:
        with temporary.open("x", encoding="utf-8") as file:
            file.write(text)
        # A link fails where a rename would overwrite what somebody made meanwhile.
        path.hardlink_to(temporary)
    except OSError as error:
        raise SettingsError(
            f"cannot write {path}: {error.strerror}", hint="make the directory writable"
        ) from error
    finally:
        temporary.unlink(missing_ok=True)


app = application("init", ProjectOptions, init)
