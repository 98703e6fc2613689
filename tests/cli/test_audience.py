"""The two audiences of a run: a person (at a terminal and elsewhere) and a program."""

import io
import json
import os
from typing import Any

import pytest

from guardian.cli.audience import PersonAudience, ProgramAudience
from guardian.cli.console import Console
from guardian.cli.prompts import ControllingTerminal, approve, choose
from guardian.cli.typed import Typed
from guardian.cli.views.progress import ApplyProgress, duration
from guardian.cli.views.terminal import PLAIN
from guardian.domain.choices import Choice
from guardian.domain.plan import Action
from guardian.domain.steps import to_json
from guardian.errors import InterruptedRunError
from tests.cli import values
from tests.cli.golden import assert_golden
from tests.cli.typing_terminal import TypingTerminal

CHANGES = (
    values.change("aws_vpc.main", Action.CREATE),
    values.change("aws_db.main[0]", Action.REPLACE),
    values.change(values.NASTY, Action.UPDATE),
    values.change("aws_s3_bucket.kept", Action.FORGET),
)


def event(kind: str, address: str, action: str = "create", **more: Any) -> dict[str, Any]:
    return {"type": kind, "hook": {"resource": {"addr": address}, "action": action, **more}}


EVENTS = (
    event("apply_start", "aws_vpc.main"),
    event("apply_start", "aws_db.main[0]", "delete"),
    event("apply_start", "data.aws_ami.x", "read"),
    event("apply_progress", "aws_db.main[0]", "delete", elapsed_seconds=10),
    event("provision_progress", "aws_vpc.main", provisioner="local-exec", output="hi\x1b[2J"),
    event("apply_complete", "aws_vpc.main", elapsed_seconds=12),
    event("apply_complete", "aws_db.main[0]", "delete", elapsed_seconds=63),
    event("apply_start", "aws_db.main[0]"),
    event("apply_start", values.NASTY, "update"),
    event("apply_errored", values.NASTY, "update", elapsed_seconds=1),
    event("apply_complete", "aws_db.main[0]", elapsed_seconds=3),
    {"type": "diagnostic", "diagnostic": {"severity": "error", "summary": "x"}},
    {"type": "change_summary", "changes": {}},
)


STEPS = [to_json(each) for plan in (values.EVERYTHING, values.DESTROY) for each in plan.steps]


@pytest.fixture
def streams():
    return io.StringIO(), io.StringIO()


def console(streams, *, json: bool = False, **environment: str) -> Console:
    return Console(stdout=streams[0], stderr=streams[1], json=json, color=True, environment=environment)


def everything(audience: PersonAudience | ProgramAudience) -> None:
    audience.phase("planning")
    audience.note("TF_LOG is not passed on\x1b[2J")
    audience.plan(values.SUMMARY, None)
    audience.applying(CHANGES)
    for each in EVENTS:
        audience.engine_event(each)
    audience.incident(values.INCIDENT, hold=values.HELD.hold)
    audience.recovery(values.REAPPLY)
    for step in STEPS:
        audience.step(step, "started")
        audience.step(step, "done" if step["kind"] != "import" else "failed")
    audience.outside(values.SUMMARY.changes[:2])
    audience.outside(())
    audience.close()


def test_a_log_gets_a_line_an_event(streams):
    everything(PersonAudience(console(streams), TypingTerminal(), monotonic_s=lambda: 0.0))
    assert_golden("audience-stdout.txt", streams[0].getvalue())
    assert_golden("audience-stderr.txt", streams[1].getvalue())


def test_a_program_gets_every_event_unchanged(streams):
    everything(ProgramAudience(console(streams, json=True)))
    lines = [json.loads(line) for line in streams[0].getvalue().splitlines()]
    assert [each["type"] for each in lines] == [
        *("version", "phase", "note", "plan", "applying"),
        *["terraform"] * len(EVENTS),
        *("incident", "recovery", *["step"] * 2 * len(STEPS), "outside", "outside"),
    ]
    assert [each["event"] for each in lines if each["type"] == "terraform"] == list(EVENTS)
    assert streams[1].getvalue() == ""


def test_json_lines_are_ascii_and_one_a_line(streams):
    sink = console(streams, json=True)
    sink.line({"type": "note", "message": "é\u2028\u0085\x1b\ud800"})
    last = streams[0].getvalue().split("\n")[1]
    assert last.isascii()
    assert json.loads(last)["message"] == "é\u2028\u0085\x1b\ud800"


def test_a_replacement_counts_once_and_after_both_halves():
    progress = ApplyProgress(CHANGES)
    counts = []
    for each in EVENTS:
        progress.take(each, 0.0, PLAIN)
        counts.append(progress.count)
    assert counts[0] == "0 of 3"
    assert counts[6] == "1 of 3"
    assert counts[-1] == "2 of 3"


def test_the_status_line_says_what_runs_and_for_how_long():
    progress = ApplyProgress(CHANGES)
    for at_s, each in enumerate(EVENTS[:2]):
        progress.take(each, float(at_s), PLAIN)
    progress.take(event("apply_start", "a.b"), 10.0, PLAIN)
    progress.take(event("apply_errored", "c.d"), 10.0, PLAIN)
    assert progress.status(70.0) == (
        "0 of 3 · 1 failed · aws_vpc.main creating 1m10s · aws_db.main[0] destroying 1m09s · 1 more"
    )


@pytest.mark.parametrize("broken", [{}, {"type": "apply_start"}, {"type": "apply_start", "hook": None}])
def test_events_without_what_they_should_have_are_no_crash(streams, broken):
    audience = PersonAudience(console(streams), TypingTerminal())
    audience.applying(CHANGES)
    audience.engine_event(broken)
    audience.engine_event({"type": "apply_start", "hook": {}})


@pytest.mark.parametrize(("seconds", "text"), [(0, "0s"), (59.4, "59s"), (59.6, "1m00s"), (3725, "62m05s")])
def test_durations(seconds, text):
    assert duration(seconds) == text


@pytest.mark.parametrize(
    ("answer", "approved"),
    [("yes", True), (" yes ", True), ("y", False), ("YES", False), ("", False), ("no", False)],
)
def test_only_yes_approves(answer, approved):
    terminal = TypingTerminal(answer)
    assert approve(terminal, "Do you want to?\x1b[2J") is approved
    assert "Do you want to?\\x1b[2J" in terminal.shown[0]
    assert "Only 'yes' will be accepted" in terminal.shown[0]


@pytest.mark.parametrize(
    ("answer", "approved"),
    [(values.NASTY, True), ("yes", False), ("", False), (values.NASTY[:-1], False)],
)
def test_what_is_irreversible_is_approved_by_its_address_alone(answer, approved):
    terminal = TypingTerminal(answer)
    assert approve(terminal, "Its data is gone.", word=values.NASTY) is approved
    assert terminal.shown[0].isprintable() or "\x1b" not in terminal.shown[0]


CHOICES = (
    Choice(
        key="hold", text="hold: leave everything as it is", command="guardian hold --reason '...', or nothing"
    ),
    Choice(
        key="restore",
        text="restore: plan the baseline's configuration on the present state, for these addresses alone",
        addresses=(values.NASTY, *(f"aws_vpc.v[{each}]" for each in range(9))),
        costs="comes back new and empty: aws_dynamodb_table.sessions\x1b[2J",
        command="guardian restore --strategy reapply -auto-approve",
    ),
)


@pytest.mark.parametrize(
    ("answers", "key"),
    [(["2"], "restore"), (["1"], "hold"), ([""], "hold"), (["3", "0", "x", "²", "-1", "2"], "restore")],
)
def test_a_choice_is_one_of_the_numbers_and_the_safe_one_by_default(answers, key):
    terminal = TypingTerminal(*answers)
    assert choose(terminal, "What now?", CHOICES) == key
    assert len(terminal.shown) == len(answers)


def test_a_choice_shows_what_it_touches_and_costs_and_the_command():
    terminal = TypingTerminal("1")
    choose(terminal, "What now?", CHOICES)
    assert_golden("choices.txt", terminal.shown[0] + "\n")


def test_the_commands_of_choices_repeat_the_flags(streams):
    terminal = TypingTerminal("2")
    shown = Console(
        stdout=streams[0],
        stderr=streams[1],
        json=False,
        color=False,
        environment={},
        typed=Typed(flags="--store=s3://b"),
    )
    assert PersonAudience(shown, terminal).choose("What now?", CHOICES) == "restore"
    assert "guardian restore --store=s3://b --strategy reapply -auto-approve\n" in terminal.shown[0]


def test_nobody_can_be_asked_without_a_terminal(tmp_path):
    assert not ControllingTerminal(stdin=io.StringIO("yes\n"), device=str(tmp_path / "none")).is_there
    (tmp_path / "file").write_text("yes\n")
    assert not ControllingTerminal(stdin=io.StringIO("yes\n"), device=str(tmp_path / "file")).is_there


def test_a_terminal_that_goes_away_is_an_interruption():
    terminal = ControllingTerminal(stdin=io.StringIO(), device=os.devnull)
    with pytest.raises(InterruptedRunError):
        approve(terminal, "Do you want to?")


def test_a_broken_view_never_ends_a_run(streams):
    class Full(io.StringIO):
        def write(self, _text: str) -> int:
            raise OSError(28, "No space left on device")

    broken = console((Full(), Full()))
    everything(PersonAudience(broken, TypingTerminal()))
    assert broken.broken is not None


@pytest.mark.parametrize(
    ("environment", "json", "color"),
    [
        ({}, False, True),
        ({"NO_COLOR": "1"}, False, False),
        ({"TERM": "dumb"}, False, False),
        ({}, True, False),
    ],
)
def test_colours_are_for_terminals(environment, json, color):
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    assert console((Terminal(), Terminal()), json=json, **environment).paint.on is color
    assert not console((io.StringIO(), io.StringIO()), json=json, **environment).paint.on
