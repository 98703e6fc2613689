"""Command lines, built by python-terraform and run by nobody but `process`.

Of python-terraform only `generate_cmd_string` is sound with current Terraform: its `destroy` sends `-force`,
its `apply` cannot approve, its `cmd` leaks `synchronous` into the command line and logs variable values.
"""

from collections.abc import Mapping
from typing import Any, NoReturn

from guardian.domain.engine import ApplyOptions, InitOptions, PlanOptions


def command_line(
    launcher: tuple[str, ...], verb: str, *positional: str, options: Mapping[str, Any]
) -> list[str]:
    """Return the argv of one engine command, positional arguments last.

    Args:
        launcher: What starts the engine: an executable, or an interpreter and its arguments.
        verb: Subcommand, words separated by blanks (`state pull`).
        positional: Arguments after the options.
        options: By Terraform's names with underscores. True and False become `true` and `false`, None leaves
            the option out, a list repeats it, `FLAG` stands for an option without a value. Mappings are
            refused: python-terraform would put them into a temporary file that nobody removes.
    """
    for name, value in options.items():
        if isinstance(value, Mapping):
            raise TypeError(f"option {name} is a mapping")
    from python_terraform import IsFlagged, Terraform

    class CommandLines(Terraform):  # type: ignore[misc]  # the package has no types
        """The part of python-terraform that is sound."""

        def read_state_file(self, file_path: str | None = None) -> None:
            """Leave the state alone: the constructor would parse whatever lies in the current directory."""

        def cmd(self, *_: Any, **__: Any) -> NoReturn:
            """Refuse to run anything."""
            raise NotImplementedError

    spelled = {name: IsFlagged if value is FLAG else value for name, value in options.items()}
    built: list[str] = CommandLines(terraform_bin_path=launcher[0]).generate_cmd_string(
        verb, *positional, **spelled
    )
    return [*launcher, *built[1:]]


FLAG = object()


def _flag(wanted: bool) -> object | None:  # noqa: FBT001  # reads as a word at each call
    return FLAG if wanted else None


def init_options(asked: InitOptions, *, json: bool) -> dict[str, Any]:
    """Return the options of `init`."""
    return {
        "json": _flag(json),
        "input": False,
        "no_color": FLAG,
        "reconfigure": _flag(asked.reconfigure),
        "upgrade": _flag(asked.upgrade),
        "plugin_dir": str(asked.plugin_dir) if asked.plugin_dir else None,
        "backend_config": list(asked.backend_config),
    }


def plan_options(asked: PlanOptions, *, out: str) -> dict[str, Any]:
    """Return the options of `plan -json -detailed-exitcode -out`."""
    return {
        "json": FLAG,
        "input": False,
        "no_color": FLAG,
        "detailed_exitcode": FLAG,
        "out": out,
        "destroy": _flag(asked.destroy),
        "refresh": None if asked.refresh else False,
        "refresh_only": _flag(asked.refresh_only),
        "parallelism": asked.parallelism,
        "lock": None if asked.lock else False,
        "lock_timeout": asked.lock_timeout,
        "replace": list(asked.replace),
        "target": list(asked.targets),
        "var_file": list(asked.var_files),
        "var": list(asked.variables),
    }


def apply_options(asked: ApplyOptions) -> dict[str, Any]:
    """Return the options of `apply -json PLAN`; a saved plan needs no approval."""
    return {
        "json": FLAG,
        "input": False,
        "no_color": FLAG,
        "parallelism": asked.parallelism,
        "lock": None if asked.lock else False,
        "lock_timeout": asked.lock_timeout,
    }
