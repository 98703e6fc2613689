"""Reading of an engine's output."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from guardian.adapters.terraform.events import TEXT_BYTES, EventReader, text_diagnostic

STATE = '{"version":4,"serial":7,"big":123456789012345678901234567890,"exact":0.10000000000000000555}'
DUMP = f'{{"@message":"Emergency state dump","state":{STATE},"type":"log"}}'


def read(*lines: bytes) -> tuple[EventReader, list[Mapping[str, Any]]]:
    events: list[Mapping[str, Any]] = []
    reader = EventReader(events.append)
    for line in lines:
        reader.line(line)
    return reader, events


def test_a_dumped_state_reaches_nobody_and_keeps_every_digit() -> None:
    reader, events = read(DUMP.encode())
    assert events == [{"@message": "Emergency state dump", "type": "log"}]
    assert reader.dumped_state == STATE.encode()


def test_a_dumped_state_in_a_string_is_taken_out_too() -> None:
    reader, events = read(json.dumps({"type": "log", "state": STATE}).encode())
    assert events == [{"type": "log"}]
    assert reader.dumped_state == STATE.encode()


def test_what_is_no_event_becomes_text() -> None:
    reader, events = read(b"Error: something", b"[1]", b"", b"\xff\xfe", b'"word"', b"{", b"[" * 100_000)
    assert events == []
    assert reader.unparsed.startswith("Error: something")


def test_text_is_bounded() -> None:
    reader, _ = read(*[b"x" * 1000] * 100)
    assert len(reader.unparsed) <= TEXT_BYTES


def test_a_malformed_diagnostic_is_an_event_and_text() -> None:
    reader, events = read(b'{"type":"diagnostic"}', b'{"type":"diagnostic","diagnostic":"odd"}')
    assert len(events) == 2
    assert reader.diagnostics == []
    assert "odd" in reader.unparsed


@given(st.recursive(st.none() | st.integers() | st.text(), lambda each: st.dictionaries(st.text(), each)))
def test_no_line_is_too_odd_to_read(content: Any) -> None:
    read(json.dumps(content).encode(), json.dumps({"type": "diagnostic", "diagnostic": content}).encode())


@given(st.binary())
def test_no_bytes_are_too_odd_to_read(content: bytes) -> None:
    read(content)


def test_a_failure_in_words_is_one_diagnostic_without_decoration(tmp_path: Path) -> None:
    path = tmp_path / "stderr"
    path.write_text("\n╷\n│ Error: Invalid flag\n│ \n│ It is not known.\n╵\n")
    told = text_diagnostic("", path)
    assert told is not None
    assert (told.severity, told.summary, told.detail) == ("error", "Invalid flag", "It is not known.")


def test_a_state_among_the_words_is_left_out(tmp_path: Path) -> None:
    path = tmp_path / "stderr"
    path.write_text('Crashed\n{\n  "version": 4,\n  "password": "hunter2",\n  [\n')
    told = text_diagnostic("", path)
    assert told is not None
    assert told.summary == "Crashed"
    assert "hunter2" not in told.detail


def test_silence_is_no_diagnostic(tmp_path: Path) -> None:
    (tmp_path / "stderr").touch()
    assert text_diagnostic("", tmp_path / "stderr") is None
