"""The way back over a Terraform in memory: what it undoes, what it leaves alone, what it refuses."""

import json
from pathlib import Path

import pytest

from guardian.domain.journal import Kind
from guardian.domain.run import Outcome
from guardian.errors import (
    ExitCode,
    HeldError,
    RecoveryRefusedError,
    RestoreIncompleteError,
    WrongStateError,
)
from guardian.operations import hold as holds
from guardian.operations.status import status_of
from tests.fakes.blobs import FakeBlobStore
from tests.fakes.world import World

GOOD = {"a": "1", "b": "2 <- a", "x": "9"}
THERE = {"a": "1", "b": "2", "x": "9"}


@pytest.fixture
def world(tmp_path: Path) -> World:
    """Return a project with a baseline."""
    world = World(tmp_path)
    world.configure(**GOOD)
    world.apply()
    return world


def fail(world: World) -> None:
    """Release what fails half-way: `a` is changed, `c` is half made."""
    world.configure(**{**GOOD, "a": "changed", "c": "!"})
    assert world.apply().exit_code is ExitCode.FAILED_HELD


def applies(world: World) -> int:
    return sum(verb == "apply" for verb, _ in world.engine.calls)


def test_the_way_back_ends_at_the_baseline_and_lifts_the_hold(world):
    fail(world)
    assert world.inputs == {**THERE, "a": "changed", "c": "! (tainted)"}
    ended = world.restore()
    assert (ended.outcome, ended.exit_code) == (Outcome.RESTORED, ExitCode.OK)
    assert ended.receipt is not None
    assert ended.receipt.proven
    assert ended.receipt.replan_exit_code == 0
    assert world.inputs == THERE
    standing = world.project.log.standing()
    assert standing.hold is None
    assert standing.open_incident is None
    assert standing.baseline == ended.snapshot_id
    world.configure(**GOOD)
    assert world.apply().outcome is Outcome.NO_CHANGES


def test_each_step_is_on_record_around_its_deed(world):
    fail(world)
    before = len(world.kinds)
    world.restore()
    assert world.kinds[before:] == [
        Kind.LEASE_TAKEN,
        Kind.RUN_OPENED,
        Kind.RECOVERY_PLANNED,
        Kind.PLANNED,
        Kind.SNAPSHOT_COMMITTED,
        Kind.STEP_STARTED,
        Kind.APPLYING,
        Kind.ENGINE_STARTED,
        Kind.ENGINE_EXITED,
        Kind.STEP_FINISHED,
        Kind.SNAPSHOT_COMMITTED,
        Kind.RECEIPT,
        Kind.PROMOTED,
        Kind.RELEASED,
        Kind.RUN_CLOSED,
        Kind.LEASE_RELEASED,
    ]


def test_nothing_failed_is_no_error(world):
    ended = world.restore()
    assert (ended.outcome, ended.exit_code, ended.target_id) == (Outcome.OK, ExitCode.OK, None)
    assert applies(world) == 1


@pytest.mark.parametrize("body", [None, b"", b"{}", b'{"version": 4, "ser'])
def test_a_lost_record_is_put_back_although_nothing_failed(world, body):
    lost = world.backend.body
    assert lost is not None
    world.backend.body = body
    ended = world.restore()
    assert (ended.outcome, ended.exit_code) == (Outcome.RESTORED, ExitCode.OK)
    assert ended.receipt is not None
    assert ended.receipt.strategy == "record"
    assert world.inputs == THERE
    assert world.backend.document["serial"] == json.loads(lost)["serial"] + 1
    assert applies(world) == 1
    assert world.apply().outcome is Outcome.NO_CHANGES


def test_a_record_that_is_anothers_is_not_called_sound(world):
    world.rewrite_state(lineage="another")
    with pytest.raises(WrongStateError) as refused:
        world.restore()
    assert "guardian restore --strategy record" in refused.value.hint
    assert applies(world) == 1


def test_a_hold_by_a_person_outlives_the_way_back_and_is_said(world):
    first = world.project.log.standing().baseline
    world.configure(**{**GOOD, "a": "new"})
    world.apply()
    holds.set_hold(world.project, "release freeze", clock=world.clock, identity=world.context().identity)
    assert first is not None
    assert world.restore(snapshot=first).exit_code is ExitCode.OK
    assert [each for each in world.audience.notes if "release freeze" in each and "stays on hold" in each]
    assert world.restore().target_id is None
    assert [each for each in world.audience.notes if "stays on hold" in each]
    with pytest.raises(HeldError) as refused:
        world.apply()
    assert refused.value.hint.startswith("guardian release --reason")


def test_restore_again_has_nothing_to_do(world):
    fail(world)
    world.restore()
    assert world.restore().outcome is Outcome.OK


def somebody_changes(world: World, name: str, value: str) -> None:
    document = world.backend.document
    for each in document["resources"]:
        if each["name"] == name:
            each["instances"][0]["attributes"]["input"] = value
    world.rewrite_state(serial=document["serial"] + 1, resources=document["resources"])


def test_a_state_that_moved_is_planned_again_before_anything_is_undone(world):
    fail(world)
    somebody_changes(world, "x", "theirs")
    with pytest.raises(RecoveryRefusedError, match="moved since the failure") as refused:
        world.restore()
    assert refused.value.code == "moved_on"
    assert world.restore(dry_run=True).exit_code is ExitCode.DIFFERENCES
    somebody_changes(world, "x", "theirs again")
    with pytest.raises(RecoveryRefusedError, match="moved since the failure"):
        world.restore()
    assert world.restore(answers=["yes"]).exit_code is ExitCode.OK
    assert [each for each in world.audience.notes if "moved since the failure" in each]
    assert world.inputs == {**THERE, "x": "theirs again"}


def test_somebody_elses_change_is_listed_and_left_alone(world):
    fail(world)
    somebody_changes(world, "x", "theirs")
    world.restore(dry_run=True)
    ended = world.restore()
    assert ended.exit_code is ExitCode.OK
    assert world.audience.left_alone == ["terraform_data.x"]
    assert ended.receipt is not None
    assert ended.receipt.outside == ("terraform_data.x",)
    assert world.inputs == {**THERE, "x": "theirs"}


def test_what_the_touched_depends_on_goes_along_and_is_said(world):
    world.configure(**{**GOOD, "b": "changed <- a", "c": "!"})
    world.apply()
    somebody_changes(world, "a", "theirs")
    world.restore(dry_run=True)
    ended = world.restore()
    assert ended.exit_code is ExitCode.OK
    assert world.audience.left_alone == []
    assert any("terraform_data.a" in each for each in world.audience.notes)
    assert world.inputs == THERE


def test_outputs_alone_do_not_carry_somebody_elses_change_along(world):
    fail(world)
    somebody_changes(world, "a", "1")
    document = world.backend.document
    kept = [each for each in document["resources"] if each["name"] != "c"]
    world.rewrite_state(serial=document["serial"] + 1, resources=kept)
    somebody_changes(world, "x", "theirs")
    real = world.engine.plan

    def with_outputs(where, **given):
        given["on_event"]({"type": "outputs", "outputs": {"release": {"action": "update"}}})
        return real(where, **given)

    world.engine.plan = with_outputs
    world.restore(dry_run=True)
    ended = world.restore()
    assert ended.exit_code is ExitCode.OK
    assert world.inputs == {**THERE, "x": "theirs"}


def test_a_dry_run_shows_and_changes_nothing(world):
    fail(world)
    there, body, baseline = world.inputs, world.backend.body, world.project.log.standing().baseline
    ended = world.restore(dry_run=True)
    assert (ended.outcome, ended.exit_code) == (Outcome.DIFFERENCES, ExitCode.DIFFERENCES)
    assert ended.scope is not None
    assert {each.address for each in ended.scope.inside} == {"terraform_data.a", "terraform_data.c"}
    assert (world.inputs, world.backend.body) == (there, body)
    standing = world.project.log.standing()
    assert standing.baseline == baseline
    assert standing.hold is not None
    assert standing.open_incident is not None


def test_a_dry_run_where_all_is_back_promotes_nothing(world):
    fail(world)
    baseline = world.project.log.standing().baseline
    somebody_changes(world, "a", "1")
    document = world.backend.document
    kept = [each for each in document["resources"] if each["name"] != "c"]
    world.rewrite_state(serial=document["serial"] + 1, resources=kept)
    ended = world.restore(dry_run=True)
    assert ended.exit_code is ExitCode.OK
    assert world.project.log.standing().baseline == baseline
    assert world.project.log.standing().hold is not None
    assert world.restore().exit_code is ExitCode.OK
    assert world.project.log.standing().hold is None


def test_without_a_baseline_a_first_run_is_taken_down(tmp_path):
    world = World(tmp_path)
    world.configure(a="1", c="!")
    assert world.apply().exit_code is ExitCode.FAILED_HELD
    assert world.inputs == {"a": "1", "c": "! (tainted)"}
    ended = world.restore()
    assert ended.exit_code is ExitCode.OK
    assert world.inputs == {}
    standing = world.project.log.standing()
    assert (standing.baseline, standing.hold, standing.open_incident) == (None, None, None)


def test_without_a_baseline_what_was_there_before_stays(tmp_path):
    world = World(tmp_path)
    world.configure(**GOOD)
    world.apply()
    world.store = FakeBlobStore()  # guardian never saw the first release
    world.configure(**{**GOOD, "a": "changed", "c": "!"})
    assert world.apply().exit_code is ExitCode.FAILED_HELD
    with pytest.raises(RestoreIncompleteError, match="no known-good snapshot") as refused:
        world.restore()
    assert refused.value.exit_code is ExitCode.RESTORE_INCOMPLETE
    assert "guardian restore SNAPSHOT" in refused.value.hint
    assert world.inputs == {**THERE, "a": "changed", "c": "! (tainted)"}


def test_a_named_snapshot_is_restored_whole(world):
    first = world.project.log.standing().baseline
    world.configure(**{**GOOD, "a": "new", "x": "new"})
    world.apply()
    assert first is not None
    ended = world.restore(snapshot=first[:12])
    assert ended.exit_code is ExitCode.OK
    assert ended.target_id == first
    assert world.inputs == THERE


def test_a_second_failure_keeps_the_first_and_carries_on(world):
    fail(world)
    world.engine.failing = {"terraform_data.a"}
    ended = world.restore()
    assert (ended.outcome, ended.exit_code) == (
        Outcome.RESTORE_INCOMPLETE,
        ExitCode.RESTORE_INCOMPLETE,
    )
    assert ended.first is not None
    assert ended.second is not None
    assert ended.first.progress.failed == ("terraform_data.c",)
    assert ended.second.progress.failed == ("terraform_data.a",)
    assert world.project.log.standing().hold is not None
    world.engine.failing = set()
    again = world.restore()
    assert again.exit_code is ExitCode.OK
    assert again.first == ended.first
    assert world.inputs == THERE


def test_a_killed_restore_can_be_run_again(world):
    fail(world)
    world.engine.failing = {"terraform_data.a"}
    world.cut_short(world.restore)
    world.engine.failing = set()
    again = world.restore()
    assert again.exit_code is ExitCode.OK
    assert again.first is not None
    assert again.first.progress.failed == ("terraform_data.c",)
    assert world.inputs == THERE


def test_an_interrupted_restore_says_so_and_can_be_run_again(world):
    fail(world)
    real = world.engine._carry_out

    def interrupted(*arguments):
        world.interruption.request("SIGINT")
        return real(*arguments)

    world.engine._carry_out = interrupted
    ended = world.restore()
    assert (ended.outcome, ended.exit_code) == (Outcome.INTERRUPTED, ExitCode.INTERRUPTED)
    assert world.project.log.standing().hold is not None
    world.engine._carry_out = real
    world.engine.interruption = world.interruption = type(world.interruption)()
    assert world.restore().exit_code is ExitCode.OK
    assert world.inputs == THERE


def test_a_run_cut_short_after_it_destroyed_most_can_be_undone(tmp_path):
    world = World(tmp_path)
    world.configure(**dict.fromkeys("abcdef", "1"))
    world.apply()
    world.configure(a="1")
    world.cut_short()
    assert world.inputs == {"a": "1"}
    with pytest.raises(HeldError, match="cut short"):
        world.apply()
    assert status_of(world.project).next_command == "guardian restore"
    assert world.restore().exit_code is ExitCode.OK
    assert world.inputs == dict.fromkeys("abcdef", "1")


def test_without_its_events_all_that_was_planned_counts_as_begun(world):
    world.configure(**{**GOOD, "a": "changed", "c": "new"})
    world.cut_short()
    ended = world.restore()
    assert ended.first is not None
    assert ended.first.progress.in_flight == ("terraform_data.a", "terraform_data.c")
    assert ended.exit_code is ExitCode.OK
    assert world.inputs == THERE
