"""Values around one Terraform process: what is asked, where it runs, how it ended."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineVersion:
    """Which engine answers.

    Attributes:
        product: `terraform`, `tofu` or `embedded` (Terraform as a library, in a process of its own).
        version: Semantic version without a leading v.
        executable: What is run, for a person.
    """

    product: str
    version: str
    executable: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkingDirectory:
    """Where one engine runs.

    Attributes:
        root: The root module; the process's current directory.
        run_dir: Private directory (0700) for plan files and for the streams of each process.
        environment: Additions to the policed environment of the process (for instance TF_WORKSPACE).
        state_bytes: Length of the state where it is known: a plan of a small one may take memory for speed.
    """

    root: Path
    run_dir: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    state_bytes: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class InitOptions:
    """The options of `terraform init`.

    Attributes:
        backend_config: Values of `-backend-config`, in order: a file, or `key=value`.
        reconfigure: Forget the backend that was configured before.
        upgrade: Take newer modules and providers than the locked ones.
        plugin_dir: Directory of unpacked providers; nothing is taken from anywhere else then. None for the
            usual places.
    """

    backend_config: tuple[str, ...] = ()
    reconfigure: bool = False
    upgrade: bool = False
    plugin_dir: Path | None = None

    @property
    def are_given(self) -> bool:
        """Tell whether somebody asked for anything, which makes an init necessary."""
        return bool(self.backend_config or self.reconfigure or self.upgrade)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanOptions:
    """The options of `terraform plan`, by Terraform's names; order within each tuple is kept."""

    variables: tuple[str, ...] = ()
    var_files: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()
    replace: tuple[str, ...] = ()
    destroy: bool = False
    refresh: bool = True
    refresh_only: bool = False
    parallelism: int | None = None
    lock: bool = True
    lock_timeout: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplyOptions:
    """The options of `terraform apply PLAN`."""

    parallelism: int | None = None
    lock: bool = True
    lock_timeout: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChildProcess:
    """One started engine process, recorded before its work begins to matter.

    Attributes:
        pid: Its process id; it leads its own session.
        started: Start time in kernel ticks, 0 when unknown.
        stdout: File that receives its standard output (0600).
        stderr: File that receives its standard error (0600).
    """

    pid: int
    started: int
    stdout: Path
    stderr: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnostic:
    """One error or warning of the engine.

    Attributes:
        severity: `error` or `warning`.
        address: The resource instance it speaks of, or empty.
        filename, line: Place in the configuration; empty and 0 when unknown.
    """

    severity: str
    summary: str
    detail: str = ""
    address: str = ""
    filename: str = ""
    line: int = 0

    @classmethod
    def from_event(cls, diagnostic: Mapping[str, Any]) -> "Diagnostic":
        """Read the `diagnostic` object of Terraform's machine-readable UI.

        Source: https://developer.hashicorp.com/terraform/internals/machine-readable-ui
        """
        place = diagnostic.get("range") or {}
        return cls(
            severity=diagnostic.get("severity", "error"),
            summary=diagnostic.get("summary", ""),
            detail=diagnostic.get("detail", ""),
            address=diagnostic.get("address", ""),
            filename=place.get("filename", ""),
            line=(place.get("start") or {}).get("line", 0),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineOutcome:
    """How one engine process ended.

    Attributes:
        exit_code: Its exit code; negative for the signal that killed it.
        diagnostics: Errors and warnings in order of appearance.
        interrupted: Whether guardian forwarded an interrupt to it.
        needs_init: Whether it failed because the directory must be initialised (again).
        stranded_state: File that holds a state the engine could not save (`errored.tfstate`, or its output
            with an emergency dump), or None. Its content is secret.
        set_aside: Where an older state that somebody left unsaved lies now, because the engine wrote a new
            one over its name; None when there was none, or when it is back in its place.
    """

    exit_code: int
    diagnostics: tuple[Diagnostic, ...] = ()
    interrupted: bool = False
    needs_init: bool = False
    stranded_state: Path | None = None
    set_aside: Path | None = None

    @property
    def errors(self) -> tuple[Diagnostic, ...]:
        """The errors alone."""
        return tuple(each for each in self.diagnostics if each.severity == "error")


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What an apply left on this machine when its guardian died.

    Attributes:
        running: Whether a process still writes there.
        events: Its events so far, in order.
        outcome: How it ended, by its own words; None when they do not tell: it was killed, or still runs.
    """

    running: bool
    events: tuple[Mapping[str, Any], ...]
    outcome: EngineOutcome | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Backend:
    """Where the state lives.

    Attributes:
        kind: Terraform's backend type: `local`, `s3`, ...
        config: The full configuration as Terraform recorded it, partial `-backend-config` included.
            May hold credentials: goes into sealed objects, never into output.
        workspace: The Terraform workspace, `default` when none was selected.
        address: Names the state for people and for the project's default name, without credentials.
    """

    kind: str
    config: Mapping[str, Any]
    workspace: str
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RawState:
    """One reading of a state.

    Attributes:
        body: The bytes as stored; None when there is no state at all (never written).
        source: `backend` for the object itself, `pull` for what `state pull` re-encoded.
        stale_digest: The lock table that holds another record's digest, so that Terraform refuses this one;
            empty for none.
    """

    body: bytes | None
    source: str
    stale_digest: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanFile:
    """What a saved plan holds, read without a process.

    Attributes:
        sha256: Digest of the file.
        body: The file's bytes.
        prior_state: The state as recorded when the plan was made (`tfstate-prev`); no lineage, no serial.
        refreshed_state: The same after the refresh, what was live, with the record's lineage and serial.
        configuration: Content of the planned `*.tf` files by `m-<module key>/<name>`.
    """

    sha256: str
    body: bytes
    prior_state: bytes
    refreshed_state: bytes
    configuration: Mapping[str, bytes]
