"""Keeping what the user typed: a suggested command repeats the flags that say where it works."""

import re
import shlex
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from typing import Any

# `guardian -chdir=DIR COMMAND`: the flag before the command, which the command's own options do not have.
chdir_before_command: ContextVar[str | None] = ContextVar("chdir_before_command", default=None)

_FLAGS = {"chdir": "-chdir", "project": "--project", "store": "--store", "engine": "--engine"}
_COMMAND = re.compile(
    r"\bguardian (?:snapshot (?:create|list|show|diff|verify|export|prune)|run (?:list|show|receipt|resume)"
    r"|store (?:check|repair)"
    r"|init|doctor|destroy-plan|drift|plan|review|apply|approve|restore|status|hold|release|unlock|flush|prune)\b"
)
_IN_THE_GLASS = {"guardian apply", "guardian restore"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """The flags of one command line that the next one needs too, ready to be pasted into a shell.

    Attributes:
        flags: Those that say where it works.
        glass: Those that let it work without its store, where it does.
    """

    flags: str = ""
    glass: str = ""

    @classmethod
    def of(cls, given: Any) -> "Typed":
        """Take them from a command's options; a command without such an option has none of it."""
        found = {name: getattr(given, name, None) for name in _FLAGS}
        before = chdir_before_command.get()
        if before is not None:
            found["chdir"] = str(Path(before, found["chdir"] or ""))
        words = [f"{_FLAGS[name]}={value}" for name, value in found.items() if value is not None]
        broken = [f"--reason={given.reason}"] if getattr(given, "break_glass", False) else []
        return cls(flags=shlex.join(words), glass=shlex.join(["--break-glass", *broken]) if broken else "")

    def again(self, words: str) -> str:
        """Return `words` with the flags put into every command of guardian's that they name."""
        return _COMMAND.sub(lambda found: self._with_flags(found[0]), words)

    def _with_flags(self, command: str) -> str:
        # A run on a spool goes on there; every other command works with the store, or tells of it.
        glass = self.glass if command in _IN_THE_GLASS else ""
        return " ".join(filter(None, [command, self.flags, glass]))
