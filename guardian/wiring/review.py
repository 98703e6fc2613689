"""What a review is put together from: policy, backups, a code host's comments, what the store knows."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from guardian.errors import CommentError, GuardianError
from guardian.settings import Settings
from guardian.wiring import checkout_of, has_configuration, open_repository, policed_environment

if TYPE_CHECKING:  # these load what commands that only read do without
    from guardian.operations.judge_plan import AskBackups
    from guardian.operations.verdicts import Judging
    from guardian.ports.comments import CommentHost
    from guardian.ports.configuration import ConfigurationSource
    from guardian.repository.project import Project


def project_or_why_not(
    settings: Settings, root: Path, environment: Mapping[str, str], *, name: str
) -> "tuple[Project | None, str]":
    """Return what the store knows of the project that is meant, or one sentence on why that is not known."""
    from guardian.adapters.terraform.backend import locate
    from guardian.operations.project import name_here, why_unknown

    if not name and has_configuration(root):
        name = name_here(locate, checkout_of(settings, root, environment))
    if not name:
        return None, why_unknown("nothing here tells which project it is")
    try:
        return open_repository(settings, root, make=False).project(name), ""
    except GuardianError as error:
        return None, why_unknown(error.message)


def configuration_source() -> "ConfigurationSource":
    """Return what reads configurations from disk."""
    from guardian.adapters.configuration import DiskConfiguration

    return DiskConfiguration()


def utc_now() -> datetime:
    """Return this machine's time."""
    from guardian.adapters.system import SystemClock

    return SystemClock().now()


def judging_of(settings: Settings) -> "Judging":
    """Return by what a plan is judged; rules are compiled, and nothing is evaluated yet.

    Raises:
        PolicyError: A rule does not compile, or what it needs is not installed.
    """
    from guardian.adapters.policy import policy_engines
    from guardian.operations.judge import judge
    from guardian.operations.judge_plan import Limits
    from guardian.operations.verdicts import Judging

    policy, review = settings.policy, settings.review
    limits = Limits(
        most_deletions=review.most_deletions,
        most_deletions_percent=review.most_deletions_percent,
        backup_hours=review.backup_hours,
    )
    engines = policy_engines(policy.rules, policy.rego, timeout_s=policy.timeout_s)
    if not engines:
        return Judging(limits=limits)
    return Judging(
        limits=limits,
        rule=lambda inputs, overrides: judge(engines, inputs, overrides=overrides, now=utc_now()),
    )


def backups_of(environment: Mapping[str, str]) -> "AskBackups":
    """Return what asks AWS for backups, by the environment's credentials; nothing is asked yet."""
    from guardian.adapters.aws import DeferredBackups

    return DeferredBackups(policed_environment(environment).variables).newest


def comment_host(environment: Mapping[str, str]) -> "CommentHost":
    """Return what comments on the pull request whose job this is; nothing is asked yet.

    Raises:
        CommentError: This is no job of a pull request, or its token or the host's client is missing.
    """
    from guardian.adapters.vcs import comment_host as of_target
    from guardian.adapters.vcs import detect

    target = detect(environment)
    if target is None:
        raise CommentError(
            "no comment can be posted: this is no job of GitHub Actions, GitLab CI or Azure Pipelines",
            hint="guardian review --format markdown    # post its output by hand",
        )
    return of_target(target)
