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
from guardian.domain.alternatives import ask_protected, destroy_created, leave_complete, protected_of, retry
from guardian.domain.created import created_by, referring_to
from guardian.domain.failed_run import is_complete, touched_by
from guardian.domain.fingerprint import digest
from guardian.domain.recovery import FailedRun, Known, Limits, Move, RecoveryPlan, Situation, Strategy
from guardian.domain.revisions import revisions_for
from guardian.domain.standstill import standstill_of
from guardian.domain.state import DEPOSED, EMPTY, State
from guardian.domain.steps import (
    AskHuman,
    Import,
    Reapply,
    RestoreRecord,
    ReviseRecord,
    Step,
)
from guardian.domain.unaccounted import adoptable, looked_of, unaccounted_of


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


def moves_of(run: FailedRun, present: State) -> tuple[Move, ...]:
    """Return what `moved` blocks moved and is not home again; `x` to `x[0]` Terraform moves by itself."""
    return tuple(
        Move(source=each.address, home=each.previous_address)
        for each in run.changes
        if each.previous_address
        and not _moves_by_itself(each.address, each.previous_address)
        and each.address in present.managed
        and each.previous_address not in present.managed
    )


def _moves_by_itself(address: str, previous: str) -> bool:
    shorter, longer = sorted((address, previous), key=len)
    return longer == f"{shorter}[0]"


def _by_strategy(situation: Situation, limits: Limits) -> RecoveryPlan:
    run, baseline = situation.run, situation.baseline
    if run is None:
        if baseline is None:
            raise ValueError("neither a run to undo nor a snapshot to go to")
        return _whole(baseline)
    match limits.strategy:
        case Strategy.DESTROY_CREATED:
            return destroy_created(situation, run, limits)
        case Strategy.RETRY:
            return retry(situation, run, limits)
        case Strategy.AUTO if is_complete(run):
            return leave_complete(situation, run)
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


def _reapply(situation: Situation, run: FailedRun, limits: Limits) -> RecoveryPlan:
    present, touched = situation.present, touched_by(run, situation.present)
    created = created_by(run, situation.baseline, present)
    if situation.baseline is None and (run.before.managed or not run.snapshot_id):
        return _no_baseline(touched)
    protected = protected_of(created, situation, limits)
    if protected:
        ask = ask_protected(protected)
        return RecoveryPlan(strategy=Strategy.REAPPLY, why=ask.reason, steps=(ask,), touched=touched)
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
        looked=looked_of(run, present, situation.observed),
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
