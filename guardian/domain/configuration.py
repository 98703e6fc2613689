"""A configuration as a list of files that can be laid out again on another machine."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any


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
        reason: One of `symlink`, `special`, `submodule`, `too_large`, `outside`, `unreadable`,
            `unresolved`.
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a resource is declared: a file, relative to the root module, and its line, from 1."""

    file: str
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfigurationFacts:
    """What a configuration says about its own resources, spelled without instance keys: `module.app.aws_x.y`.

    Attributes:
        prevent_destroy: Resources whose lifecycle block says so literally (true).
        destroy_provisioners: Resources with a provisioner `when = destroy`.
        ignore_changes: Dotted attribute paths by resource, `all` among them for every one.
        moved: By where a `moved` block leads where it begins, addresses as they are written.
        unreadable: Paths, from the root module, of what could not be read or parsed: its resources are
            unknown. A file in which none of the words stands is not parsed at all.
    """

    prevent_destroy: frozenset[str] = frozenset()
    destroy_provisioners: frozenset[str] = frozenset()
    ignore_changes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    moved: Mapping[str, str] = field(default_factory=dict)
    unreadable: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CarriedProviders:
    """What one configuration lent another, so that all that its state knows can be planned.

    Attributes:
        providers: Spelled as the receiving root module names them (`aws.west`, `random`), sorted, unique.
        variables: Variables that came along with them and want a value, sorted.
        shared: Variables that the carried blocks refer to and that the receiving root module declares by
            itself, sorted: its own value of them is used, which may be another than the lender's.
        locked: Those of `providers` of which only the locked version came along, no block.
    """

    providers: tuple[str, ...] = ()
    variables: tuple[str, ...] = ()
    shared: tuple[str, ...] = ()
    locked: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CommitFiles:
    """The files of one commit that were laid out.

    Attributes:
        commit: Its full name.
        root: POSIX path of the root module below the top (`.` when it is the top).
        left_out: What the commit has and the copy has not, sorted by path.
        local: Names of files that came from the checkout, because git does not follow them there.
    """

    commit: str
    root: str
    left_out: tuple[LeftOut, ...] = ()
    local: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Override:
    """One resource of the private copy: pinned arguments, lifted protection, taken as it is found.

    Attributes:
        address: Of an instance.
        arguments: Values by argument; each replaces the configuration's own. May be secret.
        allow_destroy: Whether `prevent_destroy` is lifted, for the resource with all its instances.
        as_found: Whether nothing of it is changed (`ignore_changes = all`), with all its instances.
    """

    address: str
    arguments: Mapping[str, Any] = field(default_factory=dict)
    allow_destroy: bool = False
    as_found: bool = False
