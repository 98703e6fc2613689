"""Prove a record of the state that was put back: Terraform takes it, and what it does not know is listed."""

from guardian.domain.engine import PlanOptions
from guardian.domain.fingerprint import digest
from guardian.domain.journal import Kind
from guardian.domain.receipt import Receipt, Replanned
from guardian.domain.state import State, parse_state
from guardian.errors import EngineError, RestoreIncompleteError
from guardian.operations.course import Course, Recovery
from guardian.operations.plan import make_plan
from guardian.operations.scene import lay_out
from guardian.operations.session import read_state, recorded_or_in_doubt


def prove_record(course: Course, *, taken: str | None) -> Recovery:
    """Plan refresh-only on the record, and write the receipt; no infrastructure is changed.

    Args:
        course: The recovery.
        taken: The snapshot after the record was written, None when it was sound already.

    Raises:
        RestoreIncompleteError: Terraform does not take the record.
    """
    session, context, gathered = course.session, course.session.context, course.gathered
    snapshot = gathered.own or gathered.target or session.project.resolve("latest")
    present = read_state(context, gathered.where, gathered.backend)
    context.audience.phase("proving the record")
    try:
        scene = lay_out(context, session.project, session.place, snapshot, name="record")
        planned = make_plan(
            context,
            scene.where,
            PlanOptions(var_files=scene.var_files, refresh_only=True, lock=course.options.lock),
            name="record.tfplan",
            own=False,
        )
    except EngineError as error:
        raise RestoreIncompleteError(
            f"the record is back, but a refresh-only plan on it failed: {error.message}",
            hint="mend what it names, then guardian restore",
        ) from error
    run = gathered.situation.run
    done = run.incident.progress.done if run else ()
    # What the run finished and the record lacks, deletions aside, exists unknown.
    deleted = {each.address for each in run.changes if each.action == "delete"} if run else set()
    unknown = tuple(each for each in done if each not in present.state.managed and each not in deleted)
    receipt = Receipt(
        snapshot_id=snapshot.id,
        strategy=str(course.plan.strategy),
        proven=True,
        replan_exit_code=2 if planned.has_changes else 0,
        replan=Replanned(),
        remaining=(),
        outside=_differing(present.state, planned.file.refreshed_state),
        new_objects=(),
        differing={},
        unaccounted=unknown,
        revised=course.revised,
        outputs=(),
        to_nothing=False,
        duration_s=round(context.clock.monotonic_s() - course.started_s, 1),
    )
    with recorded_or_in_doubt(session):
        session.record(Kind.RECEIPT, {"receipt": receipt.to_json(), "proven": False})
    return Recovery(receipt=receipt, snapshot_id=taken)


def _differing(recorded: State, refreshed: bytes) -> tuple[str, ...]:
    """Return what is live otherwise than recorded, beyond how a provider writes nothing, sorted."""
    live = parse_state(refreshed).managed if refreshed.strip() else {}
    return tuple(
        sorted(
            each
            for each, here in recorded.managed.items()
            if each not in live or digest(here) != digest(live[each])
        )
    )
