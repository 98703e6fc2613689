"""The shell of the pipelines and the Action, run: with a guardian that writes down how it was called."""

import json
import os
import re
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.pipelines import ALL, Block

FAKE = """\
#!{python}
import json, os, signal, sys, time
said = {{"argv": sys.argv[1:], "pid": os.getpid(), "signal": None}}
with open(os.environ["FAKE_LOG"] + "/" + str(time.monotonic_ns()), "w") as file:
    name = file.name
    json.dump(said, file)
plan = json.loads(os.environ.get("FAKE_ANSWERS", "{{}}")).get(sys.argv[1], {{}})
sys.stdout.write(plan.get("stdout", ""))
if plan.get("wait"):
    def heard(number, _frame):
        said["signal"] = signal.Signals(number).name
        with open(name, "w") as file:
            json.dump(said, file)
        sys.exit(130)
    signal.signal(signal.SIGTERM, heard)
    signal.signal(signal.SIGINT, heard)
    print("waiting", file=sys.stderr, flush=True)
    time.sleep(60)
code = plan.get("exit", 0)
# Only what is posted can fail to be.
sys.exit(0 if code == 7 and "--post" not in sys.argv and sys.argv[1] == "review" else code)
"""
HELD = '{"type":"version"}\n{"type":"result","hold":{"reason":"x"}}\n'
FREE = '{"type":"version"}\n{"type":"result","note":"\\"hold\\":{","hold":null}\n'


class Stage:
    """A machine of a CI system: its variables, and a guardian that is not there."""

    def __init__(self, place: Path) -> None:
        self.place = place
        self.log = place / "log"
        tools = place / "tools"
        for each in (self.log, tools, place / "temp"):
            each.mkdir()
        for name in ("guardian", "terraform"):
            fake = tools / name
            fake.write_text(FAKE.format(python=sys.executable))
            fake.chmod(fake.stat().st_mode | stat.S_IXUSR)
        self.environment = {
            "PATH": f"{tools}:{os.environ['PATH']}",
            "FAKE_LOG": str(self.log),
            "RUNNER_TEMP": str(place / "temp"),
            "AGENT_TEMPDIRECTORY": str(place / "temp"),
            "GITHUB_OUTPUT": str(place / "output"),
            "GITHUB_STEP_SUMMARY": str(place / "summary"),
            "CI_PROJECT_DIR": str(place),
            "ROOT": ".",
            "PLANFILE": str(place / "temp" / "plan"),
        }

    def start(self, block: Block, **more: Any) -> subprocess.Popen[str]:
        script = self.place / "script"
        # GitLab's lines are fed to the shell in one piece; files of its own stay out of /tmp here.
        script.write_text(block.script.replace("/tmp/", f"{self.place}/temp/"))
        answers = more.pop("answers", {})
        return subprocess.Popen(
            [*block.shell, str(script)],
            env=self.environment | {"FAKE_ANSWERS": json.dumps(answers)} | more,
            cwd=self.place,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, block: Block, **more: Any) -> int:
        ran = self.start(block, **more)
        ran.communicate(timeout=30)
        return ran.returncode

    def calls(self) -> list[Any]:
        return [
            json.loads(each.read_text())
            for each in sorted(self.log.iterdir(), key=lambda each: int(each.name))
        ]

    def argvs(self) -> list[list[str]]:
        return [each["argv"] for each in self.calls()]


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    return Stage(tmp_path)


def block_of(name: str, where: str) -> Block:
    return next(block for path, block in ALL if path.stem == name and block.where == where)


def ends_in(command: str) -> Iterator[Any]:
    for path, block in ALL:
        if f"exec guardian {command}" in block.script:
            yield pytest.param(block, command, id=f"{path.stem} {block.where}")


@pytest.mark.parametrize(("block", "command"), [*ends_in("apply"), *ends_in("restore")])
@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGINT])
def test_a_cancelled_job_reaches_guardian(stage, block, command, sent):
    answers = {command: {"wait": True}, "status": {"stdout": FREE}}
    ran = stage.start(block, answers=answers, GUARDIAN_CHANGES="true", GUARDIAN_HELD="true")
    assert ran.stderr is not None
    assert ran.stderr.readline() == "waiting\n"
    ran.send_signal(sent)
    ran.communicate(timeout=30)
    assert ran.returncode == 130
    last = stage.calls()[-1]
    assert last["argv"][0] == command
    assert (last["pid"], last["signal"]) == (ran.pid, sent.name)


@pytest.mark.parametrize("code", [0, 1, 3, 4, 5, 6, 7, 130])
@pytest.mark.parametrize(("block", "command"), [*ends_in("apply"), *ends_in("restore")])
def test_the_exit_code_is_the_steps(stage, block, command, code):
    answers = {command: {"exit": code}, "status": {"stdout": FREE}}
    assert stage.run(block, answers=answers, GUARDIAN_CHANGES="true", GUARDIAN_HELD="true") == code


@pytest.mark.parametrize(
    ("name", "where"),
    [("github", "review: Review"), ("azure", "review: Review"), ("gitlab", "review script")],
)
@pytest.mark.parametrize("code", [0, 1, 4, 7])
def test_a_review_that_denies_or_cannot_be_posted_fails(stage, name, where, code):
    stage.environment |= {"BASE": "b" * 40, "CI_MERGE_REQUEST_DIFF_BASE_SHA": "b" * 40}
    stage.environment["SYSTEM_PULLREQUEST_TARGETBRANCH"] = "refs/heads/main"
    git = stage.place / "tools" / "git"
    git.write_text("#!/bin/sh\necho " + "b" * 40)
    git.chmod(0o755)
    assert stage.run(block_of(name, where), answers={"review": {"exit": code}}) == code
    last = stage.argvs()[-1]
    if name == "gitlab" and code == 1:
        assert "junit" in last
        return
    assert "--post" in last
    assert last[last.index("--base") + 1] == "b" * 40


RECORDED = [
    ("github", "plan: Say what will be applied"),
    ("azure", "plan: Say what will be applied, and record exactly this plan"),
    ("gitlab", "plan script"),
]


@pytest.mark.parametrize(("name", "where"), RECORDED)
@pytest.mark.parametrize(
    ("code", "exits", "changes"), [(0, 0, "false"), (2, 0, "true"), (4, 0, "true"), (1, 1, "")]
)
def test_differences_go_on_and_everything_else_is_a_failure(stage, name, where, code, exits, changes):
    block = block_of(name, where)
    more = {"GITLAB_USER_LOGIN": "o'neil $(id)", "BUILD_REQUESTEDFOR": "o'neil $(id)", "CI_COMMIT_SHA": "c"}
    ran = stage.start(block, answers={"review": {"exit": code}}, BUILD_SOURCEVERSION="c", **more)
    said, _ = ran.communicate(timeout=30)
    assert ran.returncode == exits
    written = {"github": stage.place / "output", "gitlab": stage.place / "plan.env"}
    text = written[name].read_text() if name in written and written[name].exists() else said
    assert re.findall(r"(?i)changes(?:=|;isOutput=true\])(\w+)", text) == [changes] * bool(changes)
    approved = [each for each in stage.argvs() if each[0] == "approve"]
    if name != "github":
        assert len(approved) == (code in {2, 4})
        assert all(each[each.index("--by") + 1] == "o'neil $(id)" for each in approved)


APPROVING = [
    ("github", "plan: Record exactly this plan, to be released by the environment"),
    *RECORDED[1:],
    ("atlantis", "guardian plan: 3"),
]
WHO = {"WHO": "o'neil", "WHY": "c", "GITLAB_USER_LOGIN": "o'neil", "BUILD_REQUESTEDFOR": "o'neil"}
WHO |= {"USER_NAME": "o'neil", "BUILD_SOURCEVERSION": "c", "CI_COMMIT_SHA": "c", "PULL_NUM": "7"}
TYPED = ['aws_s3_bucket.b["$(touch pwned)"]', "*", "aws_?"]
FREED = [f"--allow-delete={each}" for each in TYPED]


def typed_in_a_comment(*arguments: str) -> dict[str, str]:
    """Return what Atlantis makes of the arguments after `--`."""
    return {"COMMENT_ARGS": ",".join("".join(f"\\{each}" for each in one) for one in arguments)}


@pytest.mark.parametrize(("name", "where"), APPROVING)
def test_what_is_typed_is_given_to_approve_and_is_no_shell(stage, name, where):
    typed = {"ALLOW_DELETE": " ".join(TYPED).replace("touch pwned", "touch,pwned"), "OVERRIDE": "r1\nr2"}
    freed = [each.replace("touch pwned", "touch,pwned") for each in FREED]
    if name == "atlantis":
        typed = typed_in_a_comment(*freed, "--override=r1", "--override=r2", "--reason=seen, by 'all'")
    (stage.place / "aws_x").touch()
    more = WHO | typed | {"REASON": "seen, by 'all'"}
    answers = {"review": {"exit": 4}, "approve": {"exit": 4}}
    assert stage.run(block_of(name, where), answers=answers, **more) == 4
    last = stage.argvs()[-1]
    assert last[last.index("--by") + 1] == "o'neil"
    assert last[last.index("--reason") + 1].endswith(": seen, by 'all'")
    assert last[-5:] == [*freed, "--override=r1", "--override=r2"]
    assert not list(stage.place.glob("**/pwned"))


@pytest.mark.parametrize(("name", "where"), APPROVING)
def test_approve_gets_no_option_where_nothing_is_typed(stage, name, where):
    nothing = {"ALLOW_DELETE": "", "OVERRIDE": " ", "REASON": ""}
    assert stage.run(block_of(name, where), answers={"review": {"exit": 2}}, **WHO, **nothing) == 0
    last = stage.argvs()[-1]
    assert last[0] == "approve"
    assert not last[-1].startswith("--")
    assert not last[last.index("--reason") + 1].endswith(": ")


@pytest.mark.parametrize(("block", "command"), [*ends_in("restore")])
def test_what_is_typed_is_given_to_the_way_back(stage, block, command):
    wanted = [*FREED[1:], "--allow-replace=a.b", "--allow-replace=c.d"]
    typed = {"ALLOW_DELETE": " ".join(TYPED[1:]), "ALLOW_REPLACE": "a.b c.d", "GUARDIAN_HELD": "true"}
    assert stage.run(block, **typed, **typed_in_a_comment(*wanted)) == 0
    last = stage.argvs()[-1]
    assert (last[0], last[-4:]) == (command, wanted)
    assert stage.run(block, GUARDIAN_HELD="true") == 0
    assert not any(each.startswith("--allow") for each in stage.argvs()[-1])


@pytest.mark.parametrize("where", ["guardian plan: 3", "guardian apply: 1", "guardian-rollback apply: 1"])
def test_a_comment_of_atlantis_gives_no_other_option(stage, where):
    more = WHO | typed_in_a_comment("--allow-delete=a.b", "--by=somebody")
    assert stage.run(block_of("atlantis", where), **more) == 1
    assert stage.calls() == []


@pytest.mark.parametrize(
    ("name", "where"),
    [
        ("github", "apply: Stop at a hold that is there already"),
        ("azure", "deploy: Stop at a hold that is there already"),
        ("gitlab", "apply script"),
    ],
)
def test_somebody_elses_hold_stops_it(stage, name, where):
    block = block_of(name, where)
    assert stage.run(block, answers={"status": {"stdout": HELD}}, GUARDIAN_CHANGES="true") == 4
    assert [each[0] for each in stage.argvs()] == ["status"]
    # The first apply of all: there is no project yet.
    assert stage.run(block, answers={"status": {"exit": 1}}, GUARDIAN_CHANGES="true") == 0
    assert stage.run(block, answers={"status": {"stdout": FREE}}, GUARDIAN_CHANGES="true") == 0


@pytest.mark.parametrize(("said", "held"), [(HELD, True), (FREE, False)])
def test_a_failed_apply_is_gone_back_from_when_it_is_held(stage, said, held):
    answers = {"status": {"stdout": said}}
    assert (
        stage.run(block_of("github", "apply: Say whether the project is on hold now"), answers=answers) == 0
    )
    output = stage.place / "output"
    assert (output.exists() and "held=true\n" in output.read_text()) is held
    azure = stage.start(block_of("azure", "deploy: Say whether the project is on hold now"), answers=answers)
    assert ("variable=held]true" in azure.communicate(timeout=30)[0]) is held
    (stage.place / "temp" / "begun").touch()
    after = block_of("gitlab", "apply after_script")
    assert stage.run(after, answers=answers, CI_JOB_STATUS="failed") == 0
    assert (stage.place / "apply.env").read_text() == f"GUARDIAN_HELD={str(held).lower()}\n"
    before = len(stage.calls())
    script = block_of("gitlab", "rollback-on-failure script")
    assert stage.run(script, GUARDIAN_HELD=str(held).lower()) == 0
    assert [each[0] for each in stage.argvs()[before:]] == ["restore"] * held


def test_a_plan_without_changes_is_not_applied(stage):
    assert stage.run(block_of("gitlab", "apply script"), GUARDIAN_CHANGES="false") == 0
    assert stage.calls() == []


@pytest.mark.parametrize(("code", "exits"), [(0, 0), (2, 0), (4, 4), (6, 6)])
def test_the_way_back_of_atlantis_is_shown_first(stage, code, exits):
    block = block_of("atlantis", "guardian-rollback plan: 1")
    assert stage.run(block, answers={"restore": {"exit": code}}) == exits
    assert stage.argvs() == [["restore", "--dry-run", "-input=false"]]
    assert (stage.place / "temp" / "plan").exists() is (exits == 0)


HOSTILE = ["-out=$(touch pwned)", "a b", "'\"`id`", "*", "ä"]


def test_the_arguments_of_the_action_are_one_a_line(stage):
    block = block_of("action", "action: Run guardian")
    given = "\n".join(["--post", *HOSTILE, "", "last"]) + "\n"
    assert stage.run(block, COMMAND="review", ARGUMENTS=given) == 0
    assert stage.argvs() == [["review", "--post", *HOSTILE, "last"]]
    assert stage.run(block, COMMAND="status", ARGUMENTS="") == 0
    assert stage.argvs()[-1] == ["status"]
    assert not (stage.place / "pwned").exists()


@pytest.mark.parametrize(("extras", "wanted"), [("github,policy", "/action[github,policy]"), ("", "/action")])
def test_the_action_installs_its_own_checkout(stage, extras, wanted):
    python = stage.place / "tools" / "python-of-the-action"
    installed = stage.place / "temp" / "guardian" / "bin"
    python.write_text(
        f'#!/bin/sh\nmkdir -p "$3/bin"\n'
        f'printf \'#!/bin/sh\\nprintf "%%s\\\\n" "$@" >"{stage.place}/pip"\\n\' >"$3/bin/python"\n'
        f'chmod +x "$3/bin/python"\nprintf \'#!/bin/sh\\necho here\\n\' >"$3/bin/guardian"\n'
        'chmod +x "$3/bin/guardian"\n'
    )
    python.chmod(0o755)
    block = block_of("action", "action: Install guardian")
    more = {
        "PYTHON": str(python),
        "EXTRAS": extras,
        "GITHUB_ACTION_PATH": "/action",
        "GITHUB_PATH": str(stage.place / "path"),
    }
    for _ in range(2):
        assert stage.run(block, **more) == 0
    assert (stage.place / "pip").read_text().splitlines()[-1] == wanted
    (found, _) = (stage.place / "path").read_text().splitlines()
    assert subprocess.check_output([f"{found}/guardian"], text=True) == "here\n"
    assert installed.is_dir()
    assert [each.name for each in Path(found).iterdir()] == ["guardian"]
