"""The ways that are asked for by name: destroy what was created, go on, or leave what is complete."""

from collections.abc import Iterable
from dataclasses import replace
from fnmatch import fnmatchcase
from shlex import quote

from guardian.domain.address import resource_of
from guardian.domain.configuration import Override
from guardian.domain.created import created_by, in_order_of_destruction
from guardian.domain.failed_run import touched_by
from guardian.domain.recovery import FailedRun, Limits, RecoveryPlan, Situation, Strategy
from guardian.domain.state import State
from guardian.domain.steps import AskHuman, DestroyTargets, Retry
from guardian.domain.transient import transient


def leave_complete(situation: Situation, run: FailedRun) -> RecoveryPlan:
    """Leave to a person what is done and recorded."""
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


def destroy_created(situation: Situation, run: FailedRun, limits: Limits) -> RecoveryPlan:
    """Destroy exactly what the run created, or leave it to a person when others refer to that."""
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
    protected = protected_of(created, situation, limits)
    if protected:
        return replace(plan, steps=(ask_protected(protected),))
    ordered = in_order_of_destruction(situation.present, created)
    step = DestroyTargets(snapshot_id=run.snapshot_id, addresses=ordered, reason=why)
    lifted = tuple(
        Override(address=each, allow_destroy=True)
        for each in ordered
        if resource_of(each) in situation.protected
    )
    return replace(plan, steps=(step,), created=ordered, overrides=lifted)


def protected_of(created: Iterable[str], situation: Situation, limits: Limits) -> tuple[str, ...]:
    """Return what the run created, its configuration protects, and nobody allowed to go."""
    return tuple(
        each
        for each in created
        if resource_of(each) in situation.protected
        and not any(each == one or fnmatchcase(each, one) for one in limits.allow_delete)
    )


def ask_protected(protected: tuple[str, ...]) -> AskHuman:
    """Leave to a person what a configuration protects."""
    reason = (
        f"the failed run's configuration protects by prevent_destroy what would go: {', '.join(protected)}"
    )
    hint = "guardian restore " + " ".join(quote(f"--allow-delete={each}") for each in protected)
    return AskHuman(code="protected", reason=reason, hint=hint, addresses=protected)


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


def retry(situation: Situation, run: FailedRun, limits: Limits) -> RecoveryPlan:
    """Go on with the run where every cause of its failure may pass."""
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
