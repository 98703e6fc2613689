"""The engine port over supervised child processes: Terraform, OpenTofu and the embedded Terraform alike."""

import os
import signal
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from guardian.adapters.terraform import errored
from guardian.adapters.terraform.argv import FLAG, apply_options, command_line, init_options, plan_options
from guardian.adapters.terraform.events import EventReader, text_diagnostic
from guardian.adapters.terraform.evidence import read_evidence
from guardian.adapters.terraform.plan_file import read_plan_file
from guardian.adapters.terraform.priority import (
    LESS_COLLECTING,
    PLAN_OF_SMALL_STATE,
    SMALL_STATE_BYTES,
    behind_others,
    group_behind_others,
)
from guardian.adapters.terraform.process import Ended, supervise
from guardian.adapters.terraform.streams import CREATE
from guardian.adapters.terraform.version import ask_version, numbers
from guardian.domain.engine import (
    ApplyOptions,
    ChildProcess,
    Diagnostic,
    EngineOutcome,
    EngineVersion,
    Evidence,
    InitOptions,
    PlanFile,
    PlanOptions,
    WorkingDirectory,
)
from guardian.errors import EngineError
from guardian.ports.engine import OnEvent, OnStart
from guardian.ports.system import Interruption

SUCCEEDED = frozenset({0, 2})
INIT_IN_JSON = {"terraform": (1, 9), "tofu": (1, 7), "embedded": (1, 9)}
NEEDS_INIT = (
    "Backend initialization required",
    "HCP Terraform initialization required",
    "HCP Terraform or Terraform Enterprise initialization required",
    "Terraform Cloud initialization required",
    "Cloud backend initialization required",
    "Inconsistent dependency lock file",
    "Required plugins are not installed",
    "Module not installed",
    "Module source has changed",
    "Module version requirements have changed",
)
"""How diagnostics begin that `init` can mend.

Source: measured on Terraform 1.11 and 1.15; changed modules, HCP and OpenTofu's from their sources.
"""


class TerraformEngine:
    """Implements `ports.engine.Engine`.

    Args:
        product: `terraform`, `tofu` or `embedded`.
        launcher: What starts it; an absolute path first.
        environment: The policed environment of every process.
        interruption: Forwarded once to whatever runs.
        root: Where `version` is asked.
    """

    def __init__(
        self,
        *,
        product: str,
        launcher: tuple[str, ...],
        environment: Mapping[str, str],
        interruption: Interruption,
        root: Path,
    ) -> None:
        self._product = product
        self._launcher = launcher
        self._environment = dict(environment)
        self._interruption = interruption
        self._root = root
        self._version: EngineVersion | None = None

    def version(self) -> EngineVersion:
        """See the port."""
        if self._version is None:
            self._version = ask_version(
                self._launcher, self._product, root=self._root, environment=self._environment
            )
        return self._version

    def init(self, where: WorkingDirectory, *, options: InitOptions) -> EngineOutcome:
        """See the port."""
        json = numbers(self.version().version) >= INIT_IN_JSON[self._product]
        return self._run_with_events(
            where, "init", options=init_options(options, json=json), on_event=_ignore
        )

    def plan(
        self, where: WorkingDirectory, *, out: Path, options: PlanOptions, on_event: OnEvent
    ) -> EngineOutcome:
        """See the port."""
        return self._run_with_events(
            where, "plan", options=plan_options(options, out=str(out.absolute())), on_event=on_event
        )

    def apply(
        self,
        where: WorkingDirectory,
        *,
        plan: Path,
        options: ApplyOptions,
        on_start: OnStart,
        on_event: OnEvent,
    ) -> EngineOutcome:
        """See the port."""
        if self._interruption.requested():
            return _stopped()
        aside = errored.set_aside(where.root)
        try:
            outcome = self._run_with_events(
                where,
                "apply",
                str(plan.absolute()),
                options=apply_options(options),
                on_event=on_event,
                on_start=on_start,
            )
        finally:
            aside = errored.put_back(aside) if aside else None
        return replace(outcome, set_aside=aside)

    def evidence(self, run_dir: Path, *, root: Path) -> Evidence | None:
        """See the port."""
        return read_evidence(run_dir, errored=root / errored.NAME)

    def read_plan(self, plan: Path) -> PlanFile:
        """See the port."""
        return read_plan_file(plan)

    def show_plan_json(self, where: WorkingDirectory, plan: Path) -> bytes:
        """See the port; gives way to other processes, for it mostly runs beside an apply."""
        options = {"json": FLAG, "no_color": FLAG}
        return self.output_of(where, "show", str(plan.absolute()), options=options, yielding=True)

    def show_plan_text(self, where: WorkingDirectory, plan: Path, *, color: bool) -> str:
        """See the port."""
        options = {"no_color": None if color else FLAG}
        return self.output_of(where, "show", str(plan.absolute()), options=options).decode(errors="replace")

    def output_of(
        self,
        where: WorkingDirectory,
        verb: str,
        *positional: str,
        options: Mapping[str, Any],
        yielding: bool = False,
    ) -> bytes:
        """Run a command that only reads, return its standard output whole and leave no file of it.

        Raises:
            EngineError: It failed; with what it wrote to standard error.
        """
        ended = self._run(where, verb, *positional, options=options, yielding=yielding)
        try:
            if ended.exit_code != 0:
                told = text_diagnostic("", ended.streams.stderr)
                words = (
                    f"{told.summary}: {told.detail}".strip(": ") if told else f"exit code {ended.exit_code}"
                )
                raise EngineError(f"`{verb}` failed: {words}")
            return ended.streams.read_whole()
        finally:
            ended.streams.remove()

    def _run_with_events(
        self,
        where: WorkingDirectory,
        verb: str,
        *positional: str,
        options: Mapping[str, Any],
        on_event: OnEvent,
        on_start: OnStart | None = None,
    ) -> EngineOutcome:
        if self._interruption.requested():
            return _stopped()
        reader = EventReader(on_event)
        stranded_before = errored.identity(where.root)
        ended = self._run(where, verb, *positional, options=options, on_start=on_start, reader=reader)
        failed = ended.exit_code not in SUCCEEDED
        diagnostics = list(reader.diagnostics)
        if failed and not any(each.severity == "error" for each in diagnostics):
            told = text_diagnostic(reader.unparsed, ended.streams.stderr)
            diagnostics += [told] if told else []
        return EngineOutcome(
            exit_code=ended.exit_code,
            diagnostics=tuple(diagnostics),
            interrupted=ended.interrupted,
            needs_init=failed and needs_init(diagnostics),
            stranded_state=_stranded(where, stranded_before, reader.dumped_state, ended),
        )

    def _run(
        self,
        where: WorkingDirectory,
        verb: str,
        *positional: str,
        options: Mapping[str, Any],
        on_start: OnStart | None = None,
        reader: EventReader | None = None,
        yielding: bool = False,
    ) -> Ended:
        argv = command_line(self._launcher, verb, *positional, options=options)
        environment = {**self._environment, **where.environment}
        if verb == "plan" and where.state_bytes is not None and where.state_bytes < SMALL_STATE_BYTES:
            environment = {**PLAN_OF_SMALL_STATE, **environment}
        if yielding:
            argv = behind_others(argv, environment)
            environment = {**LESS_COLLECTING, **environment}
            on_start = _group_behind_others
        return supervise(
            argv,
            root=where.root,
            run_dir=where.run_dir,
            environment=environment,
            verb=verb,
            # A command that only reads ends soon, and what it reads is wanted after an interrupt too.
            interruption=self._interruption if reader else None,
            on_start=on_start,
            on_line=reader.line if reader else None,
        )


def needs_init(diagnostics: list[Diagnostic]) -> bool:
    """Tell whether `init` can mend what failed."""
    return any(each.severity == "error" and each.summary.startswith(NEEDS_INIT) for each in diagnostics)


def _stopped() -> EngineOutcome:
    return EngineOutcome(exit_code=-signal.SIGINT, interrupted=True)


def _stranded(
    where: WorkingDirectory, before: errored.Identity | None, dumped: bytes | None, ended: Ended
) -> Path | None:
    now = errored.identity(where.root)
    if dumped is None:
        return where.root / errored.NAME if now is not None and now != before else None
    # Terraform dumps when it could not write its file, which may then be there and torn.
    kept = ended.streams.stdout.with_suffix(".tfstate")
    try:
        with os.fdopen(os.open(kept, CREATE, 0o600), "wb") as file:
            file.write(dumped)
    except OSError:
        return ended.streams.stdout  # a full disk: the dump is in there
    return kept


def _ignore(_: Mapping[str, Any]) -> None:
    return


def _group_behind_others(child: ChildProcess) -> None:
    group_behind_others(child.pid)
