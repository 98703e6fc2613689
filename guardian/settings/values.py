"""The settings as the rest of guardian sees them: frozen, typed, each with where it came from."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from guardian.domain.configuration import CaptureLimits
from guardian.domain.drift_rules import IgnoreRule, Scope
from guardian.domain.review.policy import PolicyRule
from guardian.domain.transient import RetryBlock


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where a value came from.

    Attributes:
        kind: `flag`, `environment`, `file` or `default`.
        name: The flag, the variable, or the file's path; empty for a default.
    """

    kind: str
    name: str = ""

    def __str__(self) -> str:
        """Name the source for a person: `environment GUARDIAN_STORE`."""
        return f"{self.kind} {self.name}".rstrip()


@dataclass(frozen=True, slots=True, kw_only=True)
class Encryption:
    """Client-side encryption of the store; none when both are empty.

    Attributes:
        kms_keys: ARNs; each of them alone can open what was sealed.
        key_file: Absolute path of a raw key.
    """

    kms_keys: tuple[str, ...] = ()
    key_file: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """The lease on a project.

    Attributes:
        ttl_s: How long it lasts without being renewed.
        renew_s: How often it is renewed; None is three times in that time.
    """

    ttl_s: int = 60
    renew_s: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Interrupt:
    """How long after a signal a run whose Terraform still works is put on hold."""

    grace_s: int = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Orphans:
    """How long after a first look what was not found, and may come late, is looked for once more."""

    look_again_s: int = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class DriftSettings:
    """How the live infrastructure is read, and which differences do not matter.

    Attributes:
        connections: Requests at a time.
        timeout_s: After that nothing more is asked.
        tags, names: What belongs to the project although no state knows it.
        ignore: In the order in which they stand.
    """

    connections: int = 32
    timeout_s: int = 120
    tags: Mapping[str, str] = field(default_factory=dict)
    names: tuple[str, ...] = ()
    ignore: tuple[IgnoreRule, ...] = ()

    @property
    def scope(self) -> Scope:
        """What belongs to the project although no state knows it."""
        return Scope(tags=self.tags, names=self.names)


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicySettings:
    """What a plan must not do.

    Attributes:
        rules: In the order in which they stand; whether an expression compiles is not known yet.
        rego: Absolute paths of files, and of directories of `*.rego`.
        timeout_s: After that an evaluation of Rego is ended.
        override_hours: How long an exception from a rule holds.
    """

    rules: tuple[PolicyRule, ...] = ()
    rego: tuple[Path, ...] = ()
    timeout_s: int = 30
    override_hours: int = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewSettings:
    """From where on a review calls a plan dangerous.

    Attributes:
        most_deletions, most_deletions_percent: More deleted instances than this, or a larger part of them.
        backup_hours: A backup that is older is none.
    """

    most_deletions: int = 10
    most_deletions_percent: int = 25
    backup_hours: int = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalSettings:
    """Whether `apply` wants an approved plan, and how long an approval holds."""

    required: bool = False
    expires_hours: int = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """All settings of one call.

    Attributes:
        project: None for the backend's address and workspace.
        store: Absolute path of a directory, or `s3://bucket/prefix`.
        engine: `auto`, `terraform`, `tofu`, `embedded`, or an absolute path.
        on_failure: None where nobody chose: `ask` on a terminal, `hold` elsewhere.
        retry: Which errors may be tried again, in order; the built-in block is asked after them.
        file: The settings file that was read; None when there is none.
        sources: Where each value came from, by dotted key; every key is there, `retry`,
            `drift.tags`, `drift.ignore` and `policy.rules`.
    """

    store: str
    project: str | None = None
    engine: str = "auto"
    on_failure: str | None = None
    encryption: Encryption = field(default_factory=Encryption)
    capture: CaptureLimits = field(default_factory=CaptureLimits)
    lease: Lease = field(default_factory=Lease)
    interrupt: Interrupt = field(default_factory=Interrupt)
    orphans: Orphans = field(default_factory=Orphans)
    drift: DriftSettings = field(default_factory=DriftSettings)
    policy: PolicySettings = field(default_factory=PolicySettings)
    review: ReviewSettings = field(default_factory=ReviewSettings)
    approval: ApprovalSettings = field(default_factory=ApprovalSettings)
    retry: tuple[RetryBlock, ...] = ()
    file: Path | None = None
    sources: Mapping[str, Source] = field(default_factory=dict)
