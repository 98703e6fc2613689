"""Before an apply: the state read, the guards passed, the plan made, the configuration stored, consent."""

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from guardian.domain.engine import Backend, PlanOptions, WorkingDirectory
from guardian.domain.guards import data_loss
from guardian.domain.journal import Kind
from guardian.domain.plan import PlannedChange, PlanSummary
from guardian.domain.review.review import Review
from guardian.domain.snapshot import Snapshot
from guardian.domain.state import parse_state
from guardian.errors import DataLossError, DeclinedError, RefusedError, StalePlanError
from guardian.operations import capture
from guardian.operations.context import Checkout
from guardian.operations.guard import read_sound_state, refuse_held, refuse_wrong_state
from guardian.operations.judge import refuse_denied
from guardian.operations.plan import Planned, adopt_plan, initialise, make_plan
from guardian.operations.session import Reading, Session
from guardian.operations.verdicts import Judging, shown, verdicts

APPROVE = "Do you want to perform these actions?"


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A planned run, its configuration stored, nothing changed yet.

    Attributes:
        before: The state that the plan was made from.
        baseline: The last known-good snapshot, None before the first.
    """

    where: WorkingDirectory
    backend: Backend
    before: Reading
    planned: Planned
    source: capture.Source
    baseline: Snapshot | None


def prepare(
    session: Session,
    where: WorkingDirectory,
    backend: Backend,
    *,
    checkout: Checkout,
    options: PlanOptions,
    plan_file: Path | None,
    own: tuple[Path, ...] = (),
    check: Callable[[Reading, capture.Source], None] | None = None,
) -> Prepared:
    """Pass the guards that need no plan, then plan; the configuration is stored meanwhile.

    Args:
        session: The run.
        where: The root module.
        backend: Where the state lives.
        checkout: The root module, as a person has it.
        options: Terraform's options, for a plan that is made now.
        plan_file: A plan saved before, or None to plan now.
        own: Paths that are no part of the configuration.
        check: Called before a saved plan is looked into, with what is there; what it raises ends the run.
    """
    context, project, standing = session.context, session.project, session.entered
    refuse_held(session, standing)
    before = read_sound_state(session, standing, where, backend)
    refuse_wrong_state(session, standing, before)
    context.audience.phase("planning")

    def store() -> capture.Source:
        return capture.store_source(
            context, project, where, checkout, backend, var_files=options.var_files, own=own
        )

    initialised: list[bool] = []

    def initialise_again() -> None:
        initialise(context, where, checkout.init)
        initialised.append(True)

    with ThreadPoolExecutor(max_workers=1) as beside:
        if plan_file is None:
            # Terraform plans in processes of its own, so storing the configuration costs no time.
            stored: Future[capture.Source] = beside.submit(store)
            sized = replace(where, state_bytes=len(before.body or b""))
            planned = make_plan(context, sized, options, initialise_first=initialise_again)
        else:
            stored = beside.submit(store)
            if check is not None:
                check(before, stored.result())
            planned = adopt_plan(context, where, plan_file, checkout)
        # Modules and locked versions that only this init fetched are not in what was stored beside it.
        source = store() if initialised else stored.result()
    refuse_stale(planned, before)
    return Prepared(
        where=where,
        backend=backend,
        before=before,
        planned=planned,
        source=source,
        baseline=project.snapshot(standing.baseline) if standing.baseline else None,
    )


def refuse_stale(planned: Planned, before: Reading) -> None:
    """Refuse a plan that was made from another state than the one read, or from another moment of it."""
    # Of the two states in a plan file only the refreshed one carries lineage and serial of the recorded one.
    prior = parse_state(planned.file.refreshed_state) if planned.file.refreshed_state.strip() else None
    if before.facts is None:
        if prior is not None and prior.managed:
            raise StalePlanError(
                "the plan was made from a state that is no longer there",
                hint="guardian plan -out=FILE    # plan again",
            )
        return
    if prior is None or not prior.lineage:
        raise StalePlanError(
            "the plan is stale: it was made before the state existed",
            hint="guardian plan -out=FILE    # plan again",
        )
    if prior.lineage != before.facts.lineage:
        raise StalePlanError(
            f"the plan belongs to another state: lineage {prior.lineage}, "
            f"but the backend holds {before.facts.lineage}",
            hint="guardian plan -out=FILE    # plan again, against this state",
        )
    if prior.serial != before.facts.serial:
        raise StalePlanError(
            f"the plan is stale: made at serial {prior.serial}, but the state is at {before.facts.serial}",
            hint="guardian plan -out=FILE    # plan again",
        )


def guard_and_ask(
    session: Session,
    prepared: Prepared,
    *,
    ask: bool,
    allow_delete: tuple[str, ...],
    judging: Judging,
    by: str = "option",
) -> None:
    """Show the plan with its verdicts, hold it to the guards, and get consent; `by` whom, without asking.

    Raises:
        DataLossError: It deletes what holds data and nobody allowed that by address.
        PolicyDeniedError: The project's policy denies it, and nobody made an exception.
        PolicyError: A rule cannot be evaluated: that is no pass.
        DeclinedError: The person said no.
    """
    context, summary = session.context, prepared.planned.summary
    record_plan(session, prepared.planned.file.sha256, summary)
    rendered, review = None, None
    # A log that nobody decides by does without: the plan's JSON costs a start of every provider.
    if ask or judging.rule is not None:
        body, rendered = shown(
            context, prepared.where, prepared.planned, render=ask, color=context.audience.wants_color
        )
        review = verdicts(context, prepared.planned, body, project=session.project, judging=judging)
    context.audience.plan(summary, rendered, review)
    _refuse_all_at_once(
        partial(refuse_data_loss, session, summary.changes, allowed=allow_delete),
        partial(_refuse_denied, session, review if judging.rule is not None else None),
    )
    if ask and not context.audience.approve(APPROVE):
        raise DeclinedError("apply cancelled; nothing was changed")
    session.record(Kind.APPROVED, {"by": "a person at a terminal" if ask else by})


def _refuse_all_at_once(*guards: Callable[[], None]) -> None:
    """Ask every guard; raise the first refusal with the others noted, which would come with the next try."""
    refused: list[RefusedError] = []
    for guard in guards:
        try:
            guard()
        except RefusedError as error:
            refused.append(error)
    for each in refused[1:]:
        refused[0].add_note(f"{each.message}\n  {each.hint}")
    if refused:
        raise refused[0]


def _refuse_denied(session: Session, review: Review | None) -> None:
    if review is None:
        return
    denied = ", ".join(f"{each.rule}: {each.address}" for each in review.denied)
    verdict = "refused" if denied else "passed"
    session.record(Kind.GUARDED, {"guard": "policy", "verdict": verdict, "detail": denied})
    refuse_denied(review.policy)


def record_plan(session: Session, plan_sha256: str, summary: PlanSummary) -> None:
    """Record what a plan intends."""
    counts = summary.counts
    session.record(
        Kind.PLANNED,
        {
            "plan_sha256": plan_sha256,
            "changes": [each.to_json() for each in summary.changes],
            "outputs": sorted(summary.outputs),
            "drift": list(summary.drifted),
            "counts": {
                "add": counts.add,
                "change": counts.change,
                "remove": counts.remove,
                "import": counts.import_,
            },
        },
    )


def refuse_data_loss(session: Session, changes: Sequence[PlannedChange], *, allowed: tuple[str, ...]) -> None:
    """Refuse the deletion or replacement of what holds data, unless it was allowed by address."""
    lost = data_loss(changes, allowed=allowed)
    if not lost:
        session.record(Kind.GUARDED, {"guard": "data_loss", "verdict": "passed", "detail": ""})
        return
    names = ", ".join(each.address for each in lost)
    session.record(Kind.GUARDED, {"guard": "data_loss", "verdict": "refused", "detail": names})
    raise DataLossError(
        f"the plan deletes or replaces what holds data: {names}",
        hint=" ".join(f"--allow-delete='{each.address}'" for each in lost[:3])
        + "    # once its data is saved, or not wanted",
    )
