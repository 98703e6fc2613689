"""What the commands share: settings from their flags, the project to read, the ports to work with."""

import atexit
import gc
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from guardian import wiring
from guardian.cli.console import Console
from guardian.cli.options import EngineOptions, PlanningOptions, ProjectOptions
from guardian.errors import ConfigurationError, SettingsError
from guardian.settings import Settings, load_settings

if TYPE_CHECKING:  # a command that only reads does without them
    from guardian.domain.engine import InitOptions
    from guardian.operations.context import Checkout, Context
    from guardian.repository.project import Project


def settings_of(given: ProjectOptions, **more: str | None) -> Settings:
    """Load the settings of the current directory; `more` are further flags, by key."""
    try:
        return load_settings(Path.cwd(), flags={**given.flags, **more}, environment=os.environ)
    except SettingsError as error:
        error.hint = error.hint or "mend it, then guardian doctor    # shows each setting and its source"
        raise


def project_to_read(given: ProjectOptions) -> "Project":
    """Find the project of a command that runs no engine and makes no store."""
    root = Path.cwd()
    settings = settings_of(given)
    name = project_named(given, settings)
    return wiring.find_project(settings, root, os.environ, name=name)


def project_named(given: ProjectOptions, settings: Settings) -> str:
    """Return the name that decides alone: the flag's, or a setting's where no checkout qualifies it."""
    if given.project:
        return given.project
    return "" if wiring.has_configuration(Path.cwd()) else settings.project or ""


def refuse_no_configuration(root: Path) -> None:
    """Refuse to work on no root module, before anything is made.

    Raises:
        ConfigurationError: A store that is made in the wrong directory would be found by the next command.
    """
    if not wiring.has_configuration(root):
        raise ConfigurationError(
            f"{root} holds no Terraform configuration: no *.tf or *.tf.json file",
            hint="-chdir=DIR    # or change to the root module",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Workbench:
    """A command's ports, and where it works."""

    settings: Settings
    context: "Context"
    root: Path

    def checkout(self, *, planning: PlanningOptions | None = None) -> "Checkout":
        """Describe the root module at hand, with the variables that the command line gives."""
        init: InitOptions | None = planning.init_options if planning else None
        return wiring.checkout_of(
            self.settings,
            self.root,
            os.environ,
            variables=planning.var if planning else (),
            var_files=planning.var_file if planning else (),
            init=init,
        )


@contextmanager
def at_work(
    given: ProjectOptions,
    console: Console,
    *,
    make: bool = True,
    break_glass: str = "",
    may_lack_store: bool = False,
    **more: str | None,
) -> Iterator[Workbench]:
    """Put the ports together; while they are, signals are remembered and not obeyed at once.

    Args:
        given: The options.
        console: Where the output goes.
        make: Whether to make a store where there is none.
        break_glass: Why to work without the store; empty to work with it.
        may_lack_store: Whether a store that cannot be opened is no error.
        more: Further flags among the settings, by key.
    """
    from guardian.adapters.system import SignalInterruption
    from guardian.cli.audience import PersonAudience, ProgramAudience
    from guardian.cli.prompts import ControllingTerminal, NoTerminal

    # Ending would search every loaded library for garbage, at twice the cost of loading guardian's own code.
    atexit.register(gc.freeze)
    settings = settings_of(given, **more)
    root = Path.cwd()
    if isinstance(given, PlanningOptions):
        refuse_no_configuration(root)
    signals = SignalInterruption()
    audience: PersonAudience | ProgramAudience
    if console.json:
        audience = ProgramAudience(console)
    else:
        may_ask = isinstance(given, EngineOptions) and given.input
        audience = PersonAudience(
            console, ControllingTerminal(interrupted=signals.requested) if may_ask else NoTerminal()
        )
    with signals as interruption:
        try:
            context = wiring.context_of(
                settings,
                root,
                os.environ,
                audience=audience,
                interruption=interruption,
                make=make,
                break_glass=break_glass,
                may_lack_store=may_lack_store,
            )
            yield Workbench(settings=settings, context=context, root=root)
        finally:
            audience.close()
