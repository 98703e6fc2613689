"""`--receipt FILE`: refused before anything runs, and no reason for another end when it cannot be written."""

import io
import json
from pathlib import Path

import pytest

from guardian.cli.console import Console
from guardian.cli.receipt_file import ReceiptFile
from guardian.cli.typed import Typed
from guardian.cli.views.receipt import receipt_markdown
from guardian.errors import UsageError
from tests.cli import values


@pytest.fixture
def console() -> Console:
    return Console(
        stdout=io.StringIO(),
        stderr=io.StringIO(),
        json=False,
        color=False,
        environment={},
        typed=Typed(flags="--store=there"),
    )


def write(file: ReceiptFile, console: Console) -> str:
    file.write(values.FULL, console, project="network", run_id="r1")
    assert isinstance(console.stderr, io.StringIO)
    return console.stderr.getvalue()


@pytest.mark.parametrize("name", ["receipt", "receipt.txt", "receipt.MD", "none/receipt.md", "there.md"])
def test_a_file_that_cannot_be_is_refused_at_once(tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    Path("there.md").symlink_to("nowhere")
    with pytest.raises(UsageError, match=f"--receipt={name}"):
        ReceiptFile.of(name)


def test_the_suffix_says_the_form(tmp_path, console):
    file = tmp_path / "receipt.md"
    assert f"Wrote the receipt to {file}" in write(ReceiptFile.of(str(file)), console)
    assert file.read_text(encoding="utf-8") == receipt_markdown(values.FULL, project="network", run_id="r1")
    assert file.stat().st_mode & 0o777 == 0o600
    file = tmp_path / "receipt.json"
    write(ReceiptFile.of(str(file)), console)
    written = json.loads(file.read_text(encoding="utf-8"))
    assert (written["project"], written["run_id"], written["proven"]) == ("network", "r1", False)


def test_a_file_that_appeared_meanwhile_stays_and_ends_nothing(tmp_path, console):
    file = tmp_path / "receipt.md"
    wanted = ReceiptFile.of(str(file))
    file.write_text("somebody's")
    told = write(wanted, console)
    assert "was not written" in told
    assert "guardian run receipt --store=there r1 --markdown" in told
    assert file.read_text() == "somebody's"


def test_without_a_file_or_a_receipt_nothing_is_said(tmp_path, console):
    assert write(ReceiptFile.of(None), console) == ""
    file = tmp_path / "receipt.md"
    ReceiptFile.of(str(file)).write(None, console, project="network", run_id="r1")
    assert not file.exists()
