"""Terraform's option syntax: `-flag` and `--flag`, `-flag=value` and `-flag value`, in any place.

Pure: it turns what a person typed into the one spelling that Typer parses, or refuses it. It knows nothing of
commands; the table of options comes from the command's own declaration.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from guardian.errors import UsageError

HELP = "-help"
_HELP_NAMES = frozenset({"h", "help"})
# Source: Go's strconv.ParseBool, which reads Terraform's boolean flags.
_TRUE = frozenset({"1", "t", "T", "TRUE", "true", "True"})
_FALSE = frozenset({"0", "f", "F", "FALSE", "false", "False"})


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionSpec:
    """How one option is written.

    Attributes:
        name: The spelling that Typer knows, with its dashes.
        takes_value: False for a boolean.
        off: The spelling that switches a boolean off; empty when leaving it out does.
    """

    name: str
    takes_value: bool
    off: str = ""


def normalise(
    argv: Sequence[str],
    specs: Iterable[OptionSpec],
    *,
    command: str,
    before_subcommand: bool = False,
    lenient: bool = False,
) -> list[str]:
    """Rewrite one command's arguments as options, `--`, positionals.

    As in Terraform the argument after an option that takes a value is its value, whatever it looks like; `--`
    ends the options, and a lone `-` is a positional.

    Args:
        argv: What follows the command's name.
        specs: Every option of the command.
        command: The command as typed so far, for the hint.
        before_subcommand: Stop at the first positional and leave the rest as it is.
        lenient: Leave out what cannot be understood (completion of half a line).

    Raises:
        UsageError: An unknown option, a missing value, or a boolean that is neither true nor false.
    """
    table = {spec.name.lstrip("-"): spec for spec in specs}
    options: list[str] = []
    switched: dict[str, str] = {}
    positionals: list[str] = []
    rest = list(argv)
    while rest:
        word = rest.pop(0)
        if word == "--":
            positionals += rest
            break
        if not word.startswith("-") or word == "-":
            positionals.append(word)
            if before_subcommand:
                positionals += rest
                break
            continue
        if word.lstrip("-") in _HELP_NAMES:
            return [HELP]
        try:
            spec, text = _read(word, rest, table, command)
        except UsageError:
            if not lenient:
                raise
            continue
        if spec.takes_value:
            options.append(f"{spec.name}={text}")
        else:
            switched.pop(spec.name, None)  # the last one wins, and stands last
            switched[spec.name] = spec.name if text else spec.off
    separator = ["--"] if positionals and not before_subcommand else []
    return [*options, *filter(None, switched.values()), *separator, *positionals]


def asks_for(argv: Sequence[str], name: str) -> bool:
    """Tell whether a boolean option stands in a command line that perhaps cannot be parsed.

    Only for choosing the form of an error message: a value that looks like the option is taken for it.
    """
    wanted = {name, *(f"{name}={each}" for each in _TRUE)}
    for word in argv:
        if word == "--":
            return False
        if word.startswith("-") and word.lstrip("-") in wanted:
            return True
    return False


def _read(
    word: str, rest: list[str], table: Mapping[str, OptionSpec], command: str
) -> tuple[OptionSpec, str]:
    """Return an option and its value, taken from `rest` where it stands apart; empty for a boolean off."""
    name, equals, value = word.lstrip("-").partition("=")
    spec = table.get(name)
    if spec is None:
        raise _unknown(word, table, command)
    if not spec.takes_value:
        return spec, _boolean(spec, value) if equals else "true"
    if equals:
        return spec, value
    if not rest:
        raise UsageError(f"{spec.name} needs a value", hint=f"`{command} -help` shows its form")
    return spec, rest.pop(0)


def _boolean(spec: OptionSpec, value: str) -> str:
    if value in _TRUE:
        return "true"
    if value in _FALSE:
        return ""
    raise UsageError(f"{spec.name} takes true or false, not {value!r}", hint=f"write {spec.name}=false")


def _unknown(word: str, table: Mapping[str, OptionSpec], command: str) -> UsageError:
    from difflib import get_close_matches

    # The value may be a secret, and the option's name is enough.
    shown = word.partition("=")[0]
    near = get_close_matches(shown.lstrip("-"), table, n=1)
    options = f"`{command} -help` lists the options"
    hint = f"did you mean {table[near[0]].name}? {options}" if near else options
    return UsageError(f"unknown option {shown}", hint=hint)
