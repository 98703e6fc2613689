"""What the way back refuses, and what it does not claim, over a Terraform in memory."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from guardian.domain.engine import PlanOptions
from guardian.domain.recovery import Strategy
from guardian.domain.run import Outcome
from guardian.errors import (
    DataLossError,
    DeclinedError,
    ExitCode,
    NotFoundError,
    RestoreIncompleteError,
    UsageError,
    WrongStateError,
)
from guardian.operations import hold as holds
from guardian.operations.status import status_of
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


def test_an_unknown_snapshot_lists_those_there_are(world):
    with pytest.raises(NotFoundError, match="no snapshot") as unknown:
        world.restore(snapshot="beefbeef")
    baseline = world.project.log.standing().baseline
    assert baseline is not None
    assert baseline[:12] in unknown.value.hint
    assert applies(world) == 1


@pytest.mark.parametrize(
    ("changes", "words"), [({"lineage": "another"}, "another state"), ({"serial": 1}, "went back")]
)
def test_the_wrong_state_refuses(world, changes, words):
    fail(world)
    world.rewrite_state(**changes)
    body = world.backend.body
    with pytest.raises(WrongStateError, match=words) as refused:
        world.restore()
    assert refused.value.exit_code is ExitCode.REFUSED
    assert world.backend.body == body


@pytest.mark.parametrize("body", [None, b"", b'{"version": 4'])
def test_a_lost_record_is_put_back_and_then_the_way_back_is_taken(world, body):
    fail(world)
    serial = world.backend.document["serial"]
    world.backend.body = body
    ended = world.restore()
    assert ended.exit_code is ExitCode.OK
    assert world.inputs == THERE
    assert world.backend.document["serial"] > serial
    assert ended.receipt is not None
    assert [each for each in ended.receipt.revised if "put back" in each]


@pytest.mark.parametrize("changes", [{"lineage": "another"}, {"serial": 1}])
def test_a_record_that_is_anothers_is_replaced_only_when_that_is_asked_for(world, changes):
    lineage = world.backend.document["lineage"]
    world.rewrite_state(**changes)
    ended = world.restore(strategy=Strategy.RECORD)
    assert ended.exit_code is ExitCode.OK
    assert world.backend.document["lineage"] == lineage
    assert world.inputs == THERE


@contextmanager
def stranding(world: World) -> Iterator[list[bytes]]:
    """Let no apply save its state for a block; yield what each one left in a file instead."""
    kept, left, saved = world.backend.body, list[bytes](), world.engine._save

    def strand(document):
        saved(document)
        errored = world.directory / "errored.tfstate"
        left.append(world.backend.body or b"")
        errored.write_bytes(left[-1])
        world.engine.stranded = errored
        world.backend.body = kept

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(world.engine, "_save", strand)
        yield left
    world.engine.stranded = None


def fail_stranded(world: World) -> bytes:
    world.configure(**{**GOOD, "a": "changed", "c": "!"})
    with stranding(world) as left:
        assert world.apply().exit_code is ExitCode.FAILED_HELD
    return left[0]


def test_a_stranded_state_is_put_back_first(world):
    errored = json.loads(fail_stranded(world))
    assert not (world.directory / "errored.tfstate").exists()
    serial = world.backend.document["serial"]
    assert applies(world) == 2
    ended = world.restore()
    assert ended.exit_code is ExitCode.OK
    assert world.inputs == THERE
    assert world.backend.document["serial"] > max(serial, errored["serial"])
    assert ended.receipt is not None
    assert len(ended.receipt.revised) == 1


def test_the_state_that_a_way_back_stranded_is_put_back_too(world):
    fail(world)
    before = world.backend.body
    with stranding(world) as left:
        assert world.restore().exit_code is ExitCode.RESTORE_INCOMPLETE
    assert world.backend.body == before
    ended = world.restore()
    assert ended.exit_code is ExitCode.OK
    assert ended.receipt is not None
    assert len(ended.receipt.revised) == 1
    assert world.inputs == THERE
    assert world.backend.document["serial"] > json.loads(left[0])["serial"]


def test_what_is_no_whole_state_is_kept_but_not_built_upon(world):
    real = world.engine._save

    def tear(document):
        errored = world.directory / "errored.tfstate"
        errored.write_bytes(b'{"version": 4, "lin')
        world.engine.stranded = errored

    world.engine._save = tear  # a full disk
    fail(world)
    world.engine._save, world.engine.stranded = real, None
    assert (world.directory / "errored.tfstate").exists()
    with pytest.raises(RestoreIncompleteError, match="could not be saved"):
        world.restore()


def test_a_stranded_state_that_nobody_kept_is_left_to_a_person(world):
    real = world.engine._save
    world.engine._save = lambda _: None  # neither saved nor left in a file
    fail(world)
    world.engine._save = real
    body = world.backend.body
    with pytest.raises(RestoreIncompleteError, match="could not be saved") as refused:
        world.restore()
    assert "snapshot list" in refused.value.hint
    assert world.backend.body == body


def test_a_person_may_decline_and_nobody_to_ask_is_an_error(world):
    fail(world)
    with pytest.raises(DeclinedError):
        world.restore(answers=["no"])
    with pytest.raises(UsageError, match="no terminal"):
        world.restore(auto_approve=False)
    assert applies(world) == 2
    assert world.restore(answers=["yes"]).exit_code is ExitCode.OK


def test_a_release_by_a_person_closes_the_incident(world):
    fail(world)
    assert holds.release(world.project, "mended by hand") is not None
    assert world.restore().outcome is Outcome.OK
    assert status_of(world.project).next_command == "guardian apply"


def test_data_is_lost_only_by_name(tmp_path):
    world = World(tmp_path)
    bucket = "aws_s3_bucket.b"
    (world.root / "main.tf").write_text('resource "aws_s3_bucket" "b" {\n  input = "1"\n}\n')
    world.apply()
    options = PlanOptions(replace=(bucket,))
    with pytest.raises(DataLossError, match=bucket):
        world.apply(plan_options=options)
    world.engine.failing = {bucket}
    assert world.apply(plan_options=options, allow_delete=(bucket,)).exit_code is ExitCode.FAILED_HELD
    world.engine.failing = set()
    with pytest.raises(DataLossError, match=bucket) as refused:
        world.restore()
    assert bucket in refused.value.hint
    assert world.restore(allow_delete=("aws_s3_*",)).exit_code is ExitCode.OK


def test_a_way_back_that_cannot_be_planned_changes_nothing(world):
    fail(world)
    world.engine.plan = lambda *_, on_event, **__: world.engine._failed(on_event, "Provider not present")
    with pytest.raises(RestoreIncompleteError, match="cannot be planned: Provider not present") as refused:
        world.restore()
    assert refused.value.hint == "mend what it names, then guardian restore again; nothing was changed"
    del world.engine.plan
    assert world.restore().exit_code is ExitCode.OK


def test_an_arrival_that_cannot_be_proven_is_not_claimed(world):
    fail(world)
    real = world.engine.plan

    def blind(where, *, out, **given):
        if out.name == "closing.tfplan":
            return world.engine._failed(given["on_event"], "Throttled")
        return real(where, out=out, **given)

    world.engine.plan = blind
    with pytest.raises(RestoreIncompleteError, match="could not be proven: Throttled"):
        world.restore()
    assert world.project.log.standing().hold is not None
    world.engine.plan = real
    assert world.restore().exit_code is ExitCode.OK
    assert world.inputs == THERE
