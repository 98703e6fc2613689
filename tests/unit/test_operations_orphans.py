"""What ended and is in no record is looked for live, once more where it may come late, and each is listed."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from types import SimpleNamespace
from typing import cast

import pytest

from guardian.domain.journal import Kind, Record
from guardian.domain.observation import Absent, Looked, Observation, Present, Sought, Unreadable, Verdict
from guardian.domain.state import EMPTY
from guardian.errors import ExitCode
from guardian.operations import look, lost
from tests.fakes.blobs import Killed
from tests.fakes.live import FakeLive
from tests.fakes.world import World

ADDRESS = "x_thing.new"
KEPT = 'resource "x_thing" "old" {\n  input = "1"\n}\n'
MADE = KEPT + 'resource "x_thing" "new" {\n  input = "2"\n}\n'
PROBABLE = Present(object_id="o-1", import_id="o-1", certain=False, words="it looks like it")
FOREIGN = Present(object_id="o-1", import_id="o-1", certain=False, words="older", foreign=True)


class LateLive(FakeLive):
    """Sees an object only from the second look on."""

    def look(self, sought: Sequence[Sought]) -> Mapping[str, Observation]:
        first = not self.asked
        found = super().look(sought)
        return {each.address: Absent() for each in sought} if first else found


CASES: dict[str, tuple[FakeLive, Verdict, bool]] = {
    "there, perhaps": (FakeLive({ADDRESS: PROBABLE}), Verdict.EXISTS, True),
    "there, later": (LateLive({ADDRESS: PROBABLE}), Verdict.EXISTS, True),
    "not there": (FakeLive(), Verdict.ABSENT, False),
    "another's": (FakeLive({ADDRESS: FOREIGN}), Verdict.ABSENT, False),
    "not to be read": (FakeLive({ADDRESS: Unreadable(reason="denied")}), Verdict.UNKNOWN, True),
    "of no known type": (FakeLive(uncovered={"x_thing"}), Verdict.UNKNOWN, True),
}


def die_before_the_record(directory, live: FakeLive, monkeypatch: pytest.MonkeyPatch) -> World:
    """Kill the group when everything is made and nothing is recorded."""
    directory.mkdir()
    world = World(directory)
    shown = world.engine.show_plan_json

    def with_configuration(where, plan):
        document = json.loads(shown(where, plan))
        resources = [{"address": each["address"]} for each in document["resource_changes"]]
        return json.dumps({**document, "configuration": {"root_module": {"resources": resources}}}).encode()

    def die(_):
        raise Killed

    monkeypatch.setattr(world.engine, "show_plan_json", with_configuration)
    (world.root / "main.tf").write_text(KEPT)
    assert world.apply().exit_code is ExitCode.OK
    (world.root / "main.tf").write_text(MADE)
    with monkeypatch.context() as patched:
        patched.setattr(world.engine, "_save", die)
        with pytest.raises(Killed):
            world.apply()
    world.live = live
    return world


def check(world: World, verdict: Verdict, *, listed: bool) -> None:
    for _ in range(2):
        ended = world.restore()
        assert ended.exit_code is (ExitCode.RESTORE_INCOMPLETE if listed else ExitCode.OK)
        if ended.receipt is None:
            break
        assert [(each.address, each.verdict) for each in ended.receipt.looked] == [(ADDRESS, verdict)]
        assert ended.receipt.unaccounted == ((ADDRESS,) if listed else ())


@pytest.mark.sweep
def test_what_ended_and_is_in_no_record_is_looked_for_and_listed(tmp_path, monkeypatch, tally):
    tally(8, points=len(CASES))
    for number, (live, verdict, listed) in enumerate(CASES.values()):
        world = die_before_the_record(tmp_path / str(number), live, monkeypatch)
        check(world, verdict, listed=listed)


@pytest.mark.parametrize(
    ("verdict", "certain", "open_"),
    [
        (Verdict.ABSENT, False, True),
        (Verdict.EXISTS, True, True),
        (Verdict.EXISTS, False, False),
        (Verdict.UNKNOWN, False, False),
    ],
)
def test_what_a_plan_judged_stays_judged(verdict, certain, open_):
    """A refused creation that a plan did not list must not come back as cut off with the next plan."""
    looked = asdict(Looked(address=ADDRESS, verdict=verdict, certain=certain))
    record = SimpleNamespace(
        kind=Kind.RECOVERY_PLANNED, body={"plan": {"unaccounted": [], "looked": [looked]}}
    )
    assert list(lost._listed((cast(Record, record),), EMPTY)) == [[ADDRESS] if open_ else []]


MUTANTS = {
    "what ended is taken for recorded": ("there, perhaps", lost, "created_ids", lambda *_: {}),
    "one look is enough": ("there, later", look, "_waited", lambda *_, **__: False),
}


@pytest.mark.sweep
def test_the_sweep_catches_its_mutants(tmp_path, monkeypatch, tally):
    tally(8, mutants=len(MUTANTS))
    for number, (case, module, name, broken) in enumerate(MUTANTS.values()):
        _, verdict, listed = CASES[case]
        live = type(CASES[case][0])({ADDRESS: PROBABLE})
        with monkeypatch.context() as patched:
            world = die_before_the_record(tmp_path / str(number), live, patched)
            patched.setattr(module, name, broken)
            with pytest.raises(AssertionError):
                check(world, verdict, listed=listed)
