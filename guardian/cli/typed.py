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
    r"\bguardian (?:snapshot (?:create|list|show|diff|verify|export)|run (?:list|show|receipt)"
    r"|init|doctor|destroy-plan|plan|apply|restore|status|hold|release|unlock|flush)\b"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """The flags of one command line that the next one needs too, ready to be pasted into a shell."""

    flags: str = ""

    @classmethod
    def of(cls, given: Any) -> "Typed":
        """Take them from a command's options; a command without such an option has none of it."""
        found = {name: getattr(given, name, None) for name in _FLAGS}
        before = chdir_before_command.get()
        if before is not None:
            found["chdir"] = str(Path(before, found["chdir"] or ""))
        words = [f"{_FLAGS[name]}={value}" for name, value in found.items() if value is not None]
        return cls(flags=shlex.join(words))

    def again(self, words: str) -> str:
        """Return `words` with the flags put into every command of guardian's that they name."""
        if not self.flags:
            return words
        return _COMMAND.sub(lambda found: f"{found[0]} {self.flags}", words)
