"""Cutting a comment to the length that its host takes, between whole items and never within one.

Lengths are counted in bytes of UTF-8: whatever a host calls a character, there are never more of them.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

# For the sentence on what is left out of a section, and for that on all of them.
_ROOM_FOR_MORE = 100
_ROOM_FOR_NOTICE = 1500


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A part of a comment that may be shortened: its items go one by one from the end, then all of it.

    Attributes:
        rank: How soon it may go: the greatest first.
        noun: What its items are, in the plural, for the sentence on those that are left out.
        head, tail: What stands before and after the items, whatever is left out; the tail may be empty.
        items: Makes the items anew, each one line or more that must stay together.
        total: How many there are.
    """

    rank: int
    noun: str
    head: str
    items: Callable[[], Iterable[str]]
    total: int
    tail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fitted:
    """What is left of a section; `text` is empty where all of it is left out."""

    text: str
    left_out: str = ""


def whole(
    first: str, sections: Sequence[Section], last: str, *, most: int, notice: Callable[[str], str]
) -> str:
    """Put a comment together.

    Args:
        first: Its beginning, which always stays.
        sections: In the order in which they are shown.
        last: Its end, which always stays.
        most: How long it may be, in bytes.
        notice: Makes the sentence that it is cut, from the list of what is left out.
    """
    # Between two parts stands an empty line, after the last one a line end.
    room = most - _size(first) - _size(last) - 3
    fitted = _fitted(sections, room, spare=0)
    if any(each.left_out for each in fitted):
        fitted = _fitted(sections, room - _ROOM_FOR_NOTICE, spare=_ROOM_FOR_MORE)
        left_out = ", ".join(each.left_out for each in fitted if each.left_out)
        first = f"{first}\n\n{notice(left_out)}"
    return "\n\n".join([first, *(each.text for each in fitted if each.text), last]) + "\n"


def _fitted(sections: Sequence[Section], room: int, *, spare: int) -> list[Fitted]:
    found: dict[int, Fitted] = {}
    for index in sorted(range(len(sections)), key=lambda each: sections[each].rank):
        found[index] = _cut(sections[index], room - 2, spare)
        if found[index].text:
            room -= _size(found[index].text) + 2
    return [found[index] for index in range(len(sections))]


def _cut(section: Section, room: int, spare: int) -> Fitted:
    kept: list[str] = []
    used = _size(section.head) + (_size(section.tail) + 1 if section.tail else 0)
    for item in section.items():
        used += _size(item) + 1
        # The last item needs no sentence on what follows it.
        if used + (spare if len(kept) + 1 < section.total else 0) > room:
            break
        kept.append(item)
    missing = section.total - len(kept)
    left_out = f"{missing} of {section.total} {section.noun}" if missing else ""
    if not kept:
        return Fitted(text="", left_out=left_out)
    lines = [section.head, *kept, *([section.tail] if section.tail else [])]
    if missing:
        lines += ["", f"Truncated: {left_out} are left out here."]
    return Fitted(text="\n".join(lines), left_out=left_out)


def _size(text: str) -> int:
    return len(text.encode())
