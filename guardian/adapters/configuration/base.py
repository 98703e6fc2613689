"""The files of a commit, out of git's object store: no checkout, no hook, no filter, nothing fetched."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from posixpath import dirname, join, normpath
from shlex import quote
from typing import IO

from guardian.adapters.configuration.git import environment
from guardian.adapters.configuration.layout import lay_out
from guardian.adapters.configuration.lockfile import FILE_NAME as LOCK_FILE
from guardian.adapters.configuration.names import is_own_path
from guardian.domain.configuration import CaptureLimits, CommitFiles, ConfigurationFile, LeftOut
from guardian.errors import ConfigurationError, NotFoundError

TIMEOUT_S = 120.0
_LINK, _SUBMODULE, _EXECUTABLE = "120000", "160000", "100755"
# Git often does not follow these: they hold secrets, or a team chose so. A plan reads them all the same.
_LOCAL = ("terraform.tfvars", "terraform.tfvars.json", "*.auto.tfvars", "*.auto.tfvars.json", LOCK_FILE)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Entry:
    path: str
    mode: str
    object_id: str
    size_bytes: int


def lay_out_commit(root: Path, ref: str, into: Path, *, limits: CaptureLimits) -> CommitFiles:
    """Write the files of a commit below `into`; see `ConfigurationSource.lay_out_commit`."""
    git = _Git(root)
    commit = git.commit(ref)
    here = git.ask("rev-parse", "--show-prefix").decode().rstrip("\n")
    entries = list(_entries(git.ask("ls-tree", "-r", "-z", "-l", "--full-tree", commit)))
    left_out: list[LeftOut] = []
    with git.contents() as contents:
        chosen = list(_chosen(entries, contents, limits, left_out))
        _refuse_too_much(chosen, limits, ref)
        lay_out((contents.file(path, each) for path, each in chosen), into)
    taken = {path for path, _ in chosen}
    local = [each for each in git.untracked() if f"{here}{each}" not in taken]
    lay_out((_local_file(root / each, f"{here}{each}") for each in local), into)
    return CommitFiles(
        commit=commit,
        root=here.rstrip("/") or ".",
        left_out=tuple(sorted(left_out, key=lambda each: each.path)),
        local=tuple(local),
    )


class _Git:
    """Git in the checkout that holds a directory."""

    def __init__(self, root: Path) -> None:
        executable = shutil.which("git")
        if executable is None:
            raise ConfigurationError("git is not on PATH, and --base names a commit", hint="install git")
        self._command = [executable, "-C", str(root), "-c", "core.fsmonitor=false"]
        # A partial clone would ask its server for each object that it lacks, one by one.
        self._environment = environment() | {"GIT_NO_LAZY_FETCH": "1"}

    def ask(self, *arguments: str) -> bytes:
        """Return what one command prints.

        Raises:
            ConfigurationError: It failed, or took too long.
        """
        try:
            done = subprocess.run(
                [*self._command, *arguments],
                env=self._environment,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=TIMEOUT_S,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise ConfigurationError(f"git {arguments[0]} could not be run, or never ended") from error
        if done.returncode:
            said = done.stderr.decode(errors="replace").strip()
            raise ConfigurationError(f"git {arguments[0]} failed: {said}")
        return done.stdout

    def commit(self, ref: str) -> str:
        """Return the full name of a commit; of a branch that only the remote has, too.

        Raises:
            NotFoundError: This clone does not have it.
        """
        self.ask("rev-parse", "--git-dir")
        for each in (ref, f"origin/{ref}"):
            try:
                found = self.ask("rev-parse", "--verify", "--quiet", "--end-of-options", f"{each}^{{commit}}")
            except ConfigurationError:
                continue
            return found.decode().strip()
        is_shallow = self.ask("rev-parse", "--is-shallow-repository").strip() == b"true"
        kind = "this shallow clone has" if is_shallow else "this clone has"
        raise NotFoundError(
            f"{kind} no commit {ref!r}",
            hint=f"git fetch --depth=1 origin {quote(ref.removeprefix('origin/'))}    # then the same again",
        )

    def untracked(self) -> list[str]:
        """Return the variable files, and the lock file, that git does not follow in this directory."""
        listed = self.ask("ls-files", "--others", "-z", "--", *(f":(glob){each}" for each in _LOCAL))
        return [each for each in os.fsdecode(listed).split("\0") if each]

    @contextmanager
    def contents(self) -> Iterator["_Contents"]:
        """Start the process that gives contents, and end it."""
        process = subprocess.Popen(
            [*self._command, "cat-file", "--batch"],
            env=self._environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        with process:
            if process.stdin is None or process.stdout is None:
                raise ConfigurationError("git cat-file has no streams")
            yield _Contents(process.stdin, process.stdout)


class _Contents:
    """Content by object id, one after the other.

    Source: https://git-scm.com/docs/git-cat-file#_batch_output
    """

    def __init__(self, asked: IO[bytes], given: IO[bytes]) -> None:
        self._asked, self._given = asked, given

    def read(self, entry: _Entry) -> bytes:
        """Return the content of one file.

        Raises:
            ConfigurationError: This clone lacks the object.
        """
        self._asked.write(f"{entry.object_id}\n".encode())
        self._asked.flush()
        header = self._given.readline().split()
        if len(header) != 3 or header[1] != b"blob":  # noqa: PLR2004 - name, kind, length
            raise ConfigurationError(
                f"git has no content of {entry.path}: the clone is a partial one",
                hint="git fetch --refetch    # a whole clone, then the same command again",
            )
        return self._given.read(int(header[2]) + 1)[:-1]

    def file(self, path: str, entry: _Entry) -> ConfigurationFile:
        """Return a file that reads when it is written."""
        return ConfigurationFile(
            path=path,
            executable=entry.mode == _EXECUTABLE,
            size_bytes=entry.size_bytes,
            read=lambda: self.read(entry),
        )


def _entries(listed: bytes) -> Iterator[_Entry]:
    """Read `ls-tree -z -l`: mode, type, object, size, a tab and the path."""
    for line in os.fsdecode(listed).split("\0"):
        head, _, path = line.partition("\t")
        if path and not is_own_path(path):
            mode, _, object_id, size = head.split()
            yield _Entry(
                path=path, mode=mode, object_id=object_id, size_bytes=int(size) if size.isdigit() else 0
            )


def _chosen(
    entries: list[_Entry], contents: _Contents, limits: CaptureLimits, left_out: list[LeftOut]
) -> Iterator[tuple[str, _Entry]]:
    """Yield what is written, a link to a file of the commit as that file."""
    files = {
        each.path: each
        for each in entries
        if each.mode not in {_LINK, _SUBMODULE} and each.size_bytes <= limits.max_file_bytes
    }
    for each in entries:
        if each.mode == _SUBMODULE:
            left_out.append(LeftOut(path=each.path, reason="submodule"))
        elif each.size_bytes > limits.max_file_bytes:
            detail = f"{each.size_bytes} bytes of {limits.max_file_bytes}"
            left_out.append(LeftOut(path=each.path, reason="too_large", detail=detail))
        elif each.mode != _LINK:
            yield each.path, each
        else:
            target = normpath(join(dirname(each.path), os.fsdecode(contents.read(each))))
            if target in files:
                yield each.path, files[target]
            else:
                left_out.append(LeftOut(path=each.path, reason="symlink"))


def _refuse_too_much(chosen: list[tuple[str, _Entry]], limits: CaptureLimits, ref: str) -> None:
    total = sum(each.size_bytes for _, each in chosen)
    if len(chosen) > limits.max_files or total > limits.max_total_bytes:
        raise ConfigurationError(
            f"{ref} has {len(chosen)} files of {total} bytes, more than the limits of a capture "
            f"({limits.max_files} files, {limits.max_total_bytes} bytes)",
            hint="guardian review --rehearse    # without --base: the baseline snapshot is planned",
        )


def _local_file(path: Path, target: str) -> ConfigurationFile:
    return ConfigurationFile(path=target, executable=False, size_bytes=0, read=path.read_bytes)
