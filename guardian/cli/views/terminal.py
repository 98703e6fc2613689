"""The encoder of the terminal: what others named or wrote is made visible before it is shown.

A resource's key, a provider's error or a file's name may hold escape sequences that repaint the screen, or
bidirectional controls that make one address look like another. Nothing reaches a terminal but through here.
Where the terminal is a CI job's log, a line may be a command to the runner: that is taken from it too.
"""

import re

# Terraform colours its own rendering with these and nothing else.
_COLOUR = re.compile(r"(\x1b\[[0-9;]*m)")
# GitHub takes `::name::` at the start of a line, blanks aside, and `##[` anywhere, Azure DevOps `##vso[`.
# Source: `ActionCommand.cs` of actions/runner, `Command.cs` of microsoft/azure-pipelines-agent.
_RUNNERS = re.compile(r"^(\s*):(?=:)|#(?=#(?:vso)?\[)", re.IGNORECASE)
_NUMBERED = re.compile(r"([^0-9]*)([0-9]{0,18})")
SHOWN_LINES = 20
SHOWN_CHARACTERS = 2000


def visible(text: str) -> str:
    r"""Return `text` on one line, what cannot be seen written as an escape (`\x1b`, `\u202e`)."""
    if not text.isprintable():
        text = "".join(each if each.isprintable() else _escape(each) for each in text)
    if "::" in text or "##" in text:
        text = _RUNNERS.sub(lambda found: f"{found[1]}\\x3a" if found[1] is not None else "\\x23", text)
    return text


def visible_lines(text: str) -> str:
    """Return `text` with its line ends and tabs kept, everything else as `visible` does."""
    lines = text.replace("\r\n", "\n").split("\n")
    return "\n".join("\t".join(visible(part) for part in line.split("\t")) for line in lines)


def shortened(text: str, *, rest: str) -> str:
    """Return the end of a text that would fill more than a screen, with a line on how much is left out.

    Args:
        text: What Terraform, a provider or a provisioner wrote, with its line ends; made visible already.
        rest: What shows all of it, for instance `guardian run show RUN --json`.
    """
    kept = "\n".join(text.split("\n")[-SHOWN_LINES:])[-SHOWN_CHARACTERS:]
    if len(kept) == len(text):
        return text
    return f"[{len(text) - len(kept)} characters left out; {rest} has them]\n{kept}"


def by_address(address: str) -> tuple[tuple[str, int], ...]:
    """Return what to sort addresses by: as people read them, `p[2]` before `p[10]`."""
    # Each part is the text before a number, and that number.
    return tuple((text, int(number or 0)) for text, number in _NUMBERED.findall(address))


def rendered(text: str, *, color: bool) -> str:
    """Return Terraform's own rendering of a plan, with its colours or without, and no other sequence."""
    if not color:
        # Taken away first: what stood on both sides of a colour must not add up to something else.
        return visible_lines(_COLOUR.sub("", text))
    parts = _COLOUR.split(text)
    return "".join(part if index % 2 else visible_lines(part) for index, part in enumerate(parts))


class Paint:
    """Colours, or nothing where they are off. Takes text that was made visible already."""

    def __init__(self, *, on: bool) -> None:
        self.on = on

    def bold(self, text: str) -> str:
        """Emphasise."""
        return self._wrap("1", text)

    def dim(self, text: str) -> str:
        """Put into the background."""
        return self._wrap("2", text)

    def red(self, text: str) -> str:
        """Mark what failed or is destroyed."""
        return self._wrap("31", text)

    def green(self, text: str) -> str:
        """Mark what is done or created."""
        return self._wrap("32", text)

    def yellow(self, text: str) -> str:
        """Mark what wants attention or is changed."""
        return self._wrap("33", text)

    def _wrap(self, code: str, text: str) -> str:
        return f"\x1b[{code}m{text}\x1b[0m" if self.on and text else text


PLAIN = Paint(on=False)


def _escape(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")
