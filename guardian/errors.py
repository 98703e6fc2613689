"""Every way guardian can refuse or fail, each with its exit code and a hint that can be pasted.

An exception means "cannot go on". Expected outcomes (a failed apply, a plan with changes) are values.
This module imports nothing of guardian and never formats for a sink: the views do.
"""

from enum import IntEnum


class ExitCode(IntEnum):
    """The exit codes of every command; the README's table is tested against them."""

    OK = 0
    ERROR = 1
    DIFFERENCES = 2
    FAILED_HELD = 3
    REFUSED = 4
    RESTORED = 5
    RESTORE_INCOMPLETE = 6
    NOT_POSTED = 7
    INTERRUPTED = 130


class GuardianError(Exception):
    """The root of guardian's errors.

    Attributes:
        code: Stable snake_case identifier, part of the JSON output.
        exit_code: What the process exits with when nobody handles the error.
        message: What is wrong and where, one or a few sentences, no secrets.
        hint: What to type or do next; may be empty, never misleading.
        project: The project it happened in, None when none was found yet.
        run_id: The run that it ended, None outside a run.
    """

    code = "error"
    exit_code = ExitCode.ERROR

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.project: str | None = None
        self.run_id: str | None = None


class UsageError(GuardianError):
    """The command line asks for something that does not exist or does not fit together."""

    code = "usage"


class SettingsError(GuardianError):
    """`guardian.yaml` or a GUARDIAN_* variable cannot be used."""

    code = "settings"


class EnvironmentRefusedError(GuardianError):
    """A TF_* variable would silently change Terraform's command."""

    code = "environment_refused"


class EngineError(GuardianError):
    """Terraform could not be run or did not answer as it should."""

    code = "engine"


class EngineNotFoundError(EngineError):
    """No Terraform, OpenTofu or embedded engine."""

    code = "engine_not_found"


class EngineUnsupportedError(EngineError):
    """The engine is there, but too old or of an unknown kind."""

    code = "engine_unsupported"


class ConfigurationError(GuardianError):
    """The root module cannot be used as it is."""

    code = "configuration"


class InitFailedError(EngineError):
    """`terraform init` failed; nothing was planned."""

    code = "init_failed"


class PlanFailedError(EngineError):
    """`terraform plan` failed; nothing was changed.

    Attributes:
        summaries: The summary of each error that Terraform told.
    """

    code = "plan_failed"

    def __init__(self, message: str, *, hint: str = "", summaries: tuple[str, ...] = ()) -> None:
        super().__init__(message, hint=hint)
        self.summaries = summaries


class PlanFormatError(GuardianError):
    """What was given as a plan is none that can be read: not JSON, cut off, or of another format."""

    code = "plan_format"


class ApplyNotStartedError(EngineError):
    """`terraform apply` ended before it changed anything, for want of the lock for instance."""

    code = "apply_not_started"


class BackendError(GuardianError):
    """The state cannot be read from its backend, or the backend is not supported."""

    code = "backend"


class LiveError(GuardianError):
    """The live infrastructure cannot be asked at all: no credentials, expired ones, nobody answers."""

    code = "live"


class StoreError(GuardianError):
    """guardian's store cannot be used."""

    code = "store"


class StoreUnreachableError(StoreError):
    """The store did not answer, or denied access."""

    code = "store_unreachable"


class StoreAnswersError(UsageError):
    """The glass is to be broken, and the store answers."""

    code = "store_answers"


class StoreFormatError(StoreError):
    """The store holds a format that this version does not know; nothing was written."""

    code = "store_format"


class StoreCorruptError(StoreError):
    """Something in the store is not what its name, digest or chain says."""

    code = "store_corrupt"


class LogRolledBackError(StoreCorruptError):
    """A project's log contradicts what this client saw of it: it went back, or was replaced."""

    code = "log_rolled_back"


class BlobMissingError(StoreError):
    """A key that should be in the store is not there."""

    code = "blob_missing"


class EncryptionError(StoreError):
    """A key is missing, refused or does not fit the repository."""

    code = "encryption"


class NotFoundError(GuardianError):
    """A snapshot, run, project or incident of that name does not exist."""

    code = "not_found"


class AmbiguousError(GuardianError):
    """A name fits several things; the message lists them and nothing was done."""

    code = "ambiguous"


class RefusedError(GuardianError):
    """A guard said no, and nothing was changed."""

    code = "refused"
    exit_code = ExitCode.REFUSED


class HeldError(RefusedError):
    """The project is on hold."""

    code = "held"


class SpooledError(RefusedError):
    """Runs of this project wait on this machine to be flushed into the store."""

    code = "spooled"


class LeaseHeldError(RefusedError):
    """Another guardian works on the project."""

    code = "lease_held"


class WrongStateError(RefusedError):
    """The state is not the one that guardian knows: lineage, serial or contents say so."""

    code = "wrong_state"


class WrongAccountError(RefusedError):
    """The credentials are of another account than the one that the state was made in."""

    code = "wrong_account"


class StateLockedError(RefusedError):
    """Somebody holds Terraform's own lock on the state."""

    code = "state_locked"


class StalePlanError(RefusedError):
    """The saved plan belongs to another state, or to an earlier moment of it."""

    code = "stale_plan"


class DataLossError(RefusedError):
    """The plan deletes something that holds data, and nobody allowed that by address."""

    code = "data_loss"


class RecoveryRefusedError(RefusedError):
    """A way back cannot be taken as things stand; nothing was changed.

    Its `code` is one of `hot_fix`, `moved_on`, `backend_moved`, `protected`, `beyond_list`, `beyond_plan`,
    `complete`, `not_transient`, `not_carried`.
    """

    def __init__(self, message: str, *, code: str, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.code = code


class DeclinedError(RefusedError):
    """The person who was asked said no."""

    code = "declined"


class LeaseLostError(GuardianError):
    """Another guardian took the project over while this one was paused; this one writes nothing more."""

    code = "lease_lost"
    exit_code = ExitCode.REFUSED


class InterruptedRunError(GuardianError):
    """A signal asked for the end; the journal says how far the run came."""

    code = "interrupted"
    exit_code = ExitCode.INTERRUPTED


class UnrecordedError(GuardianError):
    """Terraform ran and may have changed things, but its end could not be recorded."""

    code = "unrecorded"
    exit_code = ExitCode.FAILED_HELD


class RestoreIncompleteError(GuardianError):
    """A recovery did not arrive; a person is needed."""

    code = "restore_incomplete"
    exit_code = ExitCode.RESTORE_INCOMPLETE


class CommentError(GuardianError):
    """The review stands, but its comment could not be posted."""

    code = "comment"
    exit_code = ExitCode.NOT_POSTED


class PolicyError(GuardianError):
    """A policy cannot be evaluated: a rule that does not compile, or one that never ends."""

    code = "policy_broken"


class PolicyDeniedError(RefusedError):
    """A rule of the project's policy denies the plan."""

    code = "policy"


class ApprovalError(RefusedError):
    """The plan is not approved, or what was approved has moved; the message says what."""

    code = "approval"
