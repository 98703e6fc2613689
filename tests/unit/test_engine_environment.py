"""The environment's policy."""

from pathlib import Path

import pytest

from guardian.adapters.terraform.environment import HONOURED, PASSED_ON, PASSED_ON_PREFIXES, police
from guardian.errors import EnvironmentRefusedError


@pytest.mark.parametrize("name", ["TF_CLI_ARGS", "TF_CLI_ARGS_plan", "TF_CLI_ARGS_apply"])
def test_what_changes_the_command_line_is_refused_by_name_without_its_value(name: str) -> None:
    with pytest.raises(EnvironmentRefusedError) as refused:
        police({name: "-var=password=hunter2"})
    assert name in refused.value.message
    assert f"unset {name}" in refused.value.hint
    assert "hunter2" not in refused.value.message + refused.value.hint


def test_an_empty_argument_variable_is_dropped() -> None:
    assert "TF_CLI_ARGS" not in police({"TF_CLI_ARGS": ""}).variables


@pytest.mark.parametrize(
    "name", ["TF_LOG", "TF_LOG_PATH", "TF_LOG_CORE", "TF_LOG_PROVIDER", "TF_LOG_PROVIDER_AWS"]
)
def test_logs_are_not_passed_on_and_noted(name: str) -> None:
    policed = police({name: "s3cret"})
    assert name not in policed.variables
    assert policed.notes == (f"{name} is not passed on: Terraform's log holds secrets",)
    assert policed.recorded == {name: "not passed on"}


def test_what_azure_pipelines_sets_in_every_job_is_left_out_without_a_note() -> None:
    policed = police({"TF_BUILD": "True", "TF_SOMETHING": "1"})
    assert not policed.variables.keys() & {"TF_BUILD", "TF_SOMETHING"}
    assert [each.partition(" ")[0] for each in policed.notes] == ["TF_SOMETHING"]
    assert policed.recorded == {"TF_BUILD": "not passed on", "TF_SOMETHING": "not passed on"}


@pytest.mark.parametrize(
    "name",
    [
        "TF_VAR_region",
        "TF_TOKEN_app_example_com",
        "TF_CLI_CONFIG_FILE",
        "TF_PLUGIN_CACHE_DIR",
        "TF_PLUGIN_CACHE_MAY_BREAK_DEPENDENCY_LOCK_FILE",
        "TF_REGISTRY_CLIENT_TIMEOUT",
        "TF_HTTP_PASSWORD",
        "TF_STATE_PERSIST_INTERVAL",
        "TF_ENCRYPTION",
        "TF_PROVIDER_DOWNLOAD_RETRY",
        "TF_REATTACH_PROVIDERS",
        "TF_APPEND_USER_AGENT",
        "TERRAFORM_CONFIG",
        "AWS_PROFILE",
        "HTTPS_PROXY",
    ],
)
def test_what_providers_and_installation_need_is_passed_on(name: str) -> None:
    policed = police({name: "s3cret"})
    assert policed.variables[name] == "s3cret"
    assert policed.notes == ()
    assert "s3cret" not in str(policed.recorded)


@pytest.mark.parametrize("name", ["TF_WARN_OUTPUT_ERRORS", "TF_INPUT", "TF_ANYTHING_NEW"])
def test_other_terraform_variables_are_left_out_by_name(name: str) -> None:
    policed = police({name: "1"})
    assert name not in policed.variables
    assert [note.split()[0] for note in policed.notes] == [name]


def test_workspace_and_data_dir_are_honoured_apart_from_the_rest() -> None:
    policed = police({"TF_WORKSPACE": "blue", "TF_DATA_DIR": "/data"})
    assert (policed.workspace, policed.data_dir) == ("blue", "/data")
    assert policed.of_directory == {"TF_WORKSPACE": "blue", "TF_DATA_DIR": "/data"}
    assert not {"TF_WORKSPACE", "TF_DATA_DIR"} & policed.variables.keys()
    assert policed.recorded == {"TF_WORKSPACE": "honoured: blue", "TF_DATA_DIR": "honoured: /data"}
    assert police({"TF_WORKSPACE": ""}).of_directory == {}


def test_guardians_own_variables_stay_here() -> None:
    policed = police({"GUARDIAN_STORE": "s3://x", "PATH": "/bin"})
    assert policed.variables == {"PATH": "/bin", "TF_IN_AUTOMATION": "1", "CHECKPOINT_DISABLE": "1"}


def test_the_page_on_the_engine_names_every_treatment() -> None:
    page = (Path(__file__).parents[2] / "docs" / "engine.md").read_text()
    named = {*HONOURED, *(PASSED_ON - {"TF_IN_AUTOMATION"}), *(f"{each}*" for each in PASSED_ON_PREFIXES)}
    assert {each for each in named if f"`{each}`" not in page} == set()
