"""The options of the commands, by Terraform's names where Terraform has them."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from guardian.cli.declare import flag, number, value, values

if TYPE_CHECKING:  # loaded by the commands that run the engine
    from guardian.domain.engine import ApplyOptions, InitOptions, PlanOptions

ON_FAILURE = ("ask", "hold", "restore", "destroy-created", "retry")
STRATEGIES = ("auto", "reapply", "destroy-created", "retry", "record")
TAINTED = ("replace", "untaint", "leave")
HOT_FIXES = ("keep", "revert")


@dataclass(frozen=True, kw_only=True)
class OutputOptions:
    """What every command takes."""

    json: bool = flag("--json", "Write JSON Lines to stdout; the last line is the result")
    no_color: bool = flag("-no-color", "Write no colours")
    chdir: str | None = value("-chdir", "DIR", "Switch to this directory first")


@dataclass(frozen=True, kw_only=True)
class ProjectOptions(OutputOptions):
    """What every command takes that works on a project."""

    project: str | None = value("--project", "NAME", "The project, where no checkout names it")
    store: str | None = value("--store", "PLACE", "A directory or s3://bucket/prefix")
    engine: str | None = value("--engine", "ENGINE", "auto, terraform, tofu, embedded, or a path")

    @property
    def flags(self) -> dict[str, str | None]:
        """The flags among the settings' layers, by dotted key."""
        return {"project": self.project, "store": self.store, "engine": self.engine}


@dataclass(frozen=True, kw_only=True)
class EngineOptions(ProjectOptions):
    """What every command takes that runs the engine."""

    input: bool = flag("-input", "Ask where there is a terminal; -input=false never asks", default=True)
    lock: bool = flag("-lock", "Hold Terraform's lock on the state; -lock=false does not", default=True)
    lock_timeout: str | None = value("-lock-timeout", "DURATION", "How long to wait for that lock: 30s, 5m")
    parallelism: int | None = number("-parallelism", "N", "How many operations at once; Terraform does 10")

    @property
    def apply_options(self) -> "ApplyOptions":
        """What is passed to the engine's apply."""
        from guardian.domain.engine import ApplyOptions

        return ApplyOptions(parallelism=self.parallelism, lock=self.lock, lock_timeout=self.lock_timeout)


@dataclass(frozen=True, kw_only=True)
class PlanningOptions(EngineOptions):
    """The options of `terraform plan`."""

    var: tuple[str, ...] = values("-var", "NAME=VALUE", "Set a variable of the root module")
    var_file: tuple[str, ...] = values("-var-file", "FILE", "Read variables from a file")
    target: tuple[str, ...] = values("-target", "ADDRESS", "Limit to this address and what it depends on")
    replace: tuple[str, ...] = values("-replace", "ADDRESS", "Replace this instance")
    destroy: bool = flag("-destroy", "Plan the destruction of everything")
    refresh: bool = flag("-refresh", "Read every object first; -refresh=false does not", default=True)
    refresh_only: bool = flag("-refresh-only", "Only bring the record up to date")
    compact_warnings: bool = flag("-compact-warnings", "Accepted; guardian's own lines are compact")
    backend_config: tuple[str, ...] = values(
        "-backend-config", "FILE|KEY=VALUE", "Initialise again with this backend configuration"
    )
    reconfigure: bool = flag("-reconfigure", "Initialise again, and forget the backend configured before")
    upgrade: bool = flag("-upgrade", "Initialise again, and take newer modules and providers")

    @property
    def init_options(self) -> "InitOptions":
        """What is passed to the engine's init."""
        from guardian.domain.engine import InitOptions

        return InitOptions(
            backend_config=self.backend_config, reconfigure=self.reconfigure, upgrade=self.upgrade
        )

    @property
    def plan_options(self) -> "PlanOptions":
        """What is passed to the engine's plan."""
        from guardian.domain.engine import PlanOptions

        return PlanOptions(
            variables=self.var,
            var_files=self.var_file,
            targets=self.target,
            replace=self.replace,
            destroy=self.destroy,
            refresh=self.refresh,
            refresh_only=self.refresh_only,
            parallelism=self.parallelism,
            lock=self.lock,
            lock_timeout=self.lock_timeout,
        )
