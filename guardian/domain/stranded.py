"""States that an engine could not save: recognise one, whole or among the lines that it was dumped in."""

import json
from typing import Any

from guardian.domain.state import parse_state
from guardian.errors import WrongStateError


def dumped_state(line: bytes) -> bytes | None:
    """Return the state of an emergency dump as it was written; None when the line is none.

    Args:
        line: One line of `apply -json`.
    """
    if b'"state"' not in line:
        return None
    try:
        event = json.loads(line)
    except (ValueError, RecursionError):
        return None
    if not isinstance(event, dict) or event.get("type") != "log" or "state" not in event:
        return None
    return _cut_out(line, event["state"])


def state_in(raw: bytes) -> bytes | None:
    """Return the state that a file holds: the file itself, or what an engine dumped into its output.

    Returns:
        None when neither is a whole state: a full disk leaves a torn or empty `errored.tfstate`.
    """
    for each in (raw, *filter(None, map(dumped_state, raw.splitlines()))):
        try:
            parse_state(each)
        except WrongStateError:
            continue
        return each
    return None


def _cut_out(line: bytes, state: Any) -> bytes:
    if isinstance(state, str):
        return state.encode()
    # Not written anew: a float would not survive that digit by digit.
    text = line.decode()
    start = text.index('"state":') + len('"state":')
    start += len(text[start:]) - len(text[start:].lstrip())
    return text[start : json.JSONDecoder().raw_decode(text, start)[1]].encode()
