"""The views, golden: what a person reads, and its JSON twin."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from guardian.cli.prompts import choose
from guardian.cli.views import jsonl, runs, snapshots
from guardian.cli.views.drift import aftermath_text
from guardian.cli.views.incident import incident_text
from guardian.cli.views.markdown import code
from guardian.cli.views.plan import plan_text, undo_words, way_back_text
from guardian.cli.views.receipt import receipt_markdown, receipt_text
from guardian.cli.views.recovery import recovery_line, recovery_text
from guardian.cli.views.status import status_object, status_text
from guardian.cli.views.terminal import PLAIN, Paint, visible
from guardian.domain.choices import Choice
from guardian.domain.coverage import Coverage
from guardian.domain.drift import Drift, Found, Origin
from guardian.domain.drift import Kind as DriftKind
from guardian.domain.journal import Kind, Record
from guardian.domain.observed import Observed
from guardian.domain.plan import Action, PlannedChange, PlanSummary
from guardian.domain.run import Progress
from guardian.domain.run_class import RunClass
from guardian.domain.standing import Standing
from guardian.operations.runs import Run
from guardian.operations.status import Status
from guardian.repository.verification import Finding
from tests.cli import values
from tests.cli.golden import assert_golden
from tests.cli.typing_terminal import TypingTerminal

HELD = Status(
    project="network",
    standing=values.HELD,
    next_command="guardian restore",
    reason="run 1 failed",
    run_class=RunClass.FAILED,
)
HELD_BY_A_PERSON = Status(
    project="network",
    standing=values.HELD_BY_A_PERSON,
    next_command="guardian release --reason '...'",
    reason="on hold: database migration",
)
FRESH = Status(
    project="local:/srv/é",
    standing=Standing(),
    next_command="guardian snapshot create",
    reason="there is no known-good snapshot yet",
)
RECORD = Record(
    number=9,
    previous="",
    digest="",
    nonce="",
    at=values.AT,
    kind=Kind.RUN_OPENED,
    run_id=values.RUN.id,
    actor=values.ACTOR,
    body={"operation": "apply"},
    standing=Standing(),
)
RUN = Run(
    id=values.RUN.id,
    operation="apply",
    opened_at=values.AT,
    outcome="failed_held",
    exit_code=3,
    began=True,
    is_complete=True,
    progress=values.INCIDENT.progress,
    incident=values.INCIDENT,
    failed_at=values.AT,
    records=(RECORD,),
)
CUT_SHORT = replace(
    RUN,
    outcome=None,
    exit_code=None,
    is_complete=False,
    incident=None,
    failed_at=None,
    progress=Progress(done=("aws_vpc.main",), in_flight=(values.NASTY,)),
)
RENDERING = 'Terraform will perform\x1b[1m these\x1b[0m actions:\n  + tags = "\\u202e"\x1b[2J\n'

TEXTS: dict[str, Callable[[], str]] = {
    "plan.txt": lambda: plan_text(values.SUMMARY, None, PLAIN),
    "plan-rendered.txt": lambda: plan_text(replace(values.SUMMARY, drifted=()), RENDERING, PLAIN),
    "plan-colour.txt": lambda: plan_text(values.SUMMARY, RENDERING, Paint(on=True)),
    "plan-empty.txt": lambda: plan_text(PlanSummary(), None, PLAIN),
    "incident.txt": lambda: incident_text(values.INCIDENT, PLAIN),
    "incident-stranded.txt": lambda: incident_text(values.STRANDED, PLAIN),
    "incident-held.txt": lambda: incident_text(values.INCIDENT, PLAIN, hold=values.HELD.hold),
    "recovery-reapply.txt": lambda: recovery_text(values.REAPPLY, PLAIN),
    "recovery-everything.txt": lambda: recovery_text(values.EVERYTHING, PLAIN),
    "recovery-destroy.txt": lambda: recovery_text(values.DESTROY, PLAIN),
    "recovery-retry.txt": lambda: recovery_text(values.RETRY, PLAIN),
    "recovery-nothing.txt": lambda: recovery_text(values.recovery(), PLAIN),
    "receipt-full.txt": lambda: receipt_text(values.FULL, PLAIN),
    "receipt-nothing.txt": lambda: receipt_text(values.receipt(to_nothing=True), PLAIN),
    "receipt-record.txt": lambda: receipt_text(values.receipt(strategy="record"), PLAIN),
    "receipt-others.txt": lambda: receipt_text(
        values.receipt(outside=("aws_sns_topic.theirs",), replan_exit_code=2), PLAIN
    ),
    "receipt-proven.txt": lambda: receipt_text(values.PROVEN, PLAIN),
    "receipt-live.txt": lambda: receipt_text(values.SEEN_LIVE, PLAIN),
    "receipt-not-proven.txt": lambda: receipt_text(values.NOT_PROVEN, PLAIN),
    "status-held.txt": lambda: status_text(HELD, PLAIN),
    "status-held-by-a-person.txt": lambda: status_text(HELD_BY_A_PERSON, PLAIN),
    "status-fresh.txt": lambda: status_text(FRESH, PLAIN),
    "snapshot-list.txt": lambda: snapshots.list_text(
        [values.SNAPSHOT, values.BARE], values.SNAPSHOT.id, PLAIN
    ),
    "snapshot-show.txt": lambda: snapshots.show_text(values.SNAPSHOT, baseline=True, paint=PLAIN),
    "snapshot-show-bare.txt": lambda: snapshots.show_text(values.BARE, baseline=False, paint=PLAIN),
    "snapshot-diff.txt": lambda: snapshots.diff_text(values.DIFFERENCES, PLAIN),
    "snapshot-verify.txt": lambda: snapshots.verify_text(
        {"4f" * 32: (), "aa" * 32: (Finding(key="objects/ab/abcd", problem="the digest differs"),)}, PLAIN
    ),
    "run-list.txt": lambda: runs.list_text([RUN, CUT_SHORT], PLAIN),
    "run-show.txt": lambda: runs.show_text(RUN, PLAIN),
    "run-show-cut-short.txt": lambda: runs.show_text(CUT_SHORT, PLAIN),
}

MARKDOWN = {
    "receipt-full.md": lambda: receipt_markdown(values.FULL, project=values.EVIL, run_id=values.RUN.id),
    "receipt-live.md": lambda: receipt_markdown(values.SEEN_LIVE, project="network", run_id=values.RUN.id),
    "receipt-proven.md": lambda: receipt_markdown(values.PROVEN, project="network", run_id=values.RUN.id),
    "receipt-nothing.md": lambda: receipt_markdown(
        values.receipt(to_nothing=True), project="network", run_id=values.RUN.id
    ),
}

OBJECTS: dict[str, Callable[[], Any]] = {
    "plan.json": lambda: jsonl.plan(values.SUMMARY),
    "recovery-everything.json": lambda: recovery_line(values.EVERYTHING),
    "status-held.json": lambda: status_object(HELD),
    "status-fresh.json": lambda: status_object(FRESH),
    "snapshot-list.json": lambda: [
        snapshots.snapshot_line(each, values.SNAPSHOT.id) for each in (values.SNAPSHOT, values.BARE)
    ],
    "snapshot-diff.json": lambda: [snapshots.difference_line(each) for each in values.DIFFERENCES],
    "run-list.json": lambda: [runs.run_line(each) for each in (RUN, CUT_SHORT)],
    "run-show.json": lambda: runs.record_line(RECORD),
}


@pytest.mark.parametrize("name", TEXTS)
def test_what_a_person_reads(name):
    assert_golden(name, TEXTS[name]() + "\n")


@pytest.mark.parametrize("name", [each for each in TEXTS if "colour" not in each])
def test_nothing_deceives_the_terminal(name):
    assert all(each.isprintable() or each == "\n" for each in TEXTS[name]())


@pytest.mark.parametrize("name", MARKDOWN)
def test_what_goes_into_a_ticket(name):
    assert_golden(name, MARKDOWN[name]())


@pytest.mark.parametrize("name", MARKDOWN)
def test_nothing_deceives_a_ticket(name):
    """All that others named stands in code spans: no renderer finds a link, HTML or a mention elsewhere."""
    tokens = MarkdownIt("gfm-like", {"linkify": False}).parse(MARKDOWN[name]())
    inline = [each for token in tokens if token.type == "inline" for each in token.children or ()]
    assert {each.type for each in inline} <= {"text", "code_inline", "softbreak"}
    spoken = "".join(each.content for each in inline if each.type == "text")
    assert not set(spoken) & set("@<>[]`|*#")
    assert {each.type for each in tokens} <= {
        *("heading_open", "heading_close", "paragraph_open", "paragraph_close", "inline"),
        *("bullet_list_open", "bullet_list_close", "list_item_open", "list_item_close"),
    }


@given(st.text(min_size=1))
@example("`")
@example("``a` ")
@example(" x ")
@example("\n- [x](y)")
def test_a_code_span_shows_exactly_what_it_holds(text):
    shown = visible(text)
    [paragraph] = [each for each in MarkdownIt().parse(f"- {code(text)}") if each.type == "inline"]
    [span] = paragraph.children or []
    if shown.strip(" "):
        assert (span.type, span.content) == ("code_inline", shown)
    else:
        assert span.content == "(empty)"


def test_an_ordinary_failure_and_its_choices_fill_one_screen():
    failure = replace(
        values.INCIDENT,
        causes=(replace(values.INCIDENT.causes[0], detail="User is not authorized"),),
        progress=Progress(
            done=("aws_ssm_parameter.release", "aws_iam_role.app"),
            failed=("aws_sqs_queue.jobs",),
            not_started=("aws_lambda_function.worker",),
        ),
    )
    touched = failure.progress.touched
    choices = (
        Choice(key="hold", text="hold: leave everything as it is", command="guardian hold --reason '...'"),
        Choice(
            key="reapply",
            text="reapply: plan the baseline's configuration on the present state, for these alone",
            addresses=touched,
            command="guardian restore --strategy reapply -auto-approve",
        ),
        Choice(
            key="destroy-created",
            text="destroy-created: destroy only what the run created",
            addresses=touched[1:],
            command="guardian restore --strategy destroy-created -auto-approve",
        ),
    )
    terminal = TypingTerminal("1")
    choose(terminal, "What now?", choices)
    screen = f"{incident_text(failure, PLAIN, hold=values.HELD.hold)}\n\n{terminal.shown[0]}"
    assert_golden("screen.txt", screen + "\n")
    assert len(screen.split("\n")) <= 24
    assert max(map(len, screen.split("\n"))) <= 80


@pytest.mark.parametrize("name", OBJECTS)
def test_what_a_program_reads(name):
    assert_golden(name, json.dumps(OBJECTS[name](), indent=2, allow_nan=False) + "\n")


def test_what_differs_beside_a_failed_run_stands_under_each_kind_once():
    drifts = [
        Drift(address=f"aws_x.{name}", kind=kind, resource_type=f"aws_{name}", origin=Origin.ELSEWHERE)
        for name, kind in (("a", DriftKind.CHANGED), ("b", DriftKind.MISSING), ("c", DriftKind.CHANGED))
    ]
    seen = Observed(snapshot=None, found=Found(drifts=tuple(drifts)), coverage=Coverage(read=3))
    lines = [each.strip().partition("  ")[0] for each in aftermath_text(seen, PLAIN).split("\n")]
    assert lines[1:6] == ["missing", "- aws_x.b", "changed", "~ aws_x.a", "~ aws_x.c"]


def test_the_twins_count_alike():
    counts = jsonl.plan(values.SUMMARY)["counts"]
    assert "Plan: 1 to import, {add} to add, {change} to change, {remove} to destroy.".format(
        **counts
    ) in plan_text(values.SUMMARY, None, PLAIN)


def test_what_goes_is_told_with_what_undoing_it_gives_and_what_stays_is_not_judged():
    gone, made = values.change("aws_lb.l[0]", Action.DELETE), values.change("aws_lb.l[1]", Action.CREATE)
    told = plan_text(PlanSummary(changes=(made, gone)), None, PLAIN)
    assert "  ! aws_lb.l[0]: undo: new object: the old object does not come back" in told
    assert "! aws_lb.l[1]" not in told
    assert undo_words(made).startswith("not judged")


def test_the_verdicts_of_a_review_stand_in_place_of_what_the_type_tells():
    gone = values.change("aws_lb.l[0]", Action.DELETE)
    told = plan_text(PlanSummary(changes=(gone,)), "as Terraform says", PLAIN, verdicts=("Undo: 1 exact",))
    assert told == "as Terraform says\n\nguardian:\nUndo: 1 exact"


def test_what_is_made_again_as_it_was_is_not_called_a_new_object():
    changes = tuple(
        PlannedChange(address=f"{kind}.x", resource_type=kind, action=Action.CREATE)
        for kind in ("aws_s3_bucket_versioning", "aws_db_instance", "custom_widget")
    )
    told = way_back_text(PlanSummary(changes=changes), None, (), PLAIN)
    assert "+ aws_s3_bucket_versioning.x: comes back as it was" in told
    assert "! aws_db_instance.x: comes back as a new object" in told
    # Nobody wrote down what this one loses.
    assert "! custom_widget.x: comes back as a new object" in told
