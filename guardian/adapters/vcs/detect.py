"""Which pull request this is about, by what each CI system puts into the environment of its jobs.

Sources:
    https://docs.github.com/en/actions/reference/workflows-and-actions/variables
    https://docs.gitlab.com/ci/variables/predefined_variables/
    https://learn.microsoft.com/en-us/azure/devops/pipelines/build/variables
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from guardian.domain.review.host import Host
from guardian.errors import CommentError

_PULL = re.compile(r"refs/pull/([0-9]+)/")
_EVENT_BYTES = 10_000_000
_DIGITS = 18


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One pull request, and what is needed to comment on it.

    Attributes:
        api: The base of the host's API, without a slash at its end.
        project: How the API names the repository: `owner/name`, GitLab's number, Azure's `project/id`.
        repository: How people name it; for the marker.
        number: Of the pull request; GitLab's iid.
        page: The pull request's page, or empty where links to comments come from the API.
        commit: The commit under review, or empty.
    """

    host: Host
    api: str
    project: str
    repository: str
    number: int
    token: str = field(repr=False)
    page: str = ""
    commit: str = ""


def detect(environment: Mapping[str, str]) -> Target | None:
    """Return the pull request whose job this is, None outside of every CI system that is known here.

    Raises:
        CommentError: It is such a system, but no pull request, or something is missing.
    """
    if environment.get("GITHUB_ACTIONS"):
        return _github(environment)
    if environment.get("GITLAB_CI"):
        return _gitlab(environment)
    if environment.get("TF_BUILD"):
        return _azure(environment)
    return None


def _github(environment: Mapping[str, str]) -> Target:
    event = _event(environment.get("GITHUB_EVENT_PATH", ""))
    pull = event.get("pull_request")
    pull = pull if isinstance(pull, dict) else {}
    found = _PULL.match(environment.get("GITHUB_REF", ""))
    number = found[1] if found else pull.get("number")
    repository = _wanted(environment, "GITHUB_REPOSITORY")
    head = pull.get("head")
    sha = head.get("sha") if isinstance(head, dict) else None
    return Target(
        host=Host.GITHUB,
        api=environment.get("GITHUB_API_URL", "https://api.github.com").rstrip("/"),
        project=repository,
        repository=repository,
        number=_number(number, "GITHUB_REF names no pull request", "on: pull_request"),
        token=_token(environment, "GITHUB_TOKEN", "env: {GITHUB_TOKEN: '${{ github.token }}'}"),
        # GITHUB_SHA is the merge that GitHub tries, which nobody pushed.
        commit=sha if isinstance(sha, str) else environment.get("GITHUB_SHA", ""),
    )


def _gitlab(environment: Mapping[str, str]) -> Target:
    number = _number(
        environment.get("CI_MERGE_REQUEST_IID"),
        "CI_MERGE_REQUEST_IID is not set: this pipeline belongs to no merge request",
        "rules: [{if: $CI_PIPELINE_SOURCE == 'merge_request_event'}]",
    )
    # The pipeline of a fork runs in the fork; its merge request is where it wants to go.
    asked = "CI_MERGE_REQUEST_PROJECT_" if environment.get("CI_MERGE_REQUEST_PROJECT_ID") else "CI_PROJECT_"
    project = _wanted(environment, f"{asked}ID")
    page = environment.get(f"{asked}URL", "")
    return Target(
        host=Host.GITLAB,
        api=_wanted(environment, "CI_API_V4_URL").rstrip("/"),
        project=project,
        repository=environment.get(f"{asked}PATH") or project,
        number=number,
        # CI_JOB_TOKEN may not write notes: https://gitlab.com/gitlab-org/gitlab/-/issues/464591
        token=_token(
            environment,
            "GITLAB_TOKEN",
            "a masked CI/CD variable with a project access token: scope api, role Reporter or above "
            "(CI_JOB_TOKEN may not comment)",
        ),
        page=f"{page}/-/merge_requests/{number}" if page else "",
        commit=environment.get("CI_MERGE_REQUEST_SOURCE_BRANCH_SHA") or environment.get("CI_COMMIT_SHA", ""),
    )


def _azure(environment: Mapping[str, str]) -> Target:
    number = _number(
        environment.get("SYSTEM_PULLREQUEST_PULLREQUESTID"),
        "SYSTEM_PULLREQUEST_PULLREQUESTID is not set: this build belongs to no pull request",
        "a branch policy `Build validation` that runs this pipeline",
    )
    provider = environment.get("BUILD_REPOSITORY_PROVIDER", "TfsGit")
    if provider != "TfsGit":
        raise CommentError(
            f"the repository of this build is at {provider}, not at Azure Repos",
            hint="guardian review --format markdown    # post its output there",
        )
    collection = _wanted(environment, "SYSTEM_COLLECTIONURI").rstrip("/")
    project = _wanted(environment, "SYSTEM_TEAMPROJECT")
    repository = _wanted(environment, "BUILD_REPOSITORY_ID")
    name = environment.get("BUILD_REPOSITORY_NAME") or repository
    return Target(
        host=Host.AZURE,
        api=collection,
        project=f"{project}/{repository}",
        repository=f"{project}/{name}",
        number=number,
        token=_token(
            environment, "SYSTEM_ACCESSTOKEN", "env: {SYSTEM_ACCESSTOKEN: $(System.AccessToken)} on the step"
        ),
        commit=environment.get("SYSTEM_PULLREQUEST_SOURCECOMMITID")
        or environment.get("BUILD_SOURCEVERSION", ""),
    )


def _event(path: str) -> Mapping[str, Any]:
    if not path:
        return {}
    try:
        with Path(path).open("rb") as file:
            event = json.loads(file.read(_EVENT_BYTES))
    except (OSError, ValueError, RecursionError):
        return {}  # what is missed is named by what wanted it
    return event if isinstance(event, dict) else {}


def _wanted(environment: Mapping[str, str], name: str) -> str:
    value = environment.get(name, "")
    if not value:
        raise CommentError(
            f"no comment can be posted: {name} is not set, although the CI system sets it in every job",
            hint="leave --post out, or pass the job's environment on",
        )
    return value


def _token(environment: Mapping[str, str], name: str, how: str) -> str:
    value = environment.get(name, "").strip()
    # Azure leaves the name of a variable that it does not know as it stands.
    if not value or value.startswith("$("):
        raise CommentError(f"no comment can be posted: {name} is not set", hint=f"{name}: {how}")
    return value


def _number(given: object, missing: str, how: str) -> int:
    text = str(given) if isinstance(given, str | int) and not isinstance(given, bool) else ""
    if not (text.isascii() and text.isdigit() and len(text) <= _DIGITS):
        raise CommentError(f"no comment can be posted: {missing}", hint=f"{how}    # or leave --post out")
    return int(text)
