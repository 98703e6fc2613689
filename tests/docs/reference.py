"""docs/commands.md as the program itself would write it."""

from collections.abc import Iterator
from typing import Any

from typer.core import TyperOption

from guardian.cli.app import build
from guardian.cli.group import Group

HEAD = """\
# Commands

Every command with its arguments and options. An option is typed with one dash or with two, its value after
`=` or as the next argument, before or after the arguments; a boolean is switched off by `=false`. What looks
like Terraform's is Terraform's: the same name, the same meaning. `guardian COMMAND -help` says the same.

Every command takes these:

"""
COMMON = ("json", "no_color", "chdir")
ON_PROJECTS = ("project", "store", "engine")


class Context:
    """All that the groups need of a context to list and build their commands."""

    resilient_parsing = False
    command_path = "guardian"


def commands(group: Any = None, path: str = "guardian") -> Iterator[tuple[str, Any]]:
    """Yield each command by what is typed for it."""
    group = group or build()
    for name in group.list_commands(Context()):
        command = group.get_command(Context(), name)
        if isinstance(command, Group):
            yield from commands(command, f"{path} {name}")
        else:
            yield f"{path} {name}", command


def reference() -> str:
    """Return the page."""
    known = dict(commands())
    shared = {each.name: each for each in known["guardian status"].params}
    text = HEAD + _table([shared[name] for name in COMMON])
    text += "\nEvery command that works on a project takes these too:\n\n"
    text += _table([shared[name] for name in ON_PROJECTS])
    for path, command in known.items():
        own = [each for each in command.params if each.name not in (*COMMON, *ON_PROJECTS)]
        text += f"\n## `{path}`\n\n{command.help}\n"
        if own:
            text += f"\n{_table(own)}"
    return text


def _table(params: list[Any]) -> str:
    rows = [f"| `{_spelling(each)}` | {each.help} |" for each in params]
    return "\n".join(["| option | means |", "| --- | --- |", *rows, ""])


def _spelling(param: Any) -> str:
    if not isinstance(param, TyperOption):
        return str(param.metavar)
    value = f"={param.metavar}" if param.metavar else ""
    return f"{param.opts[0]}{value}".replace("|", "\\|")
