"""The port `HeadMemory`, for the memory on the disk and the fake; and what may stand in the disk's way."""

import json
import os
import stat
from dataclasses import replace
from pathlib import Path

import pytest

from guardian.adapters.memory import DiskHeads, state_home
from guardian.domain.remembered import Remembered
from guardian.domain.standing import Standing
from guardian.ports.memory import HeadMemory
from tests.fakes.memory import FakeHeadMemory
from tests.fakes.system import START
from tests.support.projects import NET

SEEN = Remembered(
    repository_id="r" * 32,
    state_id="s" * 32,
    number=7,
    digest="d" * 64,
    standing=Standing(baseline="b" * 64, baseline_since=START),
    descriptor=NET,
    seen_at=START,
)
STORE = "/srv/store"


@pytest.fixture(params=["disk", "fake"])
def memory(request: pytest.FixtureRequest, tmp_path: Path) -> HeadMemory:
    return DiskHeads(tmp_path / "home" / "guardian") if request.param == "disk" else FakeHeadMemory()


def the_file(base: Path) -> Path:
    (found,) = base.rglob("*.json")
    return found


def test_nothing_is_known_at_first(memory):
    assert memory.recall(STORE, "net") is None
    assert memory.known(STORE) == ()
    memory.forget(STORE, "net")


def test_what_was_remembered_last_is_recalled_whole(memory):
    memory.remember(STORE, "net", replace(SEEN, number=6))
    memory.remember(STORE, "net", SEEN)
    assert memory.recall(STORE, "net") == SEEN


def test_stores_and_projects_are_kept_apart(memory):
    other = replace(SEEN, number=1, descriptor=replace(NET, name="app"))
    memory.remember(STORE, "net", SEEN)
    memory.remember(STORE, "app", other)
    memory.remember("s3://bucket/b", "net", replace(SEEN, number=3))
    assert memory.known(STORE) == (other, SEEN)
    memory.forget(STORE, "net")
    assert memory.recall(STORE, "net") is None
    assert memory.known(STORE) == (other,)
    assert memory.recall("s3://bucket/b", "net") == replace(SEEN, number=3)


def test_names_of_any_shape_are_names(memory):
    for name in ("../../etc", "a/b", "ä\udcff", "", "x" * 1000):
        memory.remember(STORE, name, SEEN)
        assert memory.recall(STORE, name) == SEEN


def test_an_endpoint_tells_buckets_of_one_name_apart(tmp_path):
    one, two = DiskHeads(tmp_path, scope="http://one"), DiskHeads(tmp_path, scope="http://two")
    one.remember("s3://b/p", "net", SEEN)
    assert two.recall("s3://b/p", "net") is None
    one.remember(STORE, "net", SEEN)
    assert two.recall(STORE, "net") == SEEN


def test_only_its_owner_reads_it(tmp_path):
    DiskHeads(tmp_path / "new" / "guardian").remember(STORE, "net", SEEN)
    places = [each for each in (tmp_path / "new" / "guardian").rglob("*") if each.is_dir()]
    assert places
    assert {stat.S_IMODE(each.stat().st_mode) for each in places} == {0o700}
    assert stat.S_IMODE(the_file(tmp_path).stat().st_mode) == 0o600


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"format": 2, "store": "/srv/store", "project": "net"}',
        b'{"format": 1, "store": "/srv/store", "project": "net"}',
        b'{"format": 1, "store": "/srv/store", "project": "net", "remembered": []}',
        b'{"format": 1, "store": "/srv/store", "project": "net", "remembered": {"number": "7"}}',
    ],
)
def test_a_broken_memory_is_none(tmp_path, body):
    heads = DiskHeads(tmp_path)
    heads.remember(STORE, "net", SEEN)
    the_file(tmp_path).write_bytes(body)
    assert heads.recall(STORE, "net") is None
    assert heads.known(STORE) == ()
    heads.remember(STORE, "net", SEEN)
    assert heads.recall(STORE, "net") == SEEN


def test_every_cut_memory_is_none(tmp_path):
    heads = DiskHeads(tmp_path)
    heads.remember(STORE, "net", SEEN)
    whole = the_file(tmp_path).read_bytes()
    for length in range(len(whole.rstrip())):
        the_file(tmp_path).write_bytes(whole[:length])
        assert heads.recall(STORE, "net") is None, length


def test_the_memory_of_another_is_none(tmp_path):
    heads = DiskHeads(tmp_path)
    heads.remember(STORE, "net", SEEN)
    document = json.loads(the_file(tmp_path).read_bytes())
    the_file(tmp_path).write_text(json.dumps(document | {"project": "app"}))
    assert heads.recall(STORE, "net") is None


@pytest.mark.timeout(10)
def test_what_is_no_file_is_none_and_stops_nothing(tmp_path):
    heads = DiskHeads(tmp_path)
    heads.remember(STORE, "net", SEEN)
    path = the_file(tmp_path)
    path.unlink()
    os.mkfifo(path)
    assert heads.recall(STORE, "net") is None
    path.unlink()
    path.mkdir()
    assert heads.recall(STORE, "net") is None
    heads.remember(STORE, "net", SEEN)
    heads.forget(STORE, "net")


def test_a_home_that_cannot_be_written_is_told_once_and_stops_nothing(tmp_path):
    (tmp_path / "guardian").write_text("a file where the directory should be")
    told: list[str] = []
    heads = DiskHeads(tmp_path / "guardian", note=told.append)
    for _ in range(3):
        heads.remember(STORE, "net", SEEN)
    assert heads.recall(STORE, "net") is None
    assert heads.known(STORE) == ()
    heads.forget(STORE, "net")
    assert len(told) == 1
    assert "cannot be remembered" in told[0]


def test_an_unfinished_file_is_not_left_behind(tmp_path):
    heads = DiskHeads(tmp_path)
    heads.remember(STORE, "net", SEEN)
    path = the_file(tmp_path)
    path.unlink()
    path.mkdir()
    (path / "in the way").touch()
    heads.remember(STORE, "net", SEEN)
    assert [each.name for each in path.parent.iterdir()] == [path.name]


def test_the_state_home_is_the_users_own(monkeypatch):
    assert state_home({"XDG_STATE_HOME": "/x", "HOME": "/h"}) == Path("/x/guardian")
    assert state_home({"XDG_STATE_HOME": "relative", "HOME": "/h"}) == Path("/h/.local/state/guardian")
    monkeypatch.setenv("HOME", "/from/the/process")
    assert state_home({}) == Path("/from/the/process/.local/state/guardian")
