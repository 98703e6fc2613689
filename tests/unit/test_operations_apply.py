"""The guarded apply over a Terraform in memory: what is recorded when, and what refuses."""

from dataclasses import replace
from pathlib import Path

import pytest

from guardian.domain.engine import Diagnostic, EngineOutcome
from guardian.domain.incident import StateRecord
from guardian.domain.journal import Kind
from guardian.domain.run import Outcome
from guardian.errors import (
    ApplyNotStartedError,
    DeclinedError,
    ExitCode,
    HeldError,
    InterruptedRunError,
    PlanFailedError,
    RefusedError,
    StoreCorruptError,
    UnrecordedError,
    UsageError,
)
from guardian.operations.apply import ApplyRequest, apply
from tests.fakes.engine import NOWHERE
from tests.fakes.world import World


@pytest.fixture
def world(tmp_path: Path) -> World:
    world = World(tmp_path)
    world.configure(a="1", b="2 <- a")
    return world


def applies(world: World) -> int:
    return sum(verb == "apply" for verb, _ in world.engine.calls)


def test_a_good_apply_is_promoted(world):
    ended = world.apply()
    assert (ended.outcome, ended.exit_code) == (Outcome.APPLIED, ExitCode.OK)
    assert ended.baseline_id == ended.snapshot_id
    assert ended.progress.done == ("terraform_data.a", "terraform_data.b")
    assert world.inputs == {"a": "1", "b": "2"}


def test_every_step_is_on_record_before_it_is_taken(world):
    world.apply()
    assert world.kinds == [
        Kind.LEASE_TAKEN,
        Kind.RUN_OPENED,
        Kind.PLANNED,
        Kind.GUARDED,
        Kind.APPROVED,
        Kind.SNAPSHOT_COMMITTED,
        Kind.APPLYING,
        Kind.ENGINE_STARTED,
        Kind.ENGINE_EXITED,
        Kind.SNAPSHOT_COMMITTED,
        Kind.PROMOTED,
        Kind.RUN_CLOSED,
        Kind.LEASE_RELEASED,
    ]


def test_applying_is_durable_before_the_engine_starts(world):
    seen = []
    real = world.engine.apply

    def looking(*arguments, **options):
        seen.extend(world.kinds)
        return real(*arguments, **options)

    world.engine.apply = looking
    world.apply()
    assert seen[-2:] == [Kind.SNAPSHOT_COMMITTED, Kind.APPLYING]


def test_an_empty_plan_of_known_variables_costs_one_process(world):
    world.apply()
    world.engine.calls.clear()
    assert world.apply().outcome == Outcome.NO_CHANGES
    assert [verb for verb, _ in world.engine.calls] == ["plan"]


def test_an_empty_plan_promotes_without_applying(world):
    world.apply()
    ended = world.apply()
    assert ended.outcome is Outcome.NO_CHANGES
    assert applies(world) == 1
    assert ended.baseline_id == ended.snapshot_id


def test_a_failure_puts_the_project_on_hold(world):
    world.apply()
    world.configure(a="1", b="2 <- a", c="!", d="4 <- c")
    ended = world.apply()
    assert (ended.outcome, ended.exit_code) == (Outcome.FAILED_HELD, ExitCode.FAILED_HELD)
    assert ended.progress.failed == ("terraform_data.c",)
    assert ended.progress.not_started == ("terraform_data.d",)
    assert ended.incident is not None
    assert ended.incident.tainted == ("terraform_data.c",)
    assert ended.incident.record is StateRecord.SAVED
    with pytest.raises(HeldError, match="local-exec provisioner error"):
        world.apply()
    assert applies(world) == 2


def test_who_does_not_choose_holds(world):
    world.apply()
    world.configure(a="changed", b="2 <- a", c="!")
    context = world.context(answers=[])

    def hung_up(*_):
        raise InterruptedRunError("the terminal was closed before the question was answered")

    context.audience.choose = hung_up
    ended = apply(context, ApplyRequest(checkout=world.checkout, auto_approve=True, on_failure="ask"))
    assert (ended.outcome, ended.exit_code) == (Outcome.FAILED_HELD, ExitCode.FAILED_HELD)
    standing = world.project.log.standing()
    assert standing.hold is not None
    assert standing.last_run is not None
    assert standing.last_run.outcome == "failed_held"


def test_the_hold_names_the_signal_that_killed_terraform(world):
    real = world.engine.apply
    world.engine.apply = lambda *arguments, **given: replace(
        real(*arguments, **given), exit_code=-9, diagnostics=()
    )
    assert world.apply().exit_code is ExitCode.FAILED_HELD
    hold = world.project.log.standing().hold
    assert hold is not None
    assert hold.reason == "Terraform was killed by signal 9"


def test_a_log_that_is_gone_is_no_new_project(world):
    world.apply()
    for key in [each for each in world.store.bodies if "/log/" in each]:
        del world.store.bodies[key]
    for operation in (world.apply, world.snapshot, world.restore):
        with pytest.raises(StoreCorruptError, match=r"the log of .* is gone"):
            operation()
    assert not [each for each in world.store.bodies if "/log/" in each]


def test_what_terraform_repeats_is_said_once(world):
    world.apply()
    world.configure(a="2", b="2 <- a")
    repeated = Diagnostic(severity="error", summary="execution halted")
    world.engine.plan = lambda *_, **__: EngineOutcome(exit_code=1, diagnostics=(repeated,) * 4)
    with pytest.raises(PlanFailedError, match=r"^execution halted \(4 times\)$") as failed:
        world.apply()
    assert failed.value.hint.startswith("mend what it names")


def test_on_failure_restore_comes_back_at_once(world):
    world.apply()
    world.configure(a="changed", b="2 <- a", c="!")
    ended = world.apply(on_failure="restore")
    assert (ended.outcome, ended.exit_code) == (Outcome.RESTORED, ExitCode.RESTORED)
    assert ended.receipt is not None
    assert ended.receipt.proven
    assert world.inputs == {"a": "1", "b": "2"}
    world.configure(a="1", b="2 <- a")
    assert world.apply().outcome is Outcome.NO_CHANGES  # no hold is left


def test_on_failure_restore_that_fails_too_keeps_the_first_incident(world):
    world.apply()
    world.configure(a="changed", b="2 <- a", c="!")
    real = world.engine.apply

    def failing(where, **given):
        if where.root != world.root:
            world.engine.failing.add("terraform_data.a")
        return real(where, **given)

    world.engine.apply = failing
    ended = world.apply(on_failure="restore")
    assert (ended.outcome, ended.exit_code) == (
        Outcome.RESTORE_INCOMPLETE,
        ExitCode.RESTORE_INCOMPLETE,
    )
    assert [each.progress.failed for each in world.audience.incidents] == [
        ("terraform_data.c",),
        ("terraform_data.a",),
    ]
    world.engine.apply = real
    world.engine.failing.clear()
    again = world.restore()
    assert again.first is not None
    assert again.first.progress.failed == ("terraform_data.c",)
    assert again.exit_code is ExitCode.OK
    assert world.inputs == {"a": "1", "b": "2"}


@pytest.mark.parametrize(
    ("chosen", "exit_code"), [("hold", ExitCode.FAILED_HELD), ("reapply", ExitCode.RESTORED)]
)
def test_asking_offers_the_safe_choice_first(world, chosen, exit_code):
    world.apply()
    world.configure(a="changed", b="2 <- a", c="!")
    ended = world.apply(answers=["yes", chosen, "yes"], on_failure="ask")
    assert ended.exit_code is exit_code
    assert [each.key for each in world.audience.offered] == ["hold", "reapply", "destroy-created"]
    assert world.audience.offered[1].addresses == ("terraform_data.a", "terraform_data.c")


def test_a_person_may_decline(world):
    with pytest.raises(DeclinedError, match="nothing was changed"):
        world.apply(answers=["no"])
    assert applies(world) == 0
    assert world.records[-2].body["outcome"] == "refused"


def test_nobody_to_ask_is_an_error_before_anything_is_written(world):
    with pytest.raises(UsageError, match="no terminal"):
        world.apply(auto_approve=False)
    assert world.engine.calls == []
    assert [key for key in world.store.bodies if key.startswith("states/")] == []


def test_a_failing_plan_changes_nothing(world):
    (world.root / "main.tf").write_text('resource "terraform_data" "a" {\n')
    with pytest.raises(PlanFailedError, match="Unclosed configuration block"):
        world.apply()
    assert applies(world) == 0
    assert world.records[-2].body == {"outcome": "error", "exit_code": 1}


def test_an_engine_that_changed_nothing_needs_no_hold(world):
    """The lock is refused: Terraform fails before it touches anything."""
    world.apply()
    world.configure(a="new", b="2 <- a")
    world.backend.held_by = "alice, since noon"
    world.engine.apply = lambda *_, **__: world.engine._failed(lambda _: None, "Error acquiring")
    with pytest.raises(ApplyNotStartedError, match="Error acquiring") as refused:
        world.apply()
    assert refused.value.exit_code is ExitCode.ERROR
    assert "guardian unlock" in refused.value.hint
    standing = world.project.log.standing()
    assert standing.hold is None
    assert standing.open_incident is None
    del world.engine.apply
    assert world.apply().exit_code is ExitCode.OK


def test_success_with_an_unreadable_state_is_a_failure(world):
    world.apply()
    world.configure(a="new", b="2 <- a")
    real = world.engine.apply

    def tearing(*arguments, **given):
        outcome = real(*arguments, **given)
        world.backend.body = b"torn"
        return outcome

    world.engine.apply = tearing
    ended = world.apply()
    assert ended.exit_code is ExitCode.FAILED_HELD
    assert ended.incident is not None
    assert ended.incident.record is StateRecord.UNREADABLE


def test_success_whose_state_vanished_is_a_failure(world):
    world.apply()
    before = world.project.log.standing().baseline
    world.configure(a="new", b="2 <- a")
    real = world.engine.apply

    def losing(*arguments, **given):
        outcome = real(*arguments, **given)
        world.backend.body = None
        return outcome

    world.engine.apply = losing
    ended = world.apply()
    assert ended.exit_code is ExitCode.FAILED_HELD
    assert ended.incident is not None
    assert ended.incident.record is StateRecord.UNREADABLE
    assert world.project.log.standing().baseline == before


def test_an_interrupted_apply_is_held(world):
    world.apply()
    world.configure(a="new", b="new <- a")
    real = world.engine._carry_out

    def interrupted(*arguments):
        world.interruption.request("SIGINT")
        return real(*arguments)

    world.engine._carry_out = interrupted
    ended = world.apply(on_failure="restore")
    assert (ended.outcome, ended.exit_code) == (Outcome.INTERRUPTED, ExitCode.INTERRUPTED)
    assert ended.progress.done == ("terraform_data.a",)
    assert ended.progress.not_started == ("terraform_data.b",)
    standing = world.project.log.standing()
    assert standing.hold is not None
    assert "interrupted" in standing.hold.reason


def test_a_living_orphan_of_a_dead_guardian_refuses_everything(world):
    world.apply()
    world.configure(a="new", b="2 <- a")
    world.cut_short()
    world.living.add(NOWHERE)
    for attempt in (world.apply, world.restore, world.snapshot):
        with pytest.raises(RefusedError, match=f"pid {NOWHERE}"):
            attempt()
    world.living.clear()
    with pytest.raises(HeldError, match="cut short"):
        world.apply()
    with pytest.raises(HeldError, match="cut short"):
        world.apply()  # a refused run in between does not hide it
    assert world.restore().exit_code is ExitCode.OK
    assert world.inputs == {"a": "1", "b": "2"}


def test_a_defect_after_the_start_does_not_claim_that_nothing_was_changed(world):
    world.engine.show_plan_json = lambda *_: 1 / 0
    with pytest.raises(UnrecordedError, match="ZeroDivisionError") as raised:
        world.apply()
    assert raised.value.exit_code is ExitCode.FAILED_HELD
    del world.engine.show_plan_json
    assert world.apply().outcome is Outcome.NO_CHANGES  # its end was on record, and it was good
    assert world.inputs["a"] == "1"
