"""Comparing output with files; `UPDATE_GOLDENS=1` rewrites them, and fails so as to be seen."""

import os
from pathlib import Path

import pytest

DIRECTORY = Path(__file__).parent / "goldens"


def assert_golden(name: str, text: str) -> None:
    path = DIRECTORY / name
    if os.environ.get("UPDATE_GOLDENS") and (not path.exists() or path.read_text(encoding="utf-8") != text):
        path.write_text(text, encoding="utf-8")
        pytest.fail(f"rewrote {name}; read it, then run again without UPDATE_GOLDENS")
    assert text == path.read_text(encoding="utf-8")
