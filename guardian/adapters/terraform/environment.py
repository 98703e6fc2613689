"""Which of the caller's environment variables an engine process sees.

Terraform obeys some variables that change what a command does without a trace. Here each TF_* variable is
passed on, honoured by value, left out (with a note, unless Terraform does not know it), or refused; what does
not begin with TF_ or GUARDIAN_ belongs to providers and provisioners and is inherited.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from guardian.errors import EnvironmentRefusedError

PASSED_ON = frozenset(
    {
        "TF_APPEND_USER_AGENT",
        "TF_CLI_CONFIG_FILE",
        "TF_ENCRYPTION",
        "TF_IN_AUTOMATION",
        "TF_PLUGIN_CACHE_DIR",
        "TF_PLUGIN_CACHE_MAY_BREAK_DEPENDENCY_LOCK_FILE",
        "TF_REATTACH_PROVIDERS",
        "TF_STATE_PERSIST_INTERVAL",
        "TF_TEMPLATE_RECURSION_DEPTH",
    }
)
PASSED_ON_PREFIXES = ("TF_HTTP_", "TF_PROVIDER_", "TF_REGISTRY_", "TF_TOKEN_", "TF_VAR_")
HONOURED = ("TF_WORKSPACE", "TF_DATA_DIR")
# Set in every job of Azure Pipelines (Team Foundation); Terraform knows nothing of it.
# Source: https://learn.microsoft.com/en-us/azure/devops/pipelines/build/variables
NOT_TERRAFORMS = frozenset({"TF_BUILD"})


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicedEnvironment:
    """What is left after the policy.

    Attributes:
        variables: The environment of every engine process, without `HONOURED`: those apply to one directory
            and are given with it. May hold credentials.
        workspace: Value of TF_WORKSPACE, or empty.
        data_dir: Value of TF_DATA_DIR, or empty.
        notes: One sentence for each variable that was left out and may be missed; names only, never values.
        recorded: Name to treatment of each TF_* variable, for the journal; values only of `HONOURED`.
    """

    variables: Mapping[str, str]
    workspace: str
    data_dir: str
    notes: tuple[str, ...]
    recorded: Mapping[str, str]

    @property
    def of_directory(self) -> dict[str, str]:
        """The honoured variables that are set, as additions for a `WorkingDirectory`."""
        values = {"TF_WORKSPACE": self.workspace, "TF_DATA_DIR": self.data_dir}
        return {name: value for name, value in values.items() if value}


def police(environment: Mapping[str, str]) -> PolicedEnvironment:
    """Sort an environment's variables.

    Raises:
        EnvironmentRefusedError: TF_CLI_ARGS or TF_CLI_ARGS_* is set; it would change the command line.
    """
    variables: dict[str, str] = {}
    notes: list[str] = []
    recorded: dict[str, str] = {}
    for name, value in environment.items():
        if name.startswith("GUARDIAN_"):
            continue
        if not name.startswith("TF_"):
            variables[name] = value
        elif name == "TF_CLI_ARGS" or name.startswith("TF_CLI_ARGS_"):
            _refuse_arguments(name, value)
        elif name in HONOURED:
            if value:
                recorded[name] = f"honoured: {value}"
        elif name in PASSED_ON or name.startswith(PASSED_ON_PREFIXES):
            variables[name] = value
            recorded[name] = "passed on"
        elif name in NOT_TERRAFORMS:
            recorded[name] = "not passed on"
        else:
            recorded[name] = "not passed on"
            notes.append(f"{name} is not passed on{_reason(name)}")
    variables |= {"TF_IN_AUTOMATION": "1", "CHECKPOINT_DISABLE": "1"}
    return PolicedEnvironment(
        variables=variables,
        workspace=environment.get("TF_WORKSPACE", ""),
        data_dir=environment.get("TF_DATA_DIR", ""),
        notes=tuple(sorted(notes)),
        recorded=dict(sorted(recorded.items())),
    )


def _refuse_arguments(name: str, value: str) -> None:
    if value.strip():
        raise EnvironmentRefusedError(
            f"the environment variable {name} would silently change Terraform's command line",
            hint=f"unset {name}    # and put its options on guardian's own command line",
        )


def _reason(name: str) -> str:
    if name.startswith("TF_LOG"):
        return ": Terraform's log holds secrets"
    if name == "TF_INPUT":
        return ": guardian asks itself, Terraform never does"
    return ": guardian does not know what it changes"
