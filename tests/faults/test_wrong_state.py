"""A state that is not the known one stops everything before a plan, and names the way to put it back."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from guardian.domain.recovery import Strategy
from guardian.domain.state import parse_state
from guardian.errors import ExitCode, WrongStateError
from guardian.operations import guard
from tests.fakes.world import World
from tests.support.sweeps import some

pytestmark = pytest.mark.sweep

THERE = dict.fromkeys("abcdef", "1")
Break = Callable[[dict[str, Any]], dict[str, Any]]


def vanished(document: dict[str, Any]) -> dict[str, Any]:
    return {**document, "serial": document["serial"] + 1, "resources": document["resources"][:2]}


KINDS: dict[str, Break] = {
    "another lineage": lambda document: {**document, "lineage": "9c3e1cb6-0000-4000-8000-000000000000"},
    "another lineage, newer": lambda document: {**document, "lineage": "other", "serial": 99},
    "gone back": lambda document: {**document, "serial": document["serial"] - 1},
    "forked": lambda document: {**document, "outputs": {"x": {"value": 1, "type": "number"}}},
    "most instances vanished": vanished,
    "no lineage": lambda document: {"version": document["version"]},
    "another format": lambda document: {**document, "version": 3},
}


def broken(body: bytes) -> Iterator[tuple[str, bytes | None]]:
    """Yield each kind of a wrong state, torn at every byte among them."""
    yield "gone", None
    yield "empty", b""
    yield "blank", b" \n"
    yield "overwritten", b"<html>"
    document = json.loads(body)
    for name, change in KINDS.items():
        yield name, json.dumps(change(document), indent=2).encode()
    for length in some(range(1, len(body) - 2), 12):
        yield f"torn at {length}", body[:length]


@pytest.fixture
def world(tmp_path: Path) -> World:
    world = World(tmp_path)
    world.configure(**THERE)
    world.apply()
    world.configure(**{**THERE, "a": "new"})
    return world


def check_refused(world: World, kind: str) -> None:
    """Hold a command to it: nothing planned, nothing applied, and the snapshot named."""
    newest = world.project.log.standing().last_snapshot
    assert newest is not None
    for attempt in (world.apply, world.snapshot):
        world.engine.calls.clear()
        with pytest.raises(WrongStateError) as refused:
            attempt()
        assert refused.value.exit_code is ExitCode.REFUSED, kind
        assert newest.id[:12] in refused.value.hint, kind
        assert "guardian restore --strategy record" in refused.value.hint, kind
        assert {verb for verb, _ in world.engine.calls} <= {"version"}, kind


def test_every_kind_is_refused_before_a_plan_and_put_back(world, tally):
    sound = world.backend.body
    assert sound is not None
    for kind, body in broken(sound):
        tally(7, points=1)
        world.backend.body = body
        check_refused(world, kind)
        restored = world.restore(strategy=Strategy.RECORD)
        assert restored.exit_code is ExitCode.OK, kind
        mended = world.backend.body
        assert parse_state(mended).managed == parse_state(sound).managed, kind
        assert parse_state(mended).lineage == parse_state(sound).lineage, kind
        sound = mended
    assert world.apply().exit_code is ExitCode.OK
    assert world.inputs["a"] == "new"


def test_the_sweep_catches_a_guard_that_looks_at_the_lineage_alone(world, tally, monkeypatch):
    """A mutant: serial, contents and the number of instances are not compared."""
    tally(7, points=1, mutants=1)

    def careless(known: Any, present: Any) -> str | None:
        return "another" if known and present and known.lineage != present.lineage else None

    monkeypatch.setattr(guard, "wrong_state", careless)
    world.backend.body = json.dumps(vanished(world.backend.document)).encode()
    with pytest.raises(pytest.fail.Exception):
        check_refused(world, "most instances vanished")
