"""The numbered choices after a failure: what each would do, to what, and what it costs."""

from collections.abc import Iterator
from dataclasses import replace
from shlex import quote

from guardian.domain.choices import Choice
from guardian.domain.data_holders import DATA_HOLDERS
from guardian.domain.decide import decide
from guardian.domain.plan import Action
from guardian.domain.recovery import FailedRun, Limits, RecoveryPlan, Strategy, Tainted
from guardian.domain.steps import AskHuman, DestroyTargets, RestoreRecord, Retry
from guardian.operations.session import Session
from guardian.operations.situation import Gathered

HOLD = "hold"


def offer(session: Session, gathered: Gathered, limits: Limits) -> Limits | None:
    """Ask which way to take.

    Returns:
        The limits with the chosen strategy; None when everything is to stay as it is.

    Raises:
        InterruptedRunError: There was no answer.
    """
    choices = choices_of(gathered, limits)
    if len(choices) == 1:
        return limits  # every way is refused: deciding says why, and what to type
    chosen = session.context.audience.choose("What now?", choices)
    return None if chosen == HOLD else replace(limits, strategy=Strategy(chosen))


def flags_of(limits: Limits) -> Iterator[str]:
    """Yield the options that say the same limits again."""
    if limits.strategy is not Strategy.AUTO:
        yield f"--strategy {limits.strategy}"
    if limits.everything:
        yield "--all"
    if limits.hot_fixes is not None:
        yield f"--hot-fixes={limits.hot_fixes}"
    if limits.tainted is not Tainted.REPLACE:
        yield f"--tainted={limits.tainted}"
    for name, addresses in (("delete", limits.allow_delete), ("replace", limits.allow_replace)):
        for each in addresses:
            yield quote(f"--allow-{name}={each}")


def choices_of(gathered: Gathered, limits: Limits) -> tuple[Choice, ...]:
    """Return what can be done now, the safe choice first; what would be refused is not offered.

    Args:
        gathered: The situation.
        limits: What is allowed.
    """
    held = Choice(
        key=HOLD,
        text="hold: leave everything as it is, refuse further applies",
        command="nothing to type: it is on hold",
    )
    return held, *_ways(gathered, limits)


def _ways(gathered: Gathered, limits: Limits) -> Iterator[Choice]:
    situation = gathered.situation
    texts = {
        Strategy.REAPPLY: "reapply: put these back by the baseline's configuration",
        Strategy.DESTROY_CREATED: "destroy-created: destroy only what the run created",
        Strategy.RETRY: "retry: go on with the failed run, no more than it planned",
        Strategy.RECORD: "record: put the record of the state back; changes no infrastructure",
    }
    for strategy, text in texts.items():
        if strategy is Strategy.RECORD and situation.broken is None:
            continue
        if situation.run is None and strategy is not Strategy.RECORD:
            continue
        plan = decide(situation, replace(limits, strategy=strategy))
        if not plan.steps or any(isinstance(each, AskHuman) for each in plan.steps):
            continue
        yield Choice(
            key=str(strategy),
            text=text,
            addresses=_addresses(plan),
            costs=costs_of(plan, situation.run),
            command=" ".join(
                ["guardian restore", *flags_of(replace(limits, strategy=strategy)), "-auto-approve"]
            ),
        )


def _addresses(plan: RecoveryPlan) -> tuple[str, ...]:
    for step in plan.steps:
        if isinstance(step, DestroyTargets | Retry | RestoreRecord):
            return step.addresses
    return plan.touched or ()


def costs_of(plan: RecoveryPlan, run: FailedRun | None) -> str:
    """Say what cannot be had back afterwards, or nothing."""
    words = []
    if plan.cannot_undo:
        names = ", ".join(each.address for each in plan.cannot_undo)
        words.append(f"stays as the run left it: {names}")
    if run is not None:
        data = [
            each.address
            for each in run.changes
            if each.address in (plan.touched or ())
            and each.resource_type in DATA_HOLDERS
            and each.action in {Action.DELETE, Action.REPLACE}
        ]
        if data and plan.strategy is Strategy.REAPPLY:
            words.append(f"comes back new and empty: {', '.join(data)}")
    return "; ".join(words)
