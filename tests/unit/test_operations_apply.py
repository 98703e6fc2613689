"""The guarded apply over a Terraform in memory: what is recorded when, and what refuses."""

from pathlib import Path

import pytest

from guardian.domain.engine import PlanOptions, WorkingDirectory
from guardian.domain.incident import StateRecord
from guardian.domain.journal import Kind
from guardian.domain.run import Outcome
from guardian.errors import (
    ApplyNotStartedError,
    DeclinedError,
    ExitCode,
    HeldError,
    LeaseHeldError,
    PlanFailedError,
    RefusedError,
    StalePlanError,
    UnrecordedError,
    UsageError,
    WrongStateError,
)
from guardian.operations import hold as holds
from guardian.repository.lease import acquire
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


def test_a_hold_by_a_person_refuses_and_keeps_its_reason(world):
    world.apply()
    holds.set_hold(world.project, "release freeze", clock=world.clock, identity=world.context().identity)
    with pytest.raises(HeldError, match="release freeze"):
        world.apply()
    with pytest.raises(RefusedError, match="release freeze"):
        holds.set_hold(world.project, "another", clock=world.clock, identity=world.context().identity)
    assert holds.release(world.project, "over") is not None
    assert holds.release(world.project, "over") is None
    assert world.apply().outcome is Outcome.NO_CHANGES


def test_hold_and_release_want_a_reason(world):
    world.apply()
    with pytest.raises(UsageError, match="reason"):
        holds.release(world.project, "")
    with pytest.raises(UsageError, match="reason"):
        holds.set_hold(world.project, "", clock=world.clock, identity=world.context().identity)


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
    ("chosen", "exit_code"), [("hold", ExitCode.FAILED_HELD), ("restore", ExitCode.RESTORED)]
)
def test_asking_offers_the_safe_choice_first(world, chosen, exit_code):
    world.apply()
    world.configure(a="changed", b="2 <- a", c="!")
    ended = world.apply(answers=["yes", chosen], on_failure="ask")
    assert ended.exit_code is exit_code
    assert [each.key for each in world.audience.offered] == ["hold", "restore"]
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


def test_another_guardian_at_work_refuses(world):
    world.apply()
    context = world.context()
    other = world.guardians
    project = context.repository.project(world.project.descriptor.name)
    held = acquire(project.log, context.identity, world.clock)
    world.living.add(1000 + other)
    with pytest.raises(LeaseHeldError, match=f"pid {1000 + other}"):
        world.apply()
    world.living.clear()  # it died: the next one takes over
    assert world.apply().exit_code is ExitCode.OK
    assert held.id != world.records[-1].body["lease_id"]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"lineage": "another"}, "another state"),
        ({"serial": 0}, "went back"),
        ({"outputs": {"x": {"value": 1, "type": "number"}}}, "forked"),
    ],
)
def test_the_wrong_state_refuses(world, changes, words):
    world.apply()
    body = world.backend.body
    world.rewrite_state(**changes)
    broken = world.backend.body
    world.configure(a="new")
    with pytest.raises(WrongStateError, match=words):
        world.apply()
    assert applies(world) == 1
    assert world.backend.body == broken != body


def test_an_emptied_state_refuses(world):
    world.configure(**dict.fromkeys("abcdef", "1"))
    world.apply()
    document = world.backend.document
    world.rewrite_state(serial=document["serial"] + 1, resources=document["resources"][:1])
    with pytest.raises(WrongStateError, match="5 of 6 instances vanished"):
        world.apply()


@pytest.mark.parametrize("body", [b"", b'{"version": 4, "serial"', b'{"version": 4}'])
def test_a_torn_state_refuses(world, body):
    world.apply()
    world.backend.body = body
    with pytest.raises(WrongStateError, match="state"):
        world.apply()
    assert world.backend.body == body


def test_a_state_that_vanished_refuses(world):
    world.apply()
    world.backend.body = None
    with pytest.raises(WrongStateError, match="no state"):
        world.apply()


def test_an_accepted_state_is_the_known_one(world):
    world.apply()
    world.rewrite_state(lineage="another")
    with pytest.raises(UsageError, match="reason"):
        world.snapshot(accept_state=True)
    with pytest.raises(WrongStateError):
        world.snapshot()
    created = world.snapshot(accept_state=True, reason="moved by hand")
    assert created.promoted
    assert world.apply().outcome is Outcome.NO_CHANGES


def test_a_snapshot_by_hand_with_changes_pending_is_not_promoted(world):
    created = world.snapshot()
    assert not created.promoted
    assert created.pending == 2
    assert world.project.log.standing().baseline is None
    assert applies(world) == 0


def saved_plan(world: World) -> Path:
    """Return a plan saved by somebody else."""
    out = world.directory / "saved.tfplan"
    where = WorkingDirectory(root=world.root, run_dir=world.directory, environment={})
    world.engine.plan(where, out=out, options=PlanOptions(), on_event=lambda _: None)
    return out


def test_a_saved_plan_is_applied_as_it_is(world):
    ended = world.apply(plan_file=saved_plan(world), auto_approve=False)
    assert ended.outcome is Outcome.APPLIED
    assert [verb for verb, _ in world.engine.calls].count("plan") == 1


def test_a_stale_plan_refuses(world):
    world.apply()
    world.configure(a="new", b="2 <- a")
    stale = saved_plan(world)
    world.configure(a="newer", b="2 <- a")
    world.apply()
    world.configure(a="new", b="2 <- a")
    with pytest.raises(StalePlanError, match="stale: made at serial 1, but the state is at 2"):
        world.apply(plan_file=stale)
    assert world.inputs["a"] == "newer"


def test_a_plan_of_another_state_refuses(world):
    world.apply()
    world.configure(a="new", b="2 <- a")
    saved = saved_plan(world)
    world.rewrite_state(lineage="another")
    world.snapshot(accept_state=True, reason="moved by hand")
    with pytest.raises(StalePlanError, match="another state"):
        world.apply(plan_file=saved)


@pytest.mark.parametrize("change", ["edited", "added", "removed"])
def test_a_plan_of_another_configuration_refuses(world, change):
    saved = saved_plan(world)
    if change == "edited":
        world.configure(a="edited")
    elif change == "added":
        (world.root / "more.tf").write_text("# more\n")
    else:
        (world.root / "main.tf").unlink()
        (world.root / "other.tf").write_text("# none\n")
    with pytest.raises(StalePlanError, match="another configuration"):
        world.apply(plan_file=saved)
    assert applies(world) == 0


def test_an_engine_that_changed_nothing_needs_no_hold(world):
    """The lock is refused: Terraform fails before it touches anything."""
    world.apply()
    world.configure(a="new", b="2 <- a")
    world.backend.held_by = "alice, since noon"
    world.engine.apply = lambda *_, **__: world.engine._failed(lambda _: None, "Error acquiring")
    with pytest.raises(ApplyNotStartedError, match="Error acquiring") as refused:
        world.apply()
    assert refused.value.exit_code is ExitCode.ERROR
    assert "alice" in refused.value.hint
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


@pytest.mark.parametrize("operation", ["apply", "snapshot"])
def test_a_mistyped_workspace_is_not_planned_on(world, operation):
    world.apply()
    world.backend.workspace = "prdo"
    stored = dict(world.store.bodies)
    with pytest.raises(WrongStateError, match=r"'prdo' is selected, but .* does not exist") as refused:
        getattr(world, operation)()
    assert "terraform workspace list" in refused.value.hint
    assert world.store.bodies == stored
    assert [verb for verb, _ in world.engine.calls].count("plan") == 1


def test_init_never_names_the_workspace(world):
    world.backend.initialised = False
    world.environment = {"TF_WORKSPACE": "prdo"}
    seen = []
    real = world.engine.init

    def looking(where, **given):
        seen.append(where.environment)
        return real(where, **given)

    world.engine.init = looking
    world.apply()
    assert ["TF_WORKSPACE" in each for each in seen] == [False]


def test_a_defect_after_the_start_does_not_claim_that_nothing_was_changed(world):
    world.engine.show_plan_json = lambda *_: 1 / 0
    with pytest.raises(UnrecordedError, match="ZeroDivisionError") as raised:
        world.apply()
    assert raised.value.exit_code is ExitCode.FAILED_HELD
    del world.engine.show_plan_json
    with pytest.raises(HeldError, match="cut short"):
        world.apply()
    assert world.restore().exit_code is ExitCode.OK
    assert world.inputs == {}
