"""The local store on failing disks: whole files or none, durable on return, and the next try succeeds."""

import contextlib
import errno
import os
import shutil
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Literal

import pytest

from guardian.adapters.store.local import LocalStore
from guardian.errors import BlobMissingError, StoreCorruptError, StoreUnreachableError
from tests.fakes.blobs import Killed
from tests.fakes.files import Disk, FaultyFiles
from tests.support.wants import lacking

BODIES = {"config.json": b"{}", "log/a/00000001": b"0123456789" * 3, "objects/ab/abcd": b"body"}
How = Literal["before", "after"]


def play(store: LocalStore) -> None:
    """Write what a first run writes; an equal body twice, as content-addressed objects are."""
    for key, body in BODIES.items():
        assert store.put_if_absent(key, body)
    assert store.put_if_absent("objects/ab/abcd", BODIES["objects/ab/abcd"])


def length_of_play(directory: Path) -> int:
    files = FaultyFiles(Disk(), write_bytes=16)
    play(LocalStore(directory / "counted", files=files))
    return len(files.calls)


def assert_whole(root: Path) -> None:
    seen = LocalStore(root)
    for key in seen.list(""):
        assert seen.get(key) == BODIES[key]


def assert_durable(disk: Disk, root: Path) -> None:
    for key in BODIES:
        assert disk.lost(root / key) == []


def failing(code: int) -> Callable[[], OSError]:
    return lambda: OSError(code, os.strerror(code))


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EIO], ids=["full", "broken"])
@pytest.mark.parametrize("how", ["before", "after"])
def test_whichever_call_fails_nothing_is_half_there_and_the_next_try_succeeds(tmp_path, code, how: How):
    unnoticed = 0
    for number in range(1, length_of_play(tmp_path) + 1):
        root, disk = tmp_path / str(number), Disk()
        store = LocalStore(
            root, files=FaultyFiles(disk, fail_at=number, how=how, error=failing(code), write_bytes=16)
        )
        with contextlib.suppress(StoreUnreachableError):
            play(store)
            unnoticed += 1
        assert_whole(root)
        play(store)
        assert_whole(root)
        assert_durable(disk, root)
    # Only what does not matter may fail unnoticed: each body's unlink in tmp/, and the .gitignore's.
    assert unnoticed == len(BODIES) + 1


@pytest.mark.parametrize("how", ["before", "after"])
def test_wherever_the_process_dies_the_next_one_goes_on(tmp_path, how: How):
    number = 0
    for number in range(1, length_of_play(tmp_path) + 1):
        root, disk = tmp_path / str(number), Disk()
        with pytest.raises(Killed):
            play(
                LocalStore(
                    root, files=FaultyFiles(disk, fail_at=number, how=how, error=Killed, write_bytes=16)
                )
            )
        assert_whole(root)
        play(LocalStore(root, files=FaultyFiles(disk)))
        assert_whole(root)
        assert sorted(LocalStore(root).list("")) == sorted(BODIES)
        assert_durable(disk, root)
    assert number > 50


def test_the_parents_of_the_directory_are_made_durable_too(tmp_path):
    root, disk = tmp_path / "a" / "b" / "store", Disk()
    play(LocalStore(root, files=FaultyFiles(disk)))
    assert_durable(disk, root)


def test_a_closed_directory_above_the_store_does_not_matter(tmp_path):
    class Closed(FaultyFiles):
        def open(self, path: Path, flags: int) -> int:
            if path == tmp_path:
                raise OSError(errno.EACCES, os.strerror(errno.EACCES))
            return super().open(path, flags)

    play(LocalStore(tmp_path / "store", files=Closed(Disk())))
    assert_whole(tmp_path / "store")


def test_what_a_write_returns_for_is_on_the_disk_even_when_another_made_it(tmp_path):
    root, disk = tmp_path / "store", Disk()
    first = LocalStore(root, files=FaultyFiles(disk, skip_fsync_of="directories"))
    play(first)
    assert disk.lost(root / "log/a/00000001") != []
    play(LocalStore(root, files=FaultyFiles(disk)))
    assert [each for key in BODIES for each in disk.lost(root / key) if each != root] == []


@pytest.mark.parametrize("skipped", ["files", "directories"])
def test_the_model_of_the_disk_catches_a_store_that_does_not_synchronise(tmp_path, skipped):
    root, disk = tmp_path / "store", Disk()
    play(LocalStore(root, files=FaultyFiles(disk, skip_fsync_of=skipped)))
    with pytest.raises(AssertionError):
        assert_durable(disk, root)


def test_a_body_is_on_the_disk_before_it_has_a_name(tmp_path):
    files = FaultyFiles(Disk())
    store = LocalStore(tmp_path, files=files)
    store.put_if_absent("log/1", b"first")
    del files.calls[:]
    assert store.put_if_absent("log/2", b"second")
    written = files.calls[files.calls.index("write") :]
    assert written == ["write", "fsync", "close", "link", "unlink", "open", "fsync directory", "close"]


def test_a_disk_that_takes_nothing_is_full(tmp_path):
    class Full(FaultyFiles):
        def write(self, descriptor: int, part: memoryview) -> int:
            return 0

    with pytest.raises(StoreUnreachableError, match="No space left") as caught:
        LocalStore(tmp_path, files=Full(Disk())).put_if_absent("log/1", b"x")
    assert "free some space" in caught.value.hint


@pytest.mark.parametrize("code", [errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS])
def test_a_file_system_without_hard_links_is_refused_at_the_first_write(tmp_path, code):
    class NoLinks(FaultyFiles):
        def link(self, source: Path, target: Path) -> None:
            raise OSError(code, os.strerror(code))

    store = LocalStore(tmp_path / "store", files=NoLinks(Disk()))
    with pytest.raises(StoreUnreachableError, match="has no hard links") as caught:
        store.put_if_absent("log/1", b"x")
    assert "GUARDIAN_STORE" in caught.value.hint
    assert list(store.list("")) == []
    assert list((tmp_path / "store" / "tmp").iterdir()) == []


def test_a_file_system_that_cannot_synchronise_directories_is_used(tmp_path):
    class NoDirectorySync(FaultyFiles):
        def fsync(self, descriptor: int) -> None:
            if stat.S_ISDIR(os.fstat(descriptor).st_mode):
                raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))
            super().fsync(descriptor)

    play(LocalStore(tmp_path, files=NoDirectorySync(Disk())))
    assert_whole(tmp_path)


@pytest.mark.parametrize(
    ("code", "hint"),
    [
        (errno.EROFS, "read-only"),
        (errno.EACCES, "permission"),
        (errno.EDQUOT, "quota"),
        (errno.EMFILE, "ulimit"),
        (errno.ETXTBSY, "check the directory"),
    ],
)
def test_each_refusal_says_what_to_do(tmp_path, code, hint):
    class Refusing(FaultyFiles):
        def mkdir(self, path: Path) -> None:
            raise OSError(code, os.strerror(code))

    store = LocalStore(tmp_path / "store", files=Refusing(Disk()))
    with pytest.raises(StoreUnreachableError, match=os.strerror(code)) as caught:
        store.put_if_absent("log/1", b"x")
    assert hint in caught.value.hint
    assert str(tmp_path) in caught.value.message


def test_a_failed_read_is_not_a_missing_key(tmp_path):
    LocalStore(tmp_path).put_if_absent("log/1", b"x")
    for number in (1, 2):
        broken = LocalStore(tmp_path, files=FaultyFiles(Disk(), fail_at=number, error=failing(errno.EIO)))
        with pytest.raises(StoreUnreachableError, match="Input/output error"):
            broken.get("log/1")


def test_everything_is_private_whatever_the_umask(tmp_path):
    before = os.umask(0)
    try:
        play(LocalStore(tmp_path / "a" / "store"))
    finally:
        os.umask(before)
    modes = {stat.S_IMODE(path.lstat().st_mode) for path in tmp_path.rglob("*") if path.is_dir()}
    assert modes == {0o700}
    assert {stat.S_IMODE(path.lstat().st_mode) for path in tmp_path.rglob("*") if path.is_file()} == {0o600}
    assert (tmp_path / "a" / "store" / ".gitignore").read_text() == "*\n"


def test_reading_makes_nothing(tmp_path):
    store = LocalStore(tmp_path / "store")
    assert list(store.list("")) == []
    assert not store.exists("log/1")
    with pytest.raises(BlobMissingError):
        store.get("log/1")
    assert list(tmp_path.iterdir()) == []


def test_unfinished_files_are_no_blobs_and_go_after_a_day(tmp_path):
    play(LocalStore(tmp_path))
    young, old = tmp_path / "tmp" / "young", tmp_path / "tmp" / "old"
    for path in (young, old):
        path.write_bytes(b"half a bo")
    yesterday = time.time() - 90_000
    os.utime(old, (yesterday, yesterday))
    store = LocalStore(tmp_path)
    assert sorted(store.list("")) == sorted(BODIES)
    assert store.put_if_absent("log/2", b"")
    assert (young.exists(), old.exists()) == (True, False)


def test_a_body_that_a_wrong_clock_sweeps_away_is_written_again(tmp_path):
    """The clock of the other guardian is ahead by a day, or by ten years."""

    class Swept(FaultyFiles):
        swept = 0

        def link(self, source: Path, target: Path) -> None:
            if not self.swept:
                self.swept += 1
                os.utime(source, (0, 0))
                assert LocalStore(tmp_path).put_if_absent("log/2", b"another's")
                assert not source.exists()
            super().link(source, target)

    store = LocalStore(tmp_path)
    assert store.put_if_absent("log/0", b"first")
    files = Swept(Disk())
    assert LocalStore(tmp_path, files=files).put_if_absent("log/1", b"whole")
    assert files.swept
    assert store.get("log/1") == b"whole"
    assert list(store.list("")) == ["log/0", "log/1", "log/2"]
    assert list((tmp_path / "tmp").iterdir()) == []


def test_a_store_that_is_taken_away_is_not_written_for_ever(tmp_path):
    class Gone(FaultyFiles):
        def link(self, source: Path, target: Path) -> None:
            shutil.rmtree(tmp_path / "store")
            super().link(source, target)

    LocalStore(tmp_path / "store").put_if_absent("log/0", b"first")
    with pytest.raises(StoreUnreachableError, match="No such file"):
        LocalStore(tmp_path / "store", files=Gone(Disk())).put_if_absent("log/1", b"x")


def test_a_directory_that_takes_no_names_is_not_a_file_system_without_links(tmp_path):
    store = LocalStore(tmp_path)
    assert store.put_if_absent("log/1", b"first")
    log = str(tmp_path / "log")
    if subprocess.run(["chattr", "+i", log], capture_output=True, check=False).returncode:
        lacking("chattr", "only an immutable directory is closed to root too")
    try:
        with pytest.raises(StoreUnreachableError, match="Operation not permitted") as caught:
            store.put_if_absent("log/2", b"x")
    finally:
        subprocess.run(["chattr", "-i", log], check=True)
    assert "permission" in caught.value.hint
    assert "hard links" not in caught.value.message


def test_a_file_where_a_directory_should_be(tmp_path):
    (tmp_path / "store").write_text("a note")
    store = LocalStore(tmp_path / "store")
    calls: list[Callable[[], object]] = [
        lambda: store.put_if_absent("log/1", b""),
        lambda: store.get("log/1"),
        lambda: store.exists("log/1"),
        lambda: list(store.list("")),
    ]
    for call in calls:
        with pytest.raises(StoreUnreachableError, match="Not a directory"):
            call()
    assert (tmp_path / "store").read_text() == "a note"


def test_what_guardian_did_not_make_is_no_blob(tmp_path):
    store = LocalStore(tmp_path)
    assert store.put_if_absent("log/1", b"x")
    os.mkfifo(tmp_path / "log" / "2")
    (tmp_path / "log" / "3").symlink_to("1")
    (tmp_path / "log" / "4").mkdir()
    for name in ("log/README.md", "lost+found/1", ".git/x", "tmp/y", "DIR/z"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("")
    assert list(store.list("")) == ["log/1"]
    assert not store.exists("log/3")
    for key in ("log/2", "log/4"):
        with pytest.raises(StoreCorruptError, match="not a regular file"):
            store.get(key)
    with pytest.raises(StoreUnreachableError, match="symbolic link"):
        store.put_if_absent("log/3", b"x")


def test_the_directory_may_be_a_link(tmp_path):
    (tmp_path / "disk").mkdir()
    (tmp_path / "store").symlink_to("disk")
    play(LocalStore(tmp_path / "store"))
    assert_whole(tmp_path / "disk")


WRITER = """
import sys
from pathlib import Path
from guardian.adapters.store.local import LocalStore

store = LocalStore(Path(sys.argv[1]))
print("go", flush=True)
for number in range(1_000_000):
    store.put_if_absent(f"log/{number:08}", b"%08d" % number * 40_000)
"""


def test_a_killed_writer_leaves_whole_bodies_without_gaps(tmp_path):
    store = LocalStore(tmp_path / "store")
    for pause_s in (0.02, 0.11, 0.23):
        with subprocess.Popen(
            [sys.executable, "-c", WRITER, str(tmp_path / "store")], stdout=subprocess.PIPE
        ) as writer:
            assert writer.stdout is not None
            assert writer.stdout.readline() == b"go\n"
            time.sleep(pause_s)
            writer.send_signal(signal.SIGKILL)
        keys = list(store.list("log/"))
        assert keys == [f"log/{number:08}" for number in range(len(keys))]
        for key in keys:
            assert store.get(key) == key.removeprefix("log/").encode() * 40_000
    assert keys


def test_a_directory_that_held_something_and_is_not_there_does_not_answer(tmp_path):
    place = tmp_path / "mount" / "store"
    for use in (
        lambda store: store.get("config.json"),
        lambda store: store.exists("config.json"),
        lambda store: list(store.list("")),
        lambda store: store.delete("config.json"),
        lambda store: store.put_if_absent("config.json", b"{}"),
    ):
        with pytest.raises(StoreUnreachableError, match=r"is it mounted\?.*saw in it: net, web"):
            use(LocalStore(place, seen=("net", "web")))
        assert not place.parent.exists()
    place.mkdir(parents=True)
    assert list(LocalStore(place, seen=("net",)).list("")) == []
    play(LocalStore(place, seen=("net",)))
    assert_whole(place)
