"""The frame: what every command has in common, in process and as an executable."""

import json
import os
import stat
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

from guardian import __version__
from guardian.cli.app import main
from guardian.cli.console import Console
from guardian.cli.failure import tell
from guardian.errors import HeldError

RESULT_KEYS = [
    "type",
    "command",
    "outcome",
    "exit_code",
    "project",
    "run_id",
    "snapshot_id",
    "baseline_id",
    "instances",
    "error",
]
COMMANDS = (
    "init",
    "doctor",
    "plan",
    "apply",
    "restore",
    "destroy-plan",
    "status",
    "snapshot",
    "run",
    "hold",
    "release",
    "unlock",
    "version",
)
# Whatever costs milliseconds and is not needed to say which commands there are.
HEAVY = {
    "aws_encryption_sdk", "boto3", "botocore", "deepdiff", "hcl2", "jsonschema", "lark", "pydantic",
    "python_terraform", "rich", "stamina", "yaml", "zstandard",
}  # fmt: skip


def run(*argv: str, **more) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "guardian", *argv], capture_output=True, text=True, check=False, **more
    )


def json_lines(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def test_help_lists_every_command(capsys):
    assert main(["-help"]) == 0
    shown = capsys.readouterr().out
    positions = [shown.index(f"\n  {name} ") for name in COMMANDS]
    assert positions == sorted(positions)


@pytest.mark.parametrize("spelling", ["-help", "--help", "-h"])
def test_help_of_a_command_shows_terraforms_spelling(capsys, spelling):
    assert main(["version", spelling]) == 0
    assert "-no-color" in capsys.readouterr().out


@pytest.mark.parametrize("argv", [["version"], ["-version"], ["--version"]])
def test_version(capsys, argv):
    assert main(argv) == 0
    assert capsys.readouterr().out == f"guardian {__version__}\n"


def test_the_version_is_the_packages():
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())["project"]
    assert project["version"] == __version__


@pytest.mark.parametrize("spelling", ["-json", "--json"])
def test_json_is_lines_from_version_to_result(capsys, spelling):
    assert main(["version", spelling]) == 0
    out, err = capsys.readouterr()
    first, last = json_lines(out)
    assert first == {"type": "version", "guardian": __version__, "format": 1}
    assert list(last) == [*RESULT_KEYS, "guardian"]
    assert last["outcome"] == "ok"
    assert last["instances"] == {"done": [], "failed": [], "in_flight": [], "not_started": []}
    assert err == ""


@pytest.mark.parametrize(
    ("argv", "message", "hint"),
    [
        ([], "no command given", "`guardian -help` lists them"),
        (["pln"], "unknown command 'pln'", "did you mean `guardian plan`?"),
        (["-zzz", "version"], "unknown option -zzz", "`guardian -help`"),
        (["version", "-jsn"], "unknown option -jsn", "did you mean --json?"),
        (["version", "extra"], "unexpected extra argument", "`guardian version -help`"),
        (["-chdir=/nowhere/at/all", "version"], "-chdir=/nowhere/at/all: No such file", "root module"),
        (["version", "-chdir", "/nowhere/at/all"], "-chdir=/nowhere/at/all: No such file", "root module"),
    ],
)
def test_bad_usage_is_one_message_and_exit_1(capsys, argv, message, hint):
    assert main(argv) == 1
    out, err = capsys.readouterr()
    assert out == ""
    first, second = err.splitlines()
    assert first.startswith("Error: ")
    assert message in first
    assert second.startswith("  Next: ")
    assert hint in second


def test_bad_usage_in_json_mode_ends_with_a_result(capsys):
    assert main(["version", "--zzz", "-json"]) == 1
    last = json_lines(capsys.readouterr().out)[-1]
    assert list(last) == RESULT_KEYS
    assert (last["command"], last["outcome"], last["exit_code"]) == ("version", "error", 1)
    assert last["error"] == {
        "code": "usage",
        "message": "unknown option --zzz",
        "hint": "`guardian version -help` lists the options",
    }


def test_chdir_stands_before_the_command_or_after_it(tmp_path, capsys):
    for argv in (["-chdir=a", "init"], ["init", "-chdir", "b"]):
        os.chdir(tmp_path)
        Path(tmp_path / argv[-1 if argv[0] == "init" else 0].removeprefix("-chdir=")).mkdir()
        assert main(argv) == 0
    assert sorted(each.parent.name for each in tmp_path.glob("*/guardian.yaml")) == ["a", "b"]


def test_an_error_of_guardian_keeps_its_exit_code(capsys):
    console = Console.of_process(json=True)
    held = HeldError("on hold", hint="guardian release")
    assert tell(held, console=console, command="apply", project="p") == 4
    out, err = capsys.readouterr()
    last = json_lines(out)[-1]
    assert (last["outcome"], last["exit_code"], last["project"]) == ("refused", 4, "p")
    assert err == "Error: on hold\n  Next: guardian release\n"


def test_an_interrupt_is_130(capsys):
    console = Console.of_process(json=True)
    assert tell(KeyboardInterrupt(), console=console, command="run list") == 130
    assert json_lines(capsys.readouterr().out)[-1]["outcome"] == "interrupted"


def test_a_defect_is_reported_without_values(capsys, tmp_path, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    console = Console.of_process(json=False)

    def break_down(secret: str) -> None:
        raise KeyError(secret)

    with pytest.raises(KeyError) as caught:
        break_down("".join(reversed("2retnuh")))
    error = caught.value
    error.add_note("run r1: the journal is complete up to record 7; resume with: guardian restore")
    assert tell(error, console=console, command="apply") == 1
    err = capsys.readouterr().err
    assert f"guardian {__version__} failed at test_app.py:" in err
    assert "with KeyError" in err
    assert "resume with: guardian restore" in err
    [file] = tmp_path.glob("guardian-crash-*.txt")
    assert str(file) in err
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    stack = file.read_text()
    assert "break_down" in stack
    assert "hunter2" not in stack + err


def test_starting_imports_nothing_heavy():
    script = (
        "import sys; from guardian.cli.app import main; main(sys.argv[1:]);"
        "print(*sorted({name.partition('.')[0] for name in sys.modules}), file=sys.stderr)"
    )
    for argv in (["-help"], ["version"], ["version", "-help"], ["nonsense"]):
        ended = subprocess.run(
            [sys.executable, "-c", script, *argv], capture_output=True, text=True, check=True
        )
        loaded = set(ended.stderr.splitlines()[-1].split())
        assert "typer" in loaded
        assert not loaded & HEAVY


def test_a_reader_that_leaves_is_no_error():
    with subprocess.Popen(
        [sys.executable, "-m", "guardian", "version"], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 0


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_an_answer_that_cannot_be_written_is_an_error():
    with Path("/dev/full").open("w") as full:
        ended = subprocess.run(
            [sys.executable, "-m", "guardian", "version"], stdout=full, stderr=subprocess.PIPE, check=False
        )
    assert ended.returncode == 1
    assert ended.stderr.decode().startswith("Error: cannot write to stdout: No space left on device")


def test_a_name_that_the_locale_cannot_show_is_no_crash(tmp_path):
    directory = tmp_path / "é"
    directory.mkdir()
    ended = run("init", cwd=directory, env={**os.environ, "PYTHONIOENCODING": "ascii"})
    assert ended.returncode == 0
    assert "\\xe9/guardian.yaml" in ended.stdout


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("guardian re", {"restore", "release", "review"}),
        ("guardian version --j", {"--json"}),
        ("guardian version -j", {"-json"}),
        ("guardian version -chdir=/tmp -no", {"-no-color"}),
        ("guardian -chdir /tmp ver", {"version"}),
        ("guardian version -bogus=x -no", {"-no-color"}),
        ("guardian snapshot ver", {"verify"}),
        ("guardian apply --on-failure re", {"restore", "retry"}),
        ("guardian restore --strategy re", {"reapply", "retry", "record"}),
        ("guardian restore --tainted un", {"untaint"}),
        ("guardian run rec", {"receipt"}),
        ("guardian destr", {"destroy-plan"}),
        ("guardian apply -var a=-1 --var-f", {"--var-file"}),
        ("guardian apply -auto-approve -refresh=false -des", {"-destroy"}),
    ],
)
def test_completion_understands_the_same_syntax(words, expected):
    typed = words.split(" ")
    environment = {
        **os.environ,
        "_GUARDIAN_COMPLETE": "complete_bash",
        "COMP_WORDS": words,
        "COMP_CWORD": str(len(typed) - 1),
    }
    ended = run(env=environment)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert set(ended.stdout.split()) == expected


def test_completion_can_be_shown_for_a_shell():
    environment = {**os.environ, "_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION": "1"}
    ended = run("--show-completion", "bash", env=environment)
    assert ended.returncode == 0
    assert "complete -o default -F _guardian_completion guardian" in ended.stdout
