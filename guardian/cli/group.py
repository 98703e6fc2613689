"""Typer's commands, with Terraform's option syntax and modules that are imported only when they are run."""

import importlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import typer
from typer.core import (  # type: ignore[attr-defined] # Typer passes CompletionItem on without saying so
    CompletionItem,
    TyperCommand,
    TyperGroup,
    TyperOption,
)

from guardian.cli.argv import OptionSpec, normalise
from guardian.errors import UsageError


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One command that is known by name before its module is imported.

    Attributes:
        module: Where it is; the module's `app` is a Typer application.
        help: One line for the list of commands.
    """

    module: str
    help: str


class _Verbatim:
    """Hands a parsed value through.

    Every option here is a string, a list of strings or a boolean. Typer would build a pydantic adapter for
    each, and importing pydantic takes twice as long as everything else of the start together.
    """

    def coerce(self, value: Any, param: Any, ctx: Any) -> Any:  # noqa: ARG002 - Typer's signature
        """Return the value."""
        return () if value is None and param.multiple else value


_VERBATIM = _Verbatim()


def spare_coercion(command: Any, ctx: typer.Context) -> None:
    """Make Typer take the values of a command's parameters as they are."""
    for param in command.get_params(ctx):
        vars(param)["_runtime_param"] = _VERBATIM


def specs_of(command: Any) -> list[OptionSpec]:
    """Return the table that normalises the arguments of a Typer command."""
    return [
        OptionSpec(name=name, takes_value=not each.is_flag, off=(each.secondary_opts or [""])[0])
        for each in command.params
        if isinstance(each, TyperOption)
        for name in each.opts
    ] + [
        OptionSpec(name=name, takes_value=False, off=each.opts[0])
        for each in command.params
        if isinstance(each, TyperOption)
        for name in each.secondary_opts
    ]


def complete_options(command: Any, incomplete: str) -> list[Any]:
    """Complete an option's name in the spelling that was begun: `-au` and `--au` both find -auto-approve."""
    dashes = incomplete[: len(incomplete) - len(incomplete.lstrip("-"))]
    found = []
    for each in command.params:
        if isinstance(each, TyperOption) and not each.hidden:
            for name in each.opts:
                spelling = name if incomplete == "-" else dashes + name.lstrip("-")
                if spelling.startswith(incomplete):
                    found.append(CompletionItem(spelling, help=each.help))
    return found


class Command(TyperCommand):
    """A command whose arguments are normalised before Typer parses them."""

    def parse_args(self, ctx: typer.Context, args: list[str]) -> list[str]:  # type: ignore[override]
        """Normalise, then parse."""
        spare_coercion(self, ctx)
        lenient = ctx.resilient_parsing
        plain = normalise(args, specs_of(self), command=ctx.command_path, lenient=lenient)
        return super().parse_args(ctx, plain)

    def format_options(self, ctx: typer.Context, formatter: Any) -> None:  # type: ignore[override]
        """List arguments and options, each in the one spelling that the documentation uses."""
        rows: dict[str, list[tuple[str, str]]] = {"Arguments": [], "Options": []}
        for param in self.get_params(ctx):
            record = param.get_help_record(ctx)
            if record is None:
                continue
            if isinstance(param, TyperOption):
                rows["Options"].append((record[0].partition(" / ")[0], record[1]))
            else:
                rows["Arguments"].append((param.metavar or param.name, record[1]))
        for title, records in rows.items():
            if records:
                with formatter.section(title):
                    formatter.write_dl(records)

    def shell_complete(self, _ctx: typer.Context, incomplete: str) -> list[Any]:  # type: ignore[override]
        """Complete names of options; values are completed by their parameters."""
        return complete_options(self, incomplete) if incomplete.startswith("-") else []


class Group(TyperGroup):
    """A group whose commands are imported when they are needed: the list of commands needs none of them."""

    entries: ClassVar[Mapping[str, Entry]] = {}

    def list_commands(self, ctx: typer.Context) -> list[str]:  # type: ignore[override]
        """Return the names, in the order in which a person meets them."""
        return [*self.entries, *super().list_commands(ctx)]

    def get_command(self, ctx: typer.Context, cmd_name: str) -> Any:  # type: ignore[override]
        """Import a command's module and build it."""
        entry = self.entries.get(cmd_name)
        if entry is None:
            return super().get_command(ctx, cmd_name)
        built = typer.main.get_command(importlib.import_module(entry.module).app)
        built.name = cmd_name
        return built

    def parse_args(self, ctx: typer.Context, args: list[str]) -> list[str]:  # type: ignore[override]
        """Normalise what stands before the subcommand, then parse."""
        if not args and not ctx.resilient_parsing:
            raise UsageError("no command given", hint=f"`{ctx.command_path} -help` lists them")
        spare_coercion(self, ctx)
        try:
            plain = normalise(
                args,
                specs_of(self),
                command=ctx.command_path,
                before_subcommand=True,
                lenient=ctx.resilient_parsing,
            )
        except UsageError as error:
            raise self._misplaced(ctx, args) or error from None
        return super().parse_args(ctx, plain)

    def _misplaced(self, ctx: typer.Context, args: list[str]) -> UsageError | None:
        """Say that a command is missing, or that its options stand before it."""
        known = self.list_commands(ctx)
        options = [each.partition("=")[0] for each in args if each.startswith("-")]
        theirs = {
            each.name.lstrip("-") for name in known for each in specs_of(self.get_command(ctx, name))
        } - {each.name.lstrip("-") for each in specs_of(self)}
        misplaced = next((each for each in options if each.lstrip("-") in theirs), None)
        if misplaced is None:
            return None
        if names := [each for each in args if each in known]:
            hint = f"{ctx.command_path} {names[0]} {misplaced}"
            return UsageError(f"{misplaced} stands before the command", hint=hint)
        if len(options) == len(args):
            return UsageError("no command given", hint=f"`{ctx.command_path} -help` lists them")
        return None

    def resolve_command(self, ctx: typer.Context, args: list[str]) -> Any:  # type: ignore[override]
        """Find the command, or name the one that was perhaps meant."""
        known = self.list_commands(ctx)
        if args[0] not in known and not ctx.resilient_parsing:
            from difflib import get_close_matches

            near = get_close_matches(args[0], known, n=1)
            hint = f"did you mean `{ctx.command_path} {near[0]}`? " if near else ""
            raise UsageError(
                f"unknown command {args[0]!r}", hint=f"{hint}`{ctx.command_path} -help` lists the commands"
            )
        return super().resolve_command(ctx, args)

    def shell_complete(self, _ctx: typer.Context, incomplete: str) -> list[Any]:  # type: ignore[override]
        """Complete names of commands, and of options after a dash."""
        if incomplete.startswith("-"):
            return complete_options(self, incomplete)
        rows = self._rows()
        return [CompletionItem(name, help=text) for name, text in rows if name.startswith(incomplete)]

    def format_commands(self, _ctx: typer.Context, formatter: Any) -> None:  # type: ignore[override]
        """List the commands."""
        with formatter.section("Commands"):
            formatter.write_dl(self._rows())

    def _rows(self) -> list[tuple[str, str]]:
        own = [(name, each.help) for name, each in self.entries.items()]
        eager = [(name, (each.help or "").rstrip(".")) for name, each in self.commands.items()]
        return own + eager
