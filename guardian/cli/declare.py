"""One table of options a command: a frozen dataclass whose fields say how each is typed.

The same fields make Typer's parameters, the table that normalises argv, and the typed value that the command
receives, so that the three cannot differ.
"""

import inspect
from collections.abc import Callable, Sequence
from dataclasses import Field, dataclass, field, fields
from typing import Any

import typer

from guardian.errors import ExitCode, UsageError


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """How one field is typed on the command line.

    Attributes:
        annotation: What Typer is told; `bool`, `str` or a list of `str`, which need no coercion.
        spelling: The option with its dashes; empty for a positional argument.
        metavar: The value's name in the help.
        choices: The only values accepted; empty for any.
        most: The largest of the whole numbers above zero that the value must be one of; 0 for any text.
    """

    annotation: Any
    help: str
    spelling: str = ""
    metavar: str = ""
    choices: tuple[str, ...] = ()
    most: int = 0


def flag(spelling: str, help_: str, *, default: bool = False) -> Any:
    """Declare a boolean."""
    return field(default=default, metadata={"cli": Declared(annotation=bool, help=help_, spelling=spelling)})


def value(spelling: str, metavar: str, help_: str, *, choices: tuple[str, ...] = ()) -> Any:
    """Declare an option with one value, the last one given; None when it is not given."""
    declared = Declared(annotation=str, help=help_, spelling=spelling, metavar=metavar, choices=choices)
    return field(default=None, metadata={"cli": declared})


def number(spelling: str, metavar: str, help_: str, *, most: int = 1_000_000) -> Any:
    """Declare an option whose value is a whole number from 1 to `most`; None when it is not given."""
    declared = Declared(annotation=str, help=help_, spelling=spelling, metavar=metavar, most=most)
    return field(default=None, metadata={"cli": declared})


def values(spelling: str, metavar: str, help_: str) -> Any:
    """Declare an option that may be repeated: a tuple in the order given."""
    declared = Declared(annotation=list[str], help=help_, spelling=spelling, metavar=metavar)
    return field(default=(), metadata={"cli": declared})


def argument(metavar: str, help_: str) -> Any:
    """Declare an optional positional argument; None when it is not given."""
    return field(default=None, metadata={"cli": Declared(annotation=str, help=help_, metavar=metavar)})


def arguments(metavar: str, help_: str) -> Any:
    """Declare positional arguments: a tuple in the order given."""
    return field(default=(), metadata={"cli": Declared(annotation=list[str], help=help_, metavar=metavar)})


def signature_of(options: type[Any]) -> inspect.Signature:
    """Return the signature that makes Typer declare a command's parameters."""
    return inspect.Signature([_parameter(each) for each in _ordered(options)])


def _ordered(options: type[Any]) -> list[Field[Any]]:
    """Return the fields with the command's own first: what all commands share comes last in the help."""
    by_name = {each.name: each for each in fields(options)}
    names = [name for kind in options.__mro__ for name in vars(kind).get("__annotations__", ())]
    return [by_name[name] for name in dict.fromkeys(names) if name in by_name]


def callback_of(options: type[Any], body: Callable[[Any], ExitCode]) -> Callable[..., ExitCode]:
    """Return the function that Typer calls: typed options in, `body`'s exit code out."""

    def callback(**given: Any) -> ExitCode:
        return body(options(**{each.name: _checked(each, given[each.name]) for each in fields(options)}))

    signature = signature_of(options)
    callback.__signature__ = signature  # type: ignore[attr-defined]
    callback.__annotations__ = {name: each.annotation for name, each in signature.parameters.items()}
    callback.__doc__ = body.__doc__
    return callback


def _parameter(each: Field[Any]) -> inspect.Parameter:
    declared: Declared = each.metadata["cli"]
    if not declared.spelling:
        default: Any = typer.Argument(None, metavar=declared.metavar, help=declared.help, show_default=False)
    else:
        spelling = declared.spelling
        if each.default is True:
            spelling = f"{spelling}/-no-{spelling.lstrip('-')}"
        default = typer.Option(
            each.default if declared.annotation is bool else None,
            spelling,
            metavar=declared.metavar or None,
            help=declared.help,
            show_default=False,
            autocompletion=_completion(declared.choices),
        )
    return inspect.Parameter(
        each.name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=declared.annotation
    )


def _completion(choices: tuple[str, ...]) -> Callable[[str], Sequence[str]] | None:
    if not choices:
        return None

    def complete(incomplete: str) -> list[str]:
        return [each for each in choices if each.startswith(incomplete)]

    return complete


def _counted(declared: Declared, given: str) -> int:
    # Python refuses to read thousands of digits: they are counted first.
    plain = given.isascii() and given.isdigit() and len(given.lstrip("0")) <= len(str(declared.most))
    if not plain or not 1 <= int(given) <= declared.most:
        shown = given if len(given) <= len(str(declared.most)) + 10 else f"{given[:10]}..."
        raise UsageError(
            f"{declared.spelling} takes a whole number above zero and up to {declared.most}, not {shown!r}",
            hint=f"{declared.spelling}={declared.metavar}    # {declared.metavar} from 1 to {declared.most}",
        )
    return int(given)


def _checked(each: Field[Any], given: Any) -> Any:
    declared: Declared = each.metadata["cli"]
    if declared.annotation == list[str]:
        return tuple(given or ())
    if given is None:
        return None
    if declared.choices and given not in declared.choices:
        raise UsageError(f"{declared.spelling}={given} is not one of {', '.join(declared.choices)}")
    if declared.most:
        return _counted(declared, given)
    return given
