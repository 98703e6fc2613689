"""Write the record: a sound one where it was lost, or entries revised; no infrastructure changes."""

from guardian.domain.journal import Kind
from guardian.domain.record import revise
from guardian.domain.snapshot import Purpose
from guardian.domain.state import parse_state
from guardian.domain.steps import RestoreRecord, ReviseRecord
from guardian.errors import RecoveryRefusedError, RestoreIncompleteError, StoreCorruptError
from guardian.operations import capture
from guardian.operations.course import Course
from guardian.operations.session import Reading, read_state
from guardian.repository.objects import ObjectKind


def restored(course: Course) -> bytes:
    """Return the raw record that a `RestoreRecord` step writes."""
    sound = course.gathered.sound
    if sound is None:
        raise StoreCorruptError("the sound record is not at hand")
    return sound


def revised(course: Course, step: ReviseRecord, body: bytes) -> bytes:
    """Return the record with its entries revised, at the next serial."""
    before = course.gathered.situation.run
    first = _raw_before(course) if before is not None else None
    return revise(body, step.revisions, serial=parse_state(body).serial + 1, source=first)


def after_record_steps(course: Course) -> bytes | None:
    """Return the record as the plan's record steps will leave it, without writing anything.

    Returns:
        None when the plan has no such step.
    """
    body, changed = course.gathered.before.body, False
    for step in course.plan.steps:
        if isinstance(step, RestoreRecord):
            body, changed = restored(course), True
        elif isinstance(step, ReviseRecord) and body is not None:
            body, changed = revised(course, step, body), True
    return body if changed else None


def rerecord(course: Course, step: RestoreRecord | ReviseRecord) -> Course:
    """Write the record under Terraform's lock, and read it back; the present one was saved first.

    Raises:
        StateLockedError: Somebody holds Terraform's lock; nothing was written.
        RestoreIncompleteError: It does not read back as it was written.
        BackendError: It cannot be written.
    """
    context, gathered = course.session.context, course.gathered
    where, backend = gathered.where, gathered.backend
    run_id = course.session.run_id
    with context.backend.locked(where, backend, operation="guardian restore", run_id=run_id):
        present = context.backend.read(where, backend)
        if isinstance(step, RestoreRecord):
            if present.body != gathered.before.body:
                raise RecoveryRefusedError(
                    "somebody wrote the record of the state meanwhile",
                    code="moved_on",
                    hint="guardian restore    # begins with what is there now",
                )
            body = restored(course)
            words: tuple[str, ...] = (
                f"the record of the state was put back at serial {step.serial}: {step.reason}",
            )
        else:
            if present.body is None:
                raise RestoreIncompleteError("the record of the state is gone", hint="guardian restore")
            body = revised(course, step, present.body)
            words = tuple(each.words for each in step.revisions)
        context.backend.write(where, backend, body)
        _refuse_other(context.backend.read(where, backend).body, body)
    return course.after(revised=words)


def keep_present(course: Course) -> None:
    """Save the present record in the store before anything is written over it."""
    session, before = course.session, course.gathered.before
    if before.body is None:
        return
    if before.facts is not None:
        _commit(course, Purpose.BEFORE, before)
        return
    kept = session.project.put(ObjectKind.STATE, before.body)
    session.record(Kind.NOTE, {"text": f"the broken record is kept as object {kept}"})


def vouch(course: Course) -> str | None:
    """Take the snapshot after: from then on the log knows this record. Returns its id."""
    after = read_state(course.session.context, course.gathered.where, course.gathered.backend)
    return _commit(course, Purpose.AFTER, after)


def _commit(course: Course, purpose: Purpose, reading: Reading) -> str | None:
    session = course.session
    source = course.gathered.own or course.gathered.target or session.project.resolve("latest")
    snapshot = capture.commit(
        session,
        purpose=purpose,
        source=capture.source_of(source),
        state=capture.store_state(session.project, reading, source.state),
        refreshed=None,
        plan=None,
        variables=source.variables_object,
    )
    return snapshot.id


def _raw_before(course: Course) -> bytes | None:
    """Return the raw state that the failed run began with."""
    from guardian.operations.situation import snapshots_of

    run = course.gathered.situation.run
    if run is None:
        return None
    first, _ = snapshots_of(course.session, run.id)
    return course.session.project.get_state(first.state) if first and first.state else None


def _refuse_other(read: bytes | None, written: bytes) -> None:
    """Refuse to build on a record that is not the one written; a backend may re-encode it."""
    if read == written:
        return
    if read is not None:
        there, meant = parse_state(read), parse_state(written)
        if there.lineage == meant.lineage and there.managed == meant.managed:
            return
    raise RestoreIncompleteError(
        "the record was written, but does not read back as it was",
        hint="guardian restore    # it begins with what is there",
    )
