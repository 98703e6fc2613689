"""What the documentation says of the command line equals what the command line is."""

import os
import re
from pathlib import Path

import pytest

from guardian.cli.options import ON_FAILURE, STRATEGIES
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


def test_the_readme_lists_every_command():
    table = README[README.index("| command | does |") :].partition("\n\n")[0]
    listed = [name for row in table.splitlines()[2:] for name in re.findall(r"`([^`]+)`", row.split("|")[1])]
    assert sorted(listed) == sorted({each.split()[1] for each in COMMANDS})


def test_every_strategy_is_described():
    page = (ROOT / "docs" / "recovery.md").read_text(encoding="utf-8")
    table = page[page.index("| `--strategy` |") :].partition("\n\n")[0]
    rows = [[cell.strip().strip("`") for cell in row.split("|")[1:3]] for row in table.splitlines()[2:]]
    assert [strategy for strategy, _ in rows if strategy] == list(STRATEGIES)
    assert {on_failure for _, on_failure in rows if on_failure} == {*ON_FAILURE} - {"ask"}


def test_every_refusal_of_a_way_back_is_described():
    page = (ROOT / "docs" / "recovery.md").read_text(encoding="utf-8")
    code = re.compile(r'\bcode="([a-z_]+)"')
    sources = [each for part in ("domain", "operations") for each in (ROOT / "guardian" / part).glob("*.py")]
    codes = {found for each in sources for found in code.findall(each.read_text(encoding="utf-8"))}
    assert "hot_fix" in codes
    assert {each for each in codes if f"`{each}`" not in page} == set()


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
            shown |= set(re.findall(r"^(?:\$ )?guardian (?:-\S+ )*([a-z][a-z-]*)", block, re.MULTILINE))
    assert shown
    assert shown <= {each.split()[1] for each in COMMANDS}
