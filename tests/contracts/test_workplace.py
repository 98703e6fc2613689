"""What a Workplace owes: private directories, and nothing of a killed owner that stays for ever."""

import os
import stat
import time
from pathlib import Path

import pytest

from guardian.adapters.workplace import BEING_MADE_S, DiskWorkplace
from guardian.errors import UsageError


@pytest.fixture
def base(tmp_path: Path) -> Path:
    return tmp_path / "guardian"


def aged(path: Path) -> None:
    then = time.time() - BEING_MADE_S - 1
    os.utime(path, (then, then))


def test_a_passing_directory_is_private_and_goes(base: Path) -> None:
    workplace = DiskWorkplace(base)
    path = workplace.open_passing("one")
    assert stat.S_IMODE(path.stat().st_mode) == 0o700
    (path / "show.stdout").write_text("secret")
    workplace.close_passing("one")
    assert not path.exists()
    assert workplace.kept_runs() == ()


def test_what_a_killed_one_left_goes_with_a_later_one(base: Path) -> None:
    killed = DiskWorkplace(base)
    left = killed.open_passing("killed")
    (left / "show.stdout").write_text("secret")
    os.close(killed._held["killed"])  # as the kernel does when a process ends
    aged(left)
    DiskWorkplace(base).open_passing("later")
    assert not left.exists()


def test_what_a_living_one_works_in_stays(base: Path) -> None:
    living = DiskWorkplace(base)
    path = living.open_passing("living")
    aged(path)
    DiskWorkplace(base).open_passing("later")
    assert path.exists()


def test_what_is_just_being_made_stays(base: Path) -> None:
    new = base / "passing" / "new"
    new.mkdir(parents=True)
    DiskWorkplace(base).open_passing("later")
    assert new.exists()


def test_a_link_is_not_followed(base: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    aged(other)
    (base / "passing").mkdir(parents=True)
    (base / "passing" / "link").symlink_to(other)
    DiskWorkplace(base).open_passing("later")
    assert other.exists()


def test_where_nothing_can_be_written_it_says_so(tmp_path: Path) -> None:
    (tmp_path / "guardian").write_text("a file")
    with pytest.raises(UsageError, match="private directory"):
        DiskWorkplace(tmp_path / "guardian").open_passing("one")
