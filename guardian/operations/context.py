"""Everything an operation may reach: the ports, put together by `wiring`."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from guardian.domain.drift_rules import NO_SCOPE, IgnoreRule, Scope

if TYPE_CHECKING:  # names alone: loading what they stand for would double the start of `guardian status`
    from guardian.domain.configuration import CaptureLimits
    from guardian.domain.engine import InitOptions
    from guardian.domain.glass import Glass
    from guardian.domain.transient import RetryBlock
    from guardian.ports.audience import Audience
    from guardian.ports.configuration import ConfigurationSource
    from guardian.ports.differ import Differ
    from guardian.ports.engine import Engine, StateBackend
    from guardian.ports.fingerprints import FingerprintReader
    from guardian.ports.live import LiveReader
    from guardian.ports.memory import HeadMemory
    from guardian.ports.system import Clock, Identity, Interruption
    from guardian.ports.workplace import Workplace
    from guardian.repository.repository import Repository


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkout:
    """The root module at hand.

    Attributes:
        root: Its directory.
        data_dir: Terraform's data directory for it.
        environment: Additions to each engine process, TF_WORKSPACE for instance.
        init: How to initialise it, when that is needed or asked for.
        project: Name from the settings, or empty: the backend's address names it then.
        inputs: What else decides the variables, by source, without values: `flag -var`, `TF_VAR_x`.
        inputs_digest: Digest over all variable inputs with their values.
    """

    root: Path
    data_dir: Path
    environment: Mapping[str, str]
    init: "InitOptions"
    project: str
    inputs: tuple[tuple[str, str], ...]
    inputs_digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """The ports, and the few numbers that settings give.

    Attributes:
        look_again_s: Pause before what was not found, and may come late, is looked for once more.
        scope: What belongs to the project although no state knows it.
        ignore: Which differences of what is live do not matter.
        memory: What this client remembers of stores; None for nothing.
        glass: Why `repository` is the spool of a store that does not answer; None where it is the store.
        spool: What was spooled while the store was down and is not flushed; None for nothing.
    """

    engine: "Engine"
    backend: "StateBackend"
    configuration: "ConfigurationSource"
    repository: "Repository"
    clock: "Clock"
    identity: "Identity"
    interruption: "Interruption"
    audience: "Audience"
    differ: "Differ"
    workplace: "Workplace"
    live: "LiveReader"
    fingerprints: "FingerprintReader"
    limits: "CaptureLimits"
    own_paths: tuple[Path, ...]
    lease_ttl_s: float
    renew_s: float | None = None
    grace_s: float = 5.0
    look_again_s: float = 30.0
    retry: "tuple[RetryBlock, ...]" = ()
    scope: Scope = NO_SCOPE
    ignore: tuple[IgnoreRule, ...] = ()
    memory: "HeadMemory | None" = None
    glass: "Glass | None" = None
    spool: "Repository | None" = None
