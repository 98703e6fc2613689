"""What the documentation says of the command line equals what the command line is."""

import os
import re
from pathlib import Path

import pytest

from guardian.errors import ExitCode
from tests.docs.reference import commands, reference

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
PAGE = ROOT / "docs" / "commands.md"
COMMANDS = dict(commands())


def test_the_exit_codes_are_those_of_the_program():
    table = README[README.index("| code | means |") :].partition("\n\n")[0]
    rows = re.findall(r"^\| (\d+) \| (.+) \|$", table, flags=re.MULTILINE)
    assert [int(code) for code, _ in rows] == [int(each) for each in ExitCode]
    assert all(meaning.strip() for _, meaning in rows)


def test_the_reference_is_what_the_program_says_of_itself():
    if os.environ.get("UPDATE_GOLDENS") and (not PAGE.exists() or PAGE.read_text("utf-8") != reference()):
        PAGE.write_text(reference(), encoding="utf-8")
        pytest.fail("rewrote docs/commands.md; read it, then run again without UPDATE_GOLDENS")
    assert PAGE.read_text(encoding="utf-8") == reference()


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_and_option_says_what_it_does(command):
    assert COMMANDS[command].help
    for each in COMMANDS[command].params:
        assert each.help, f"{command} {each.name}"


def test_every_command_that_the_documentation_shows_exists():
    shown = set()
    for page in [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]:
        for block in re.findall(
            r"^```\w*\n(.*?)^```", page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
        ):
            shown |= set(re.findall(r"^(?:\$ )?guardian (?:-\S+ )*([a-z]+)", block, re.MULTILINE))
    assert shown
    assert shown <= {each.split()[1] for each in COMMANDS}
