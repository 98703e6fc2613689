"""The command `guardian`: its list of commands, and where errors become messages and exit codes."""

import os
import sys
from collections.abc import Mapping
from typing import Any, ClassVar

import typer

from guardian import __version__
from guardian.cli.argv import asks_for
from guardian.cli.group import Entry, Group
from guardian.cli.typed import chdir_before_command
from guardian.errors import GuardianError, UsageError

_COMMANDS = "guardian.cli.commands"


class _Root(Group):
    entries: ClassVar[Mapping[str, Entry]] = {
        name: Entry(module=f"{_COMMANDS}.{name.replace('-', '_')}", help=text)
        for name, text in {
            "init": "Write guardian.yaml beside the root module",
            "doctor": "Check engine, backend, store and permissions, and say how to mend each",
            "plan": "Plan to a file, and say what can be undone",
            "review": "Say what a plan changes, what is dangerous about it, and whether it can be undone",
            "apply": "Apply a plan, guarded: snapshot, journal, and a way back when it fails",
            "approve": "Approve exactly one saved plan, once",
            "restore": "Bring the infrastructure back to the baseline or to a snapshot, and prove it",
            "destroy-plan": "Plan the destruction of exactly what a failed run created",
            "flush": "Bring what was applied while the store was down into the store",
            "drift": "Say what is live and differs from what was known to be good",
            "status": "One screen: baseline, last run, hold, lease, what to type next",
            "snapshot": "Create, list, show, compare, verify, export and prune snapshots",
            "run": "List and show runs, and print the receipt of a recovery",
            "hold": "Set the stop sign: no apply passes",
            "release": "Lift the stop sign",
            "unlock": "Show who holds the locks, and remove what a dead run left",
            "prune": "Let old snapshots go; never the baseline",
            "store": "Check a whole store, and set aside what is damaged in it",
            "ci": "Print a CI pipeline: review, apply, rollback",
            "version": "Say which version this is",
        }.items()
    }


def _say_version(wanted: bool) -> None:  # noqa: FBT001 - Typer's signature
    if wanted:
        sys.stdout.write(f"guardian {__version__}\n")
        raise typer.Exit


def _root(
    chdir: str | None = typer.Option(None, "-chdir", metavar="DIR", help="Switch to this directory first"),
    version: bool = typer.Option(  # noqa: ARG001, FBT001 - eager: its callback acts
        False, "-version", is_eager=True, callback=_say_version, help="Say which version this is"
    ),
) -> None:
    """Guard Terraform: applies with a snapshot, a journal and a proven way back.

    Takes Terraform's options in Terraform's spelling. `guardian COMMAND -help` shows those of a command.
    """
    chdir_before_command.set(chdir)
    if chdir is not None:
        change_directory(chdir)


def change_directory(path: str) -> None:
    """Switch to the root module, as Terraform's -chdir does."""
    try:
        os.chdir(path)
    except OSError as error:
        raise UsageError(
            f"-chdir={path}: {error.strerror}", hint="name the directory of the root module"
        ) from error


def build() -> Any:
    """Return the whole command line as Typer runs it."""
    app = typer.Typer(
        name="guardian",
        cls=_Root,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-help"]},
    )
    app.callback()(_root)
    return typer.main.get_command(app)


def main(argv: list[str] | None = None) -> int:
    """Run one command line.

    Args:
        argv: Arguments without the program's name; None for those of the process.

    Returns:
        The exit code; see `guardian.errors.ExitCode`.
    """
    given = sys.argv[1:] if argv is None else argv
    try:
        return int(build()(args=given, prog_name="guardian", standalone_mode=False) or 0)
    except GuardianError as error:
        failure: BaseException = error
    except typer.TyperException as error:
        failure = _translated(error)
    except (typer.Abort, KeyboardInterrupt) as error:
        failure = error
    except Exception as error:  # noqa: BLE001 - the last resort: report where, never what
        failure = error
    from guardian.cli.failure import report

    return report(failure, command=_command_in(given), json=asks_for(given, "json"))


def _translated(error: typer.TyperException) -> GuardianError:
    context = getattr(error, "ctx", None)
    where = context.command_path if context is not None else "guardian"
    return UsageError(error.format_message().rstrip("."), hint=f"`{where} -help` shows what it takes")


def _command_in(argv: list[str]) -> str:
    words = [each for each in argv if not each.startswith("-")]
    return words[0] if words and words[0] in _Root.entries else ""
