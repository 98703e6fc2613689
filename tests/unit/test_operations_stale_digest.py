"""A record whose digest is another one's is sound: it is written again, with its digest; nothing is lost."""

from pathlib import Path

import pytest

from guardian.domain.journal import Kind
from guardian.errors import ExitCode, WrongStateError
from tests.fakes.world import World


@pytest.fixture
def world(tmp_path: Path) -> World:
    made = World(tmp_path)
    made.configure(a="1", b="2")
    made.apply()
    return made


def steps(world: World) -> list[str]:
    return [each.body["step"]["kind"] for each in world.records if each.kind is Kind.STEP_STARTED]


def test_the_present_record_is_written_again_and_not_an_older_one(world: World) -> None:
    """It is newer than every snapshot: its writer died before it wrote the digest."""
    world.rewrite_state(serial=world.backend.document["serial"] + 3, outputs={"new": {"value": 1}})
    before = world.backend.document
    world.backend.stale_digest = "locks"
    ended = world.restore()
    assert ended.exit_code is ExitCode.OK
    assert world.backend.stale_digest == ""
    assert world.backend.document == {**before, "serial": before["serial"] + 1}
    assert world.restore().exit_code is ExitCode.OK
    assert world.backend.document["serial"] == before["serial"] + 1


def test_after_a_failure_it_comes_before_the_way_back(world: World) -> None:
    world.configure(a="new", b="2", c="! <- a")
    assert world.apply().exit_code is ExitCode.FAILED_HELD
    world.backend.stale_digest = "locks"
    ended = world.restore()
    assert ended.exit_code is ExitCode.OK
    assert steps(world)[:2] == ["restore_record", "reapply"]
    assert world.backend.stale_digest == ""
    assert world.inputs == {"a": "1", "b": "2"}


def test_a_dry_run_writes_neither(world: World) -> None:
    world.backend.stale_digest = "locks"
    before = world.backend.body
    assert world.restore(dry_run=True).exit_code is ExitCode.DIFFERENCES
    assert (world.backend.body, world.backend.stale_digest) == (before, "locks")


def test_an_older_record_is_not_vouched_for_by_this(world: World) -> None:
    older = world.backend.body
    world.configure(a="1", b="3")
    world.apply()
    world.backend.body, world.backend.stale_digest = older, "locks"
    with pytest.raises(WrongStateError, match="went back"):
        world.restore()
    assert (world.backend.body, world.backend.stale_digest) == (older, "locks")
