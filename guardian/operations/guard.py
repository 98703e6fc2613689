"""The guards before an apply, fed from the log and recorded in it."""

from collections.abc import Mapping
from typing import Any

from guardian.domain.actor import Actor
from guardian.domain.guards import wrong_state
from guardian.domain.journal import Kind, Standing
from guardian.errors import HeldError, RefusedError, WrongStateError
from guardian.operations.session import Reading, Session
from guardian.repository.journal import read_run


def refuse_held(session: Session, standing: Standing) -> None:
    """Refuse while the project is on hold."""
    hold = standing.hold
    if hold is None:
        return
    session.record(Kind.GUARDED, {"guard": "hold", "verdict": "refused", "detail": hold.reason})
    raise HeldError(
        f"{session.project.descriptor.name} is on hold since {hold.since:%Y-%m-%d %H:%M} UTC "
        f"by {hold.by}: {hold.reason}",
        hint="guardian restore    # the way back; or, once it is mended: guardian release --reason '...'",
    )


def refuse_cut_short(session: Session, standing: Standing) -> None:
    """Refuse while an earlier run that had begun to apply has no recorded end."""
    last = standing.last_run
    if last is None or not last.is_open or last.id == session.run_id:
        return
    records = read_run(session.project.log, last.id)
    if not any(each.kind is Kind.APPLYING for each in records):
        return  # it never started Terraform's apply: nothing was changed
    for each in records:
        if each.kind is Kind.ENGINE_STARTED:
            refuse_living_engine(session, each.actor, each.body)
    session.record(Kind.GUARDED, {"guard": "cut_short", "verdict": "refused", "detail": last.id})
    raise RefusedError(
        f"run {last.id} began to apply and has no recorded end: its guardian died, "
        "and what it changed is in doubt",
        hint=f"guardian run show {last.id}    # then: guardian restore",
    )


def refuse_living_engine(session: Session, starter: Actor, body: Mapping[str, Any]) -> None:
    """Refuse while the Terraform of a dead guardian still works on this machine."""
    me = session.context.identity.actor()
    if starter.host != me.host or starter.boot_id != me.boot_id:
        return
    engine = Actor(
        user=starter.user,
        host=starter.host,
        pid=int(str(body["pid"])),
        boot_id=starter.boot_id,
        started=int(str(body["started"])),
    )
    if not session.context.identity.is_dead(engine):
        raise RefusedError(
            f"Terraform (pid {engine.pid}) of an earlier run still works on this project",
            hint="wait for it to end; guardian status tells",
        )


def refuse_wrong_state(session: Session, standing: Standing, present: Reading) -> None:
    """Refuse a state that cannot be the successor of the one the log knows."""
    verdict = wrong_state(standing.known_state, present.facts)
    if verdict is None:
        return
    session.record(Kind.GUARDED, {"guard": "wrong_state", "verdict": "refused", "detail": verdict})
    raise WrongStateError(
        verdict,
        hint="guardian snapshot list    # what was recorded; if the present state is right: "
        "guardian snapshot create --accept-state --reason '...'",
    )
