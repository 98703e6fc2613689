"""JSON whose numbers stay as they are spelled, written as Terraform writes a state.

A state holds numbers that no float can, and `1.0` is not the text `1`. Python's encoder cannot be told how to
spell a number, so that this module has one of its own.
"""

import json
from collections.abc import Iterator
from typing import Any, Never

# Go's encoder keeps these out of its texts, for the sake of HTML and JavaScript.
# Source: https://pkg.go.dev/encoding/json#Marshal
_ESCAPED = str.maketrans({each: f"\\u{ord(each):04x}" for each in "<>&\u2028\u2029"})
_CONSTANTS = {None: "null", True: "true", False: "false"}


class Spelled(str):
    """A number, by its spelling."""

    __slots__ = ()


def read(body: bytes) -> Any:
    """Return the document, each number as a `Spelled`.

    Raises:
        ValueError: It is not JSON.
    """
    return json.loads(body, parse_int=Spelled, parse_float=Spelled, parse_constant=_refuse)


def write(document: Any) -> bytes:
    """Return the text of what `read` returned, indented by 2, with a final newline."""
    text = "".join(_text(document, "\n")).translate(_ESCAPED)
    # Half of a surrogate pair has no bytes; its escape, which is how it was read, is JSON.
    return text.encode("utf-8", "backslashreplace") + b"\n"


def _refuse(constant: str) -> Never:
    raise ValueError(f"{constant} is not JSON")


def _text(value: Any, newline: str) -> Iterator[str]:
    match value:
        case Spelled():
            yield value
        case str():
            yield json.dumps(value, ensure_ascii=False)
        case None | True | False:
            yield _CONSTANTS[value]
        case dict() if value:
            inner = newline + "  "
            before = "{" + inner
            for name, each in value.items():
                yield before + json.dumps(name, ensure_ascii=False) + ": "
                yield from _text(each, inner)
                before = "," + inner
            yield newline + "}"
        case list() if value:
            inner = newline + "  "
            before = "[" + inner
            for each in value:
                yield before
                yield from _text(each, inner)
                before = "," + inner
            yield newline + "]"
        case _:
            yield "{}" if isinstance(value, dict) else "[]"
