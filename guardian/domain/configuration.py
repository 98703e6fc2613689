"""A configuration as a list of files that can be laid out again on another machine."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfigurationFile:
    """One file of a captured configuration.

    Attributes:
        path: POSIX path below the common base directory; never absolute, never with `..`.
        executable: Whether its owner may execute it.
        size_bytes: Length.
        read: Returns the content; may raise OSError.
    """

    path: str
    executable: bool
    size_bytes: int
    read: Callable[[], bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """Something that was not captured.

    Attributes:
        path: As found: below the base, or absolute when it lies outside.
        reason: One of `symlink`, `special`, `too_large`, `outside`, `unreadable`, `unresolved`.
        detail: For a person, for instance the size and the limit, or the expression and its line.
    """

    path: str
    reason: str
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CapturedConfiguration:
    """All that a plan of this root module reads, apart from providers.

    Attributes:
        root: POSIX path of the root module below the base (`.` when it is the base).
        files: Sorted by path, unique. Fetched modules lie below `<root>/.terraform/modules`.
        left_out: What a restore will not have, sorted by path.
        var_files: Paths below the base of the variable files given by option, in order of the options.
        lock_file: Whether `.terraform.lock.hcl` is among the files.
        providers: Locked provider versions by source address, as the lock file has them.
    """

    root: str
    files: tuple[ConfigurationFile, ...]
    left_out: tuple[LeftOut, ...]
    var_files: tuple[str, ...]
    lock_file: bool
    providers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class CaptureLimits:
    """Bounds of a capture: a file over its limit is left out and listed, over the totals is an error."""

    max_file_bytes: int = 16 * 1024 * 1024
    max_files: int = 20_000
    max_total_bytes: int = 1024 * 1024 * 1024
    include: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class GitPosition:
    """Where the checkout stood; `branch` is empty on a detached head."""

    commit: str
    branch: str
    dirty: bool
