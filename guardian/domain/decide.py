"""Decides the way back: from where the project is, to typed steps. Pure; the same input gives the same plan.

The rules that hold whatever the input:

- nothing is destroyed that the baseline has;
- nothing is destroyed but what this run created and the record holds;
- nothing is decided where nothing differs;
- where nothing is provably safe the only step is `AskHuman`.
"""

from collections.abc import Iterable
from dataclasses import replace

from guardian.domain.address import resource_of
from guardian.domain.created import created_by, in_order_of_destruction, referring_to
from guardian.domain.fingerprint import digest
from guardian.domain.incident import StateRecord
from guardian.domain.plan import Action
from guardian.domain.recovery import FailedRun, Known, Limits, Move, RecoveryPlan, Situation, Strategy
from guardian.domain.revisions import revisions_for
from guardian.domain.standstill import standstill_of
from guardian.domain.state import DEPOSED, EMPTY, State
from guardian.domain.steps import (
    AskHuman,
    DestroyTargets,
    Import,
    Reapply,
    RestoreRecord,
    Retry,
    ReviseRecord,
    Step,
)
from guardian.domain.transient import transient
from guardian.domain.unaccounted import adoptable, unaccounted_of

RELEASE_FAILED = "Error releasing the state lock"
"""How Terraform names the one failure after which everything is done and recorded.

Source: `internal/command/clistate/state.go`, errUnlock.
"""


def decide(situation: Situation, limits: Limits) -> RecoveryPlan:
    """Decide what to do.

    Args:
        situation: Everything that is known.
        limits: What is allowed, and the strategy that was asked for.
    """
    repair = _repair(situation)
    if limits.strategy is Strategy.RECORD:
        why = "only the record of the state was asked for; this changes no infrastructure"
        return RecoveryPlan(strategy=Strategy.RECORD, why=why, steps=repair)
    if repair and isinstance(repair[0], AskHuman):
        return RecoveryPlan(strategy=Strategy.RECORD, why="the record comes first", steps=repair)
    chosen = _by_strategy(situation, limits)
    return replace(chosen, steps=(*repair, *chosen.steps)) if repair else chosen


def touched_by(run: FailedRun, present: State) -> tuple[str, ...]:
    """Return the addresses the run began to change, with the addresses they were moved from.

    What Terraform does in the record alone, without an event, counts where the record shows it.
    """
    touched = list(run.incident.progress.touched)
    for change in run.changes:
        if change.previous_address:
            touched += [change.address, change.previous_address]
        elif change.action in {Action.FORGET, Action.IMPORT} and (
            (change.address in run.before.managed) != (change.address in present.managed)
        ):
            touched.append(change.address)
    return tuple(dict.fromkeys(touched))


def moves_of(run: FailedRun, present: State) -> tuple[Move, ...]:
    """Return what `moved` blocks moved and is not home again; `x` to `x[0]` Terraform moves by itself."""
    return tuple(
        Move(source=each.address, home=each.previous_address)
        for each in run.changes
        if each.previous_address
        and resource_of(each.address) != resource_of(each.previous_address)
        and each.address in present.managed
        and each.previous_address not in present.managed
    )


def _by_strategy(situation: Situation, limits: Limits) -> RecoveryPlan:
    run, baseline = situation.run, situation.baseline
    if run is None:
        if baseline is None:
            raise ValueError("neither a run to undo nor a snapshot to go to")
        return _whole(baseline)
    match limits.strategy:
        case Strategy.DESTROY_CREATED:
            return _destroy_created(situation, run)
        case Strategy.RETRY:
            return _retry(situation, run, limits)
        case Strategy.AUTO if _is_complete(run):
            return _nothing_to_undo(situation, run)
        case _:
            return _reapply(situation, run, limits)


def _repair(situation: Situation) -> tuple[Step, ...]:
    broken = situation.broken
    if broken is None:
        return ()
    if not broken.origin:
        return (
            AskHuman(
                code="no_record",
                reason=f"{broken.problem}, and no sound record of it is known",
                hint="guardian snapshot list    # or the bucket's older versions of the state",
            ),
        )
    return (
        RestoreRecord(
            origin=broken.origin, serial=broken.serial, reason=broken.problem, addresses=broken.missing
        ),
    )


def _whole(target: Known) -> RecoveryPlan:
    empty = not target.state.managed
    reason = "the named snapshot's configuration on the current state, all of it"
    return RecoveryPlan(
        strategy=Strategy.REAPPLY,
        why="a named snapshot was asked for",
        steps=(Reapply(snapshot_id=target.snapshot_id, reason=reason, destroy=empty),),
        touched=None,
    )


def _is_complete(run: FailedRun) -> bool:
    progress, incident = run.incident.progress, run.incident
    unfinished = progress.failed or progress.in_flight or progress.not_started
    return (
        incident.record is StateRecord.SAVED
        and not unfinished
        and bool(incident.causes)
        and all(each.summary == RELEASE_FAILED for each in incident.causes)
    )


def _nothing_to_undo(situation: Situation, run: FailedRun) -> RecoveryPlan:
    reason = "every change is done and recorded; what failed came after: Terraform's lock was not released"
    return RecoveryPlan(
        strategy=Strategy.REAPPLY,
        why=reason,
        steps=(
            AskHuman(
                code="complete",
                reason=reason,
                hint="guardian release --reason 'it was applied', then guardian apply    "
                "# or go back all the same: guardian restore --strategy reapply",
                addresses=run.incident.progress.done,
            ),
        ),
        touched=touched_by(run, situation.present),
    )


def _reapply(situation: Situation, run: FailedRun, limits: Limits) -> RecoveryPlan:
    present, touched = situation.present, touched_by(run, situation.present)
    created = created_by(run, situation.baseline, present)
    if situation.baseline is None and (run.before.managed or not run.snapshot_id):
        return _no_baseline(touched)
    protected = _protected(created, situation, limits)
    if protected:
        return _ask_protected(protected, touched)
    known = situation.baseline or Known(snapshot_id=run.snapshot_id, state=EMPTY)
    to_nothing = situation.baseline is None
    destroy = to_nothing or not known.state.managed
    stays = standstill_of(touched, known.state, present, created=created, tainted=limits.tainted)
    revisions = revisions_for(run, known.state, present, tainted=limits.tainted)
    found = adoptable(run, present, situation.observed)
    targets = tuple(each for each in touched if each not in stays.left_out)
    steps: list[Step] = []
    if found:
        reason = "they exist and no state knows them: their creation was cut off or its answer was lost"
        steps.append(Import(snapshot_id=run.snapshot_id, objects=found, reason=reason))
    if revisions:
        reason = "the record says what is not so; these entries are revised, no infrastructure changes"
        steps.append(ReviseRecord(revisions=revisions, reason=reason))
    if steps or _differs(run, known.state, present, touched):
        first = referring_to(targets, created, known.state, present)
        steps.append(
            Reapply(
                snapshot_id=known.snapshot_id,
                reason=_why_reapply(to_nothing=to_nothing),
                destroy=destroy,
                addresses=() if limits.everything else targets,
                first=() if destroy else first,
            )
        )
    return RecoveryPlan(
        strategy=Strategy.REAPPLY,
        why=_why_reapply(to_nothing=to_nothing),
        steps=tuple(steps),
        touched=None if limits.everything else targets,
        created=created,
        moves=moves_of(run, present),
        overrides=stays.overrides,
        cannot_undo=stays.cannot_undo,
        unaccounted=unaccounted_of(run, present, situation.observed),
        left=stays.left,
        not_run=tuple(each for each in created if resource_of(each) in situation.provisioned),
        to_nothing=to_nothing,
    )


def _why_reapply(*, to_nothing: bool) -> str:
    if to_nothing:
        return "the state was empty before this run: all that it holds is the run's own work"
    return "the baseline's configuration on the current state, limited to what was touched"


def _no_baseline(touched: tuple[str, ...]) -> RecoveryPlan:
    reason = "there is no known-good snapshot to go back to: no apply ever succeeded here under guardian"
    return RecoveryPlan(
        strategy=Strategy.REAPPLY,
        why=reason,
        steps=(
            AskHuman(
                code="no_baseline",
                reason=reason,
                hint="guardian snapshot list, then: guardian restore SNAPSHOT",
            ),
        ),
        touched=touched,
    )


def _protected(created: Iterable[str], situation: Situation, limits: Limits) -> tuple[str, ...]:
    return tuple(
        each
        for each in created
        if resource_of(each) in situation.protected and each not in limits.allow_delete
    )


def _ask_protected(protected: tuple[str, ...], touched: tuple[str, ...]) -> RecoveryPlan:
    reason = (
        f"the failed run's configuration protects by prevent_destroy what would go: {', '.join(protected)}"
    )
    hint = " ".join(f"--allow-delete='{each}'" for each in protected)
    return RecoveryPlan(
        strategy=Strategy.REAPPLY,
        why=reason,
        steps=(AskHuman(code="protected", reason=reason, hint=hint, addresses=protected),),
        touched=touched,
    )


def _differs(run: FailedRun, target: State, present: State, touched: Iterable[str]) -> bool:
    """Tell whether anything that the run touched is, or may be, other than the target recorded it."""
    if run.incident.progress.failed or run.incident.progress.in_flight:
        return True  # what failed half-way may have changed more than the record says
    mine = frozenset(touched)
    old, new = target.managed, present.managed
    return any(
        each not in old or each not in new or digest(old[each]) != digest(new[each])
        for each in old.keys() | new.keys()
        if each.partition(DEPOSED)[0] in mine
    )


def _destroy_created(situation: Situation, run: FailedRun) -> RecoveryPlan:
    created = created_by(run, situation.baseline, situation.present)
    why = "only what the run created goes; what it changed stays as it is"
    touched = touched_by(run, situation.present)
    plan = RecoveryPlan(strategy=Strategy.DESTROY_CREATED, why=why, touched=touched, created=created)
    if not created:
        return plan
    beyond = dependents_beyond(situation.present, created)
    if beyond:
        names = ", ".join(beyond)
        reason = f"these refer to what the run created, and destroying it would take them along: {names}"
        hint = "guardian restore --strategy reapply    # lets go of it first, then destroys it"
        ask = AskHuman(code="beyond_list", reason=reason, hint=hint, addresses=beyond)
        return replace(plan, steps=(ask,))
    ordered = in_order_of_destruction(situation.present, created)
    step = DestroyTargets(snapshot_id=run.snapshot_id, addresses=ordered, reason=why)
    return replace(plan, steps=(step,), created=ordered)


def dependents_beyond(present: State, created: Iterable[str]) -> tuple[str, ...]:
    """Return the recorded instances that `-target` would drag along although the run did not create them."""
    mine = frozenset(created)
    going = {resource_of(each) for each in mine}
    found: list[str] = []
    while True:
        more = [
            each.address
            for each in present.managed.values()
            if each.address not in mine
            and each.address not in found
            and going.intersection(each.dependencies)
        ]
        if not more:
            return tuple(dict.fromkeys(found))
        found += more
        going |= {resource_of(each) for each in more}


def _retry(situation: Situation, run: FailedRun, limits: Limits) -> RecoveryPlan:
    touched = touched_by(run, situation.present)
    block = transient(run.incident.causes, limits.retry)
    if block is None:
        first = run.incident.causes[0].summary if run.incident.causes else "none was told"
        reason = f"the cause is not known to be transient: {first}"
        hint = "a `retry` block in guardian.yaml says which errors are; or: guardian restore"
        ask = AskHuman(code="not_transient", reason=reason, hint=hint, addresses=touched)
        return RecoveryPlan(strategy=Strategy.RETRY, why=reason, steps=(ask,), touched=touched)
    why = f"its cause is transient by the retry block {block.name!r}"
    step = Retry(
        snapshot_id=run.snapshot_id,
        block=block.name,
        addresses=tuple(dict.fromkeys(each.address for each in run.changes)),
        reason=why,
    )
    return RecoveryPlan(strategy=Strategy.RETRY, why=why, steps=(step,), touched=touched)
