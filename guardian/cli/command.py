"""The frame around every command: directory, streams, errors and the result line."""

from collections.abc import Callable
from typing import Any

import typer

from guardian.cli.app import change_directory
from guardian.cli.console import Console
from guardian.cli.declare import callback_of
from guardian.cli.failure import tell
from guardian.cli.group import Command, Group
from guardian.cli.options import OutputOptions
from guardian.cli.result import Result
from guardian.cli.typed import Typed
from guardian.errors import ExitCode, StoreError

Body = Callable[[Any, Console], Result]


class OutputError(StoreError):
    """stdout could not be written, so that the answer is lost."""

    code = "output"


def application(name: str, options: type[OutputOptions], body: Body) -> typer.Typer:
    """Return the Typer application of a command; its help is the body's docstring."""
    app = typer.Typer(rich_markup_mode=None, pretty_exceptions_enable=False, add_completion=False)
    add(app, name, options, body)
    return app


def group(commands: dict[str, tuple[type[OutputOptions], Body]], *, name: str, help_: str) -> typer.Typer:
    """Return the Typer application of a command with subcommands.

    Args:
        commands: Options and body by subcommand.
        name: The command, for the result line.
        help_: What the subcommands have in common.
    """
    app = typer.Typer(
        cls=Group,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        add_completion=False,
        help=help_,
        context_settings={"help_option_names": ["-help"]},
    )
    app.callback()(_nothing)
    for each, (options, body) in commands.items():
        add(app, f"{name} {each}", options, body)
    return app


def add(app: typer.Typer, name: str, options: type[OutputOptions], body: Body) -> None:
    """Add one command to an application, under the last word of its name."""

    def run(given: OutputOptions) -> ExitCode:
        return _run(name, given, body)

    run.__doc__ = body.__doc__
    app.command(
        name.rsplit(maxsplit=1)[-1],
        cls=Command,
        help=body.__doc__,
        context_settings={"help_option_names": ["-help"]},
    )(callback_of(options, run))


def _run(name: str, given: OutputOptions, body: Body) -> ExitCode:
    console = Console.of_process(json=given.json, color=not given.no_color, typed=Typed.of(given))
    try:
        if given.chdir is not None:
            change_directory(given.chdir)
        result = body(given, console)
    except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001 - `tell` turns all of them into a message
        return tell(error, console=console, command=name)
    console.line(result.to_json())
    if console.broken is not None and result.exit_code is ExitCode.OK:
        return tell(
            OutputError(f"cannot write to stdout: {console.broken.strerror}"), console=console, command=name
        )
    return result.exit_code


def _nothing() -> None:
    """Take no options of the group's own."""
