"""Holds a plan to the project's policy, with the exceptions that somebody gave a reason for."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from shlex import quote
from typing import Any

from guardian.domain.review.policy import Effect, Finding, Override
from guardian.domain.silence import fits
from guardian.errors import PolicyDeniedError
from guardian.ports.policy import PolicyEngine

_MOST_SHOWN = 20


def judge(
    engines: tuple[PolicyEngine, ...],
    documents: Iterable[Mapping[str, Any]],
    *,
    overrides: Iterable[Override],
    now: datetime,
) -> tuple[Finding, ...]:
    """Return what the policy says of a plan; what denies first.

    Args:
        engines: From `adapters.policy.policy_engines`; without any, nothing is iterated.
        documents: Of `domain.review.policy_input`, one for each change of the plan.
        overrides: As recorded, the expired ones among them.
        now: Decides which have expired.

    Raises:
        PolicyError: A rule cannot be evaluated: that is never a pass.
    """
    if not engines:
        return ()
    given = documents if len(engines) == 1 else tuple(documents)
    valid = tuple(each for each in overrides if now < each.expires_at)
    found = [_with_override(each, valid) for engine in engines for each in engine.judge(given)]
    return tuple(sorted(found, key=lambda each: (not each.denies, each.effect is Effect.WARN)))


def refuse_denied(findings: Iterable[Finding]) -> None:
    """Refuse a plan that the policy denies.

    Raises:
        PolicyDeniedError: Names each rule, address and message, and how an exception is made.
    """
    denial = denial_of(findings)
    if denial is not None:
        raise denial


def denial_of(findings: Iterable[Finding]) -> PolicyDeniedError | None:
    """Return the error for a plan that the policy denies; None where it passes."""
    denied = [each for each in findings if each.denies]
    if not denied:
        return None
    lines = [f"{each.address or 'the plan'}: {each.message} ({each.rule})" for each in denied[:_MOST_SHOWN]]
    if len(denied) > _MOST_SHOWN:
        lines.append(f"and {len(denied) - _MOST_SHOWN} more")
    exceptions = " ".join(dict.fromkeys(f"--override {quote(each.rule)}" for each in denied))
    return PolicyDeniedError(
        "\n".join(["the project's policy denies this plan; nothing was changed:", *lines]),
        hint=f"guardian approve PLAN {exceptions} --reason '...'    # if it must be all the same",
    )


def _with_override(finding: Finding, overrides: tuple[Override, ...]) -> Finding:
    if finding.effect is not Effect.DENY:
        return finding
    for each in overrides:
        if each.rule == finding.rule and fits(finding.address, each.address):
            return replace(finding, override=each)
    return finding
