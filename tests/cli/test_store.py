"""`guardian store` and `guardian prune` as they are typed."""

import json
import os
from pathlib import Path

import pytest

from guardian.adapters.memory import state_home
from guardian.adapters.spool import DiskSpoolPlace
from guardian.cli.app import main
from guardian.repository.keys import OBJECTS
from tests.cli.store import project, state, take_snapshot, with_history


@pytest.fixture
def place(tmp_path: Path) -> Path:
    with_history(tmp_path / "store")
    return tmp_path / "store"


def typed(*words: str, store: Path) -> int:
    return main([*words, f"--store={store}"])


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    return [json.loads(each) for each in capsys.readouterr().out.splitlines()]


def an_object(place: Path) -> Path:
    return min(each for each in (place / OBJECTS).rglob("*") if each.is_file())


def flip(path: Path) -> None:
    body = path.read_bytes()
    path.write_bytes(body[:-2] + bytes((body[-2] ^ 1,)) + body[-1:])


def test_a_sound_store_exits_0_and_says_what_is_in_it(place, capsys):
    assert typed("store", "check", "--read-data", store=place) == 0
    shown = capsys.readouterr()
    assert "The store is sound" in shown.out
    assert "reading the log of network..." in shown.err


def test_a_damaged_one_exits_1_and_names_what(place, capsys):
    flip(an_object(place))
    assert typed("store", "check", "--read-data", "--json", store=place) == 1
    first, *findings, last = lines(capsys)
    assert first["type"] == "version"
    assert {each["type"] for each in findings} == {"finding"}
    assert an_object(place).name in str(findings[0]["key"])
    error = last["error"]
    assert isinstance(error, dict)
    assert error["code"] == "store_corrupt"
    assert an_object(place).name in error["message"]
    assert "store repair" in error["hint"]


def test_repair_sets_aside_and_the_check_sees_it(place, capsys):
    damaged = an_object(place)
    flip(damaged)
    torn = damaged.read_bytes()
    assert typed("store", "repair", "--dry-run", store=place) == 0
    assert damaged.read_bytes() == torn
    assert typed("store", "repair", store=place) == 0
    assert not damaged.exists()
    (aside,) = [each for each in (place / "quarantine").rglob("*") if each.is_file()]
    assert aside.read_bytes() == torn
    assert "Nothing was deleted" in capsys.readouterr().out
    assert typed("store", "check", "--read-data", store=place) == 0
    shown = capsys.readouterr().out
    assert "known lost  snapshot" in shown
    assert "but for what is known lost" in shown
    assert typed("status", store=place) == 0


def test_a_damaged_log_exits_1_and_says_from_where(place, capsys):
    flip(next((place / "states").glob("*/log/000000000003")))
    assert typed("store", "repair", store=place) == 1
    assert "log/000000000003" in capsys.readouterr().err


@pytest.mark.parametrize("number", [3, None], ids=["one", "the newest"])
def test_a_damaged_record_is_named_and_what_brings_it_back(place, capsys, number):
    logs = sorted((place / "states").glob("*/log/*"))
    damaged = logs[number - 1 if number else -1]
    body = damaged.read_bytes()
    damaged.write_bytes(body[:5] + b"\x01" + body[6:])
    if number is None:
        assert typed("status", store=place) == 1
        shown = capsys.readouterr().err
        assert "is damaged: by its header" in shown
        assert "guardian store check" in shown
    for words in (["store", "check"], ["store", "repair"]):
        assert typed(*words, store=place) == 1
        shown = capsys.readouterr()
        assert f"bring record {int(damaged.name)} (" in shown.err
        assert "harmless" not in shown.out
    assert typed("store", "repair", "--dry-run", store=place) == 0
    assert f"Next: bring record {int(damaged.name)} (" in capsys.readouterr().out


def test_a_log_that_is_gone_is_damage_and_stops_a_prune(place, tmp_path, capsys):
    next((place / "states").glob("*/log")).rename(tmp_path / "kept")
    left = sorted(place.rglob("*"))
    for words in (["store", "check"], ["store", "repair"], ["prune", "--keep-last=1", "-auto-approve"]):
        assert typed(*words, store=place) == 1
        shown = capsys.readouterr()
        assert "the log of network is gone" in shown.err
        assert "back from a backup or from the bucket's older versions" in shown.err
        assert "harmless" not in shown.out
        assert "sound" not in shown.out
    assert sorted(place.rglob("*")) == left


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["prune"], "say what to keep"),
        (["prune", "--keep-last=x"], "Next: --keep-last=N"),
        (["prune", "--keep-last=-1"], "Next: --keep-last=N"),
        (["prune", "--keep-last", "-1"], "Next: --keep-last=N"),
        (["prune", "--keep-good=0"], "Next: --keep-good=N"),
        (["prune", "--keep-days=-3"], "N from 1 to 36500"),
        (["prune", "--keep-days=99999999999"], "N from 1 to 36500"),
        (["prune", "--keep-days=" + "9" * 5000], "not '9999999999...'"),
        (["prune", "--keep-last=1", "--all-projects", "--project=network"], "contradict"),
        (["store", "repair", "--accept-log"], "remembered"),
        (["store", "repair", "--reason=x"], "--accept-log"),
        (["store", "repair", "--accept-log", "--dry-run"], "no --dry-run"),
    ],
)
def test_what_does_not_fit_is_one_error(place, capsys, words, said):
    assert typed(*words, store=place) == 1
    shown = capsys.readouterr().err
    assert said in shown
    assert "Traceback" not in shown


@pytest.mark.parametrize("command", [["prune"], ["snapshot", "prune"]])
def test_prune_shows_and_takes_what_may_go(place, capsys, command):
    # On hold after a failure: what that run took, and the baseline, stay. One in between may go.
    assert typed(*command, "--keep-last=1", "--dry-run", store=place) == 0
    assert "0 of 2 go" in capsys.readouterr().out
    assert typed(*command, "--keep-days=36500", store=place) == 0
    assert "nothing to ask" in capsys.readouterr().out
    of = project(place)
    for serial in (3, 4):
        take_snapshot(of, state(serial, a=str(serial)), run_id=f"run-{serial}")
    assert typed(*command, "--keep-last=1", store=place) == 1
    assert "no terminal" in capsys.readouterr().err
    assert typed(*command, "--keep-last=1", "-auto-approve", "--json", store=place) == 0
    result = lines(capsys)[-1]
    assert (result["going"], result["pruned"]) == (1, 1)
    assert typed("store", "check", "--read-data", store=place) == 0


def test_a_store_that_was_put_back_is_refused_until_it_is_accepted(place, tmp_path, capsys):
    assert typed("status", store=place) == 0
    newest = max((place / "states").glob("*/log/*"))
    newest.rename(tmp_path / "kept")
    assert typed("status", store=place) == 1
    assert "went back: it ends at record" in capsys.readouterr().err
    assert typed("hold", "--reason=x", store=place) == 1
    assert typed("store", "check", "--json", store=place) == 1
    assert [each["code"] for each in lines(capsys) if each["type"] == "finding"] == ["log_rolled_back"]
    assert typed("store", "check", store=place) == 1
    assert "sound" not in capsys.readouterr().out
    assert typed("store", "repair", "--dry-run", store=place) == 0
    shown = capsys.readouterr().out
    assert "--accept-log" in shown
    assert f"this machine saw record {int(newest.name)}" in shown
    assert "log/000000000001" not in shown
    assert typed("store", "repair", store=place) == 1
    assert "--accept-log" in capsys.readouterr().err
    assert typed("store", "repair", "--accept-log", store=place) == 1
    assert typed("store", "repair", "--accept-log", "--reason=my own backup", store=place) == 0
    assert typed("status", store=place) == 0


def test_a_broken_or_unwritable_memory_stops_nothing(place, capsys):
    assert typed("status", store=place) == 0
    for each in Path.home().rglob("*.json"):
        each.write_bytes(b"{")
    assert typed("status", store=place) == 0
    (Path.home() / ".local").rename(Path.home() / "away")
    (Path.home() / ".local").write_text("in the way")
    assert typed("status", store=place) == 0


def test_a_directory_that_is_not_mounted_is_no_emptied_store(place, tmp_path, capsys):
    assert typed("status", store=place) == 0
    place.rename(tmp_path / "away")
    capsys.readouterr()
    assert typed("status", store=place) == 1
    shown = capsys.readouterr()
    assert "there is no directory" in shown.err
    assert "this machine saw in it: network" in shown.err
    assert "FROM MEMORY" in shown.out
    for words in (
        ["hold", "--reason=x"],
        ["store", "check"],
        ["prune", "--keep-last=1"],
        ["store", "repair", "--accept-log", "--reason=x"],
    ):
        assert typed(*words, store=place) == 1
        assert "is it mounted?" in capsys.readouterr().err
        assert not place.exists()
    place.mkdir()
    assert typed("status", store=place) == 1
    assert "is empty, but this machine saw in it: network" in capsys.readouterr().err
    assert typed("store", "repair", "--accept-log", "--reason=begun anew", store=place) == 0
    assert typed("status", store=place) == 1
    assert "nothing is recorded here yet" in capsys.readouterr().err


@pytest.mark.parametrize("spooled", [True, False])
def test_a_store_that_went_back_does_not_hide_what_is_spooled_for_it(place, tmp_path, capsys, spooled):
    assert typed("status", store=place) == 0
    if spooled:
        project(Path(DiskSpoolPlace(state_home(os.environ), str(place)).address))
    max((place / "states").glob("*/log/*")).rename(tmp_path / "kept")
    capsys.readouterr()
    assert typed("status", store=place) == 1
    shown = capsys.readouterr().err
    assert "went back" in shown
    assert ("still waits on this machine" in shown) is spooled


def test_what_did_not_go_back_is_not_accepted(place, capsys):
    assert typed("status", store=place) == 0
    assert typed("store", "repair", "--accept-log", "--reason=x", store=place) == 0
    assert "did not go back: nothing to accept" in capsys.readouterr().out
