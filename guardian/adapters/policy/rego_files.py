"""Finds and reads the Rego files of a policy."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from guardian.errors import PolicyError

MAX_BYTES = 1024 * 1024
PACKAGE = "guardian"
_PACKAGE = re.compile(r"^[ \t]*package[ \t]+([A-Za-z_][\w.]*)", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Module:
    """One file; `package` is its dotted name."""

    path: str
    source: str
    package: str

    @property
    def judges(self) -> bool:
        """Whether its `deny` and `warn` are asked; those of another package are for it to import."""
        return self.package == PACKAGE or self.package.startswith(f"{PACKAGE}.")


def read_modules(places: tuple[Path, ...]) -> tuple[Module, ...]:
    """Read files, and the `*.rego` files of directories with all below them; tests (`*_test.rego`) are not.

    Raises:
        PolicyError: One of them is not there or cannot be read, a directory holds none, or none would judge.
    """
    modules = tuple(map(_module, dict.fromkeys(path for each in places for path in _files(each))))
    if not any(each.judges for each in modules):
        raise PolicyError(
            f"no file of {', '.join(map(str, places))} is of `package {PACKAGE}`: nothing would be judged",
            hint=f"begin the file with `package {PACKAGE}`, or `package {PACKAGE}.<name>`",
        )
    return modules


def _files(place: Path) -> Iterator[Path]:
    if not place.is_dir():
        yield place
        return
    found = [each for each in sorted(place.rglob("*.rego")) if not each.name.endswith("_test.rego")]
    if not found:
        raise PolicyError(f"{place} holds no *.rego file", hint="correct `policy.rego`, or leave it out")
    yield from found


def _module(path: Path) -> Module:
    if path.exists() and not path.is_file():
        raise PolicyError(f"{path} is not a regular file")
    try:
        with path.open("rb") as file:
            body = file.read(MAX_BYTES + 1)
        source = body.decode("utf-8-sig")
    except OSError as error:
        raise PolicyError(
            f"{path} cannot be read: {error.strerror}", hint="correct `policy.rego`, or leave it out"
        ) from error
    except UnicodeDecodeError as error:
        raise PolicyError(f"{path} is not UTF-8 text (byte {error.start})") from error
    if len(body) > MAX_BYTES:
        raise PolicyError(f"{path} is larger than {MAX_BYTES} bytes: that is no policy")
    found = _PACKAGE.search(source)
    if found is None:
        raise PolicyError(f"{path} has no `package` line", hint=f"begin it with `package {PACKAGE}`")
    return Module(path=str(path), source=source, package=found[1])
