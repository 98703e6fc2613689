"""Which pull request a job is about, by the variables of each CI system."""

import json
import sys
from pathlib import Path

import pytest

from guardian.adapters.vcs import comment_host, detect
from guardian.adapters.vcs.detect import Target
from guardian.domain.review.host import Host
from guardian.errors import CommentError, ExitCode

GITHUB = {
    "GITHUB_ACTIONS": "true",
    "GITHUB_API_URL": "https://ghe.example/api/v3/",
    "GITHUB_REPOSITORY": "octo/infra",
    "GITHUB_REF": "refs/pull/12/merge",
    "GITHUB_SHA": "f" * 40,
    "GITHUB_TOKEN": "s3cret",
}
GITLAB = {
    "GITLAB_CI": "true",
    "CI_API_V4_URL": "https://gitlab.example/api/v4",
    "CI_PROJECT_ID": "42",
    "CI_PROJECT_PATH": "octo/infra",
    "CI_PROJECT_URL": "https://gitlab.example/octo/infra",
    "CI_MERGE_REQUEST_IID": "12",
    "CI_COMMIT_SHA": "f" * 40,
    "GITLAB_TOKEN": "s3cret",
}
AZURE = {
    "TF_BUILD": "True",
    "SYSTEM_COLLECTIONURI": "https://dev.azure.com/octo/",
    "SYSTEM_TEAMPROJECT": "Team One",
    "BUILD_REPOSITORY_ID": "guid",
    "BUILD_REPOSITORY_NAME": "infra",
    "SYSTEM_PULLREQUEST_PULLREQUESTID": "12",
    "BUILD_SOURCEVERSION": "f" * 40,
    "SYSTEM_ACCESSTOKEN": "s3cret",
}
ALL = {"github": GITHUB, "gitlab": GITLAB, "azure": AZURE}


def found(environment: dict[str, str], **changed: str) -> Target:
    target = detect(environment | changed)
    assert target is not None
    return target


def error(environment: dict[str, str], **changed: str) -> CommentError:
    with pytest.raises(CommentError) as caught:
        detect(environment | changed)
    assert caught.value.exit_code is ExitCode.NOT_POSTED
    assert caught.value.hint
    assert "s3cret" not in caught.value.message + caught.value.hint
    return caught.value


def event(tmp_path: Path, document: object) -> str:
    path = tmp_path / "event.json"
    path.write_text(document if isinstance(document, str) else json.dumps(document))
    return str(path)


def test_outside_of_ci_there_is_none():
    assert detect({}) is None
    assert detect({"GITHUB_TOKEN": "s3cret", "GITLAB_TOKEN": "s3cret"}) is None


def test_github():
    assert found(GITHUB) == Target(
        host=Host.GITHUB,
        api="https://ghe.example/api/v3",
        project="octo/infra",
        repository="octo/infra",
        number=12,
        token="s3cret",
        commit="f" * 40,
    )


def test_github_names_its_own_address_when_the_job_does_not():
    assert found({name: value for name, value in GITHUB.items() if name != "GITHUB_API_URL"}).api == (
        "https://api.github.com"
    )


def test_the_commit_of_github_is_what_was_pushed(tmp_path):
    path = event(tmp_path, {"pull_request": {"number": 12, "head": {"sha": "e" * 40}}})
    assert found(GITHUB, GITHUB_EVENT_PATH=path).commit == "e" * 40


def test_the_event_names_the_pull_request_where_the_ref_does_not(tmp_path):
    path = event(tmp_path, {"pull_request": {"number": 13}})
    assert found(GITHUB, GITHUB_REF="refs/heads/main", GITHUB_EVENT_PATH=path).number == 13


@pytest.mark.parametrize(
    "document",
    [
        "",
        "{",
        "[]",
        "null",
        "[" * 100_000,
        {"pull_request": 1},
        {"pull_request": {"number": True}},
        {"head": 1},
    ],
)
def test_a_broken_event_is_none(tmp_path, document):
    path = event(tmp_path, document)
    assert found(GITHUB, GITHUB_EVENT_PATH=path).commit == "f" * 40
    message = error(GITHUB, GITHUB_REF="refs/heads/main", GITHUB_EVENT_PATH=path).message
    assert "names no pull request" in message


def test_gitlab():
    assert found(GITLAB) == Target(
        host=Host.GITLAB,
        api="https://gitlab.example/api/v4",
        project="42",
        repository="octo/infra",
        number=12,
        token="s3cret",
        page="https://gitlab.example/octo/infra/-/merge_requests/12",
        commit="f" * 40,
    )


def test_a_fork_of_gitlab_comments_where_its_merge_request_is():
    fork = {
        "CI_MERGE_REQUEST_PROJECT_ID": "41",
        "CI_MERGE_REQUEST_PROJECT_PATH": "up/infra",
        "CI_MERGE_REQUEST_PROJECT_URL": "https://gitlab.example/up/infra",
    }
    target = found(GITLAB, **fork)
    assert (target.project, target.repository) == ("41", "up/infra")
    assert target.page == "https://gitlab.example/up/infra/-/merge_requests/12"


def test_the_job_token_of_gitlab_is_not_enough():
    refused = error(GITLAB, GITLAB_TOKEN="", CI_JOB_TOKEN="s3cret")
    assert "GITLAB_TOKEN is not set" in refused.message
    assert "CI_JOB_TOKEN may not comment" in refused.hint


def test_azure():
    assert found(AZURE) == Target(
        host=Host.AZURE,
        api="https://dev.azure.com/octo",
        project="Team One/guid",
        repository="Team One/infra",
        number=12,
        token="s3cret",
        commit="f" * 40,
    )


def test_a_repository_of_azure_that_is_at_github():
    assert "is at GitHub" in error(AZURE, BUILD_REPOSITORY_PROVIDER="GitHub").message


@pytest.mark.parametrize("missing", ["", "  ", "$(System.AccessToken)"])
def test_a_token_that_azure_was_not_told_to_pass_on(missing):
    assert "System.AccessToken" in error(AZURE, SYSTEM_ACCESSTOKEN=missing).hint


@pytest.mark.parametrize(
    ("host", "name"),
    [
        *(("github", name) for name in ("GITHUB_REPOSITORY", "GITHUB_REF", "GITHUB_TOKEN")),
        *(
            ("gitlab", name)
            for name in ("CI_API_V4_URL", "CI_PROJECT_ID", "CI_MERGE_REQUEST_IID", "GITLAB_TOKEN")
        ),
        *(("azure", name) for name in AZURE if name.startswith("SYSTEM_") or name == "BUILD_REPOSITORY_ID"),
    ],
)
def test_what_is_missing_is_named(host, name):
    whole = ALL[host]
    assert name in error({key: value for key, value in whole.items() if key != name}).message


@pytest.mark.parametrize("number", ["", "0x1", "-1", "1.5", "\uff19", "1" * 40, "7; rm -rf"])
def test_a_number_is_a_number(number):
    assert "no merge request" in error(GITLAB, CI_MERGE_REQUEST_IID=number).message
    assert "no pull request" in error(AZURE, SYSTEM_PULLREQUEST_PULLREQUESTID=number).message
    assert "no pull request" in error(GITHUB, GITHUB_REF=f"refs/pull/{number}/merge").message


def test_the_token_is_not_shown():
    assert "s3cret" not in repr(found(GITHUB))


def test_bitbucket_gets_its_markdown_on_stdout():
    target = Target(host=Host.BITBUCKET, api="", project="", repository="", number=1, token="t")
    with pytest.raises(CommentError, match="posts nothing at bitbucket"):
        comment_host(target)


@pytest.mark.parametrize(("host", "module"), [("github", "github"), ("gitlab", "gitlab")])
def test_a_client_that_is_not_installed_is_named(monkeypatch, host, module):
    monkeypatch.setitem(sys.modules, module, None)
    monkeypatch.delitem(sys.modules, f"guardian.adapters.vcs.{host}", raising=False)
    with pytest.raises(CommentError, match=f"the module {module} is not installed") as caught:
        comment_host(found(ALL[host]))
    assert caught.value.hint == f"pip install 'guardian[{host}]'"
