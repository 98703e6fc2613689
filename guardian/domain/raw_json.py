"""JSON whose numbers stay as they are spelled, written as Terraform writes a state.

A state holds numbers that no float can, and `1.0` is not the text `1`. Python's encoder cannot be told how to
spell a number, so that this module has one of its own.
"""

import json
from typing import Any, Never

# Go's encoder keeps these out of its texts, for the sake of HTML and JavaScript.
# Source: https://pkg.go.dev/encoding/json#Marshal
_ESCAPED = str.maketrans({each: f"\\u{ord(each):04x}" for each in "<>&\u2028\u2029"})
_quote = json.JSONEncoder(ensure_ascii=False).encode
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
    parts: list[str] = []
    _put(parts, document, "\n")
    text = "".join(parts).translate(_ESCAPED)
    # Half of a surrogate pair has no bytes; its escape, which is how it was read, is JSON.
    return text.encode("utf-8", "backslashreplace") + b"\n"


def _refuse(constant: str) -> Never:
    raise ValueError(f"{constant} is not JSON")


def _put(out: list[str], value: Any, newline: str) -> None:
    match value:
        case Spelled():
            out.append(value)
        case str():
            out.append(_quote(value))
        case None | True | False:
            out.append(_CONSTANTS[value])
        case dict() if value:
            inner = newline + "  "
            before = "{" + inner
            for name, each in value.items():
                out.append(f"{before}{_quote(name)}: ")
                _put(out, each, inner)
                before = "," + inner
            out.append(newline + "}")
        case list() if value:
            inner = newline + "  "
            before = "[" + inner
            for each in value:
                out.append(before)
                _put(out, each, inner)
                before = "," + inner
            out.append(newline + "]")
        case _:
            out.append("{}" if isinstance(value, dict) else "[]")
