"""The file system calls of the local store, and what their failures mean to a person."""

import errno
import os
from pathlib import Path

from guardian.errors import StoreUnreachableError

_HINTS = {
    errno.ENOSPC: "free some space on that file system, then run the command again",
    errno.EDQUOT: "your disk quota is used up: free some space, then run the command again",
    errno.EROFS: "the file system is read-only: choose another directory with GUARDIAN_STORE or `store:`",
    errno.EACCES: "give your user read and write permission there, or choose another store",
    errno.EPERM: "give your user read and write permission there, or choose another store",
    errno.ENOTDIR: "a file stands where a directory should be: choose another directory for the store",
    errno.EISDIR: "a directory stands where a file should be: choose another directory for the store",
    errno.ELOOP: "a symbolic link stands where a file or directory should be: remove the link",
    errno.EIO: "the disk reports an error: look at the kernel's log, and do not trust this disk",
    errno.ESTALE: "the network file system lost the file: run the command again",
    errno.EMFILE: "too many open files: raise `ulimit -n`",
    errno.ENAMETOOLONG: "choose a store directory with a shorter path",
}
_HINT = "check the directory and its file system, then run the command again"


class FileCalls:
    """The calls that make a write durable or a read whole, as one object that a test can count or fail."""

    def mkdir(self, path: Path) -> None:
        """Make one directory for its owner alone."""
        path.mkdir(mode=0o700)

    def open(self, path: Path, flags: int) -> int:
        """Open a file or directory; a new file is for its owner alone."""
        return os.open(path, flags | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)

    def read(self, descriptor: int, size_bytes: int) -> bytes:
        """Read at most `size_bytes`; empty at the end."""
        return os.read(descriptor, size_bytes)

    def write(self, descriptor: int, part: memoryview) -> int:
        """Write some of `part` and return how many bytes."""
        return os.write(descriptor, part)

    def fsync(self, descriptor: int) -> None:
        """Wait until the file or directory is on the disk."""
        os.fsync(descriptor)

    def close(self, descriptor: int) -> None:
        """Close; on network file systems this is where a failed write shows."""
        os.close(descriptor)

    def link(self, source: Path, target: Path) -> None:
        """Give the file a second name unless that name exists, in one step."""
        os.link(source, target, follow_symlinks=False)

    def unlink(self, path: Path) -> None:
        """Remove one name."""
        path.unlink()


def unreachable(error: OSError, path: Path) -> StoreUnreachableError:
    """Say which path failed, why, and what to do."""
    reason = error.strerror or str(error)
    return StoreUnreachableError(
        f"the store cannot be used at {path}: {reason}", hint=_HINTS.get(error.errno or 0, _HINT)
    )
