"""A value without what must not be shown in it, however deep it stands."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from guardian.domain.freetext import is_flag_of_secret, without_secrets
from guardian.domain.redaction import MASK, tells, told_by_pair

_DOCUMENT = re.compile(r"^[ \t\r\ufeff]*+(?=[\[{])", re.MULTILINE)
_DECODER = json.JSONDecoder()

Text = Callable[[str, str], str]
"""Returns a text without its secrets; the second is the name that it stands under, or empty."""


def _plain(text: str, _: str) -> str:
    return without_secrets(text)


def scrubbed(value: Any, *, text: Text = _plain, only_text: bool = False, name: str = "") -> Any:
    """Return a value without what names, pairs and the texts in it give away, also within JSON in a text.

    Args:
        value: Any part of a resource's attributes.
        text: Looks into each text that is no JSON.
        only_text: Whether numbers under a name that tells are left, and the names of what is masked.
        name: What the value stands under.
    """
    if isinstance(value, str):
        return _text(value, text, only_text=only_text, name=name) if value and value != MASK else value
    if isinstance(value, dict):
        told = told_by_pair(value)
        return {
            key: _hidden(each, only_text=only_text)
            if key in told or tells(key, each)
            else scrubbed(each, text=text, only_text=only_text, name=key)
            for key, each in value.items()
        }
    if isinstance(value, list):
        return [
            MASK
            if isinstance(each, str) and isinstance(before, str) and is_flag_of_secret(before)
            else scrubbed(each, text=text, only_text=only_text, name=name)
            for before, each in zip(["", *value], value, strict=False)
        ]
    return value


def _hidden(value: Any, *, only_text: bool) -> Any:
    if not only_text:
        return MASK if value else value
    if isinstance(value, str):
        return MASK if value else value
    if isinstance(value, dict):
        return {name: _hidden(each, only_text=True) for name, each in value.items()}
    if isinstance(value, list):
        return [_hidden(each, only_text=True) for each in value]
    return value


def _text(value: str, text: Text, *, only_text: bool, name: str) -> str:
    if "{" not in value and "[" not in value:
        return text(value, name)
    try:
        parts = list(_parts(value))
        masked = [
            text(each, name)
            if document is None
            else _dumped(each, document, scrubbed(document, text=text, only_text=only_text, name=name))
            for each, document in parts
        ]
    except RecursionError:
        return MASK
    if len(parts) == 1:
        return masked[0]
    # A part that is masked as a whole may be the rest of what another begins.
    return MASK if MASK in masked else "".join(masked)


def _dumped(source: str, document: Any, masked: Any) -> str:
    return source if masked == document else json.dumps(masked, ensure_ascii=False)


def _parts(value: str) -> Iterator[tuple[str, Mapping[str, Any] | list[Any] | None]]:
    """Yield the JSON documents of a text that begin a line, and what stands between them with None.

    The first that is broken ends the search, so that no text is read more than twice.
    """
    done = 0
    while (found := _DOCUMENT.search(value, done)) is not None:
        try:
            document, end = _DECODER.raw_decode(value, found.end())
        except ValueError:
            break
        if done < found.end():
            yield value[done : found.end()], None
        yield value[found.end() : end], document
        done = end
    if done < len(value):
        yield value[done:], None
