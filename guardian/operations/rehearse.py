"""The way back before the merge: the base configuration, planned on the state that the apply would leave.

Everything happens in the run's private directory. No state is locked, read from its backend or written, no
infrastructure is changed; the data sources of the base configuration are read, as every plan reads them.
"""

from collections.abc import Iterator
from dataclasses import replace

from guardian.domain.address import resource_of
from guardian.domain.configuration import Override
from guardian.domain.engine import PlanOptions
from guardian.domain.plan import Action, PlanSummary, destroyed
from guardian.domain.recovery import Move
from guardian.domain.review.after.state import AfterState, after_state
from guardian.domain.review.after.wants import created_by_change, unasked_of
from guardian.domain.review.document import PlanDocument
from guardian.domain.review.rehearsal import Rehearsal
from guardian.domain.state import EMPTY, parse_state
from guardian.errors import ConfigurationError, InitFailedError, InterruptedRunError, PlanFailedError
from guardian.operations.context import Checkout, Context
from guardian.operations.plan import Planned, make_plan
from guardian.operations.rehearsal_stage import Base, Stage, some, stage
from guardian.operations.reverse import PREVENTED, flag_of
from guardian.operations.scene import write_moves, write_overrides
from guardian.operations.session import Place

NO_BASE = (
    "there is no base to go back to: this project has no baseline snapshot, and no --base REF was given, "
    "for instance --base origin/main"
)


def rehearse(
    context: Context,
    place: Place,
    checkout: Checkout,
    planned: Planned,
    document: PlanDocument,
    base: Base,
    *,
    options: PlanOptions,
) -> Rehearsal:
    """Plan the base configuration on the state as it would be after the apply.

    Args:
        context: The ports.
        place: The review's private directory.
        checkout: The root module that was planned.
        planned: Its plan.
        document: `show -json` of the same.
        base: What a rollback would go back to.
        options: What the plan was made with: its variables hold for a commit, too.

    Raises:
        NotFoundError: This clone does not have the commit.
        InterruptedRunError: A signal arrived.
    """
    context.audience.phase("rehearsing the way back")
    after = after_state(planned.file.refreshed_state, document)
    try:
        staged = stage(context, place, checkout, document, base, after=after, options=options)
        if staged is None:
            return Rehearsal(base="", plan=None, refused=NO_BASE)
    except (ConfigurationError, InitFailedError) as error:
        if signal := context.interruption.requested():
            raise InterruptedRunError(f"interrupted by {signal}; nothing was changed") from error
        if isinstance(error, ConfigurationError):
            return Rehearsal(base=base.ref, plan=None, refused=error.message)
        return Rehearsal(base=base.ref, plan=None, errors=(error.message,))
    rehearsal = _told(context, staged, after)
    if rehearsal.plan is None:
        return rehearsal
    return replace(rehearsal, wants=_wants(context, checkout, planned, rehearsal, after))


def _wants(
    context: Context, checkout: Checkout, planned: Planned, rehearsal: Rehearsal, after: AfterState
) -> tuple[str, ...]:
    """Return the options without which a restore would refuse the plan."""
    if rehearsal.plan is None or not destroyed(rehearsal.plan.changes):
        return ()
    body = planned.file.refreshed_state
    before = parse_state(body) if body.strip() else EMPTY
    protecting = context.configuration.facts(checkout.root).prevent_destroy
    created = (each for each in created_by_change(after, before) if resource_of(each) in protecting)
    found = unasked_of(
        rehearsal.plan,
        after,
        before=before,
        present=parse_state(after.body),
        protected={*rehearsal.protected, *created},
    )
    return tuple(dict.fromkeys(f"{flag_of(each)}={each.address}" for each in found))


def _told(context: Context, staged: Stage, after: AfterState) -> Rehearsal:
    """Plan, and tell what it means."""
    lent = staged.scene.lent
    rehearsal = Rehearsal(
        base=staged.name,
        plan=None,
        missing_providers=tuple(each for each in lent.providers if each not in lent.locked),
        notes=(*staged.notes, *_notes(after, lent.locked)),
    )
    try:
        plan, protected = _planned(context, staged, after)
        moves = tuple(_destroying_moves(after, plan))
        if moves:
            write_moves(context, staged.scene.where.root, moves)
            plan, more = _planned(context, staged, after, name="rehearsal-moved")
            # What was lifted for the plan before is lifted in this one, too.
            gone = {each.address for each in destroyed(plan.changes)}
            protected = tuple(sorted({*more, *gone.intersection(protected)}))
    except PlanFailedError as error:
        return replace(rehearsal, errors=(error.message,))
    guessed = [
        each.address
        for each in plan.changes
        if each.address in after.unknown and each.action is not Action.DELETE
    ]
    # What the base configuration has by another provider of its own goes on under that one.
    gone = {each.address for each in destroyed(plan.changes)}
    return replace(
        rehearsal,
        plan=plan,
        notes=(*rehearsal.notes, *_of_stand_ins(guessed)),
        missing_providers=rehearsal.missing_providers if gone & after.by_new_providers else (),
        protected=protected,
        destroys=tuple(
            each
            for each in destroyed(plan.changes)
            if (each.previous_address or each.address) not in after.made
        ),
        moves=moves,
    )


def _planned(
    context: Context, staged: Stage, after: AfterState, *, name: str = "rehearsal"
) -> tuple[PlanSummary, tuple[str, ...]]:
    """Plan; where `prevent_destroy` forbids it, once more without, to name what it protects.

    Raises:
        PlanFailedError: Terraform refuses for another reason.
    """
    try:
        return _plan(context, staged, after, name=f"{name}.tfplan"), ()
    except PlanFailedError as error:
        if PREVENTED not in error.summaries:
            raise
        protecting = context.configuration.facts(staged.scene.where.root).prevent_destroy
        lifted = [
            Override(address=each, allow_destroy=True)
            for each in after.addresses
            if resource_of(each) in protecting
        ]
        if not lifted or write_overrides(context, staged.scene, lifted):
            raise
    plan = _plan(context, staged, after, name=f"{name}-unprotected.tfplan")
    protected = sorted(
        {each.address for each in destroyed(plan.changes) if resource_of(each.address) in protecting}
    )
    return plan, tuple(protected)


def _plan(context: Context, staged: Stage, after: AfterState, *, name: str) -> PlanSummary:
    where = replace(staged.scene.where, state_bytes=len(after.body))
    options = replace(staged.options, refresh=False, lock=False)
    # Terraform warns of the base configuration, which nobody is about to apply.
    return make_plan(context, where, options, name=name, warn=_unsaid).summary


def _unsaid(_: str) -> None:
    return


def _notes(after: AfterState, locked: tuple[str, ...]) -> Iterator[str]:
    if after.reads:
        yield "data sources were read now; at a rollback they are read again"
    if after.forgotten:
        yield f"forgotten by the apply, made anew beside what exists by a rollback: {some(after.forgotten)}"
    if locked:
        yield f"locked by the change alone, so that `init` would choose a version: {', '.join(locked)}"


def _of_stand_ins(addresses: list[str]) -> Iterator[str]:
    if addresses:
        yield (
            "planned with stand-ins for values that are known only after the apply, so that the real change "
            f"can be another one: {some(addresses)}"
        )


def _destroying_moves(after: AfterState, plan: PlanSummary) -> Iterator[Move]:
    """Yield the moves that the base by itself takes back by making one object and destroying another."""
    gone = {each.address for each in destroyed(plan.changes)}
    made = {each.address for each in plan.changes if each.action is Action.CREATE}
    yield from (Move(source=new, home=old) for old, new in after.moved if old in made and new in gone)
