"""The views, golden: what a person reads, and its JSON twin."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from guardian.cli.views import jsonl, runs, snapshots
from guardian.cli.views.incident import incident_text
from guardian.cli.views.plan import plan_text
from guardian.cli.views.receipt import receipt_text
from guardian.cli.views.status import status_object, status_text
from guardian.cli.views.terminal import PLAIN, Paint
from guardian.domain.journal import Kind, Record
from guardian.domain.plan import Action, PlanSummary
from guardian.domain.run import Progress
from guardian.domain.standing import Standing
from guardian.operations.runs import Run
from guardian.operations.status import Status
from guardian.repository.verification import Finding
from tests.cli import values
from tests.cli.golden import assert_golden

HELD = Status(project="network", standing=values.HELD, next_command="guardian restore", reason="run 1 failed")
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
    records=(RECORD,),
)
CUT_SHORT = replace(
    RUN,
    outcome=None,
    exit_code=None,
    is_complete=False,
    incident=None,
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
    "receipt-proven.txt": lambda: receipt_text(values.PROVEN, PLAIN),
    "receipt-not-proven.txt": lambda: receipt_text(values.NOT_PROVEN, PLAIN),
    "status-held.txt": lambda: status_text(HELD, PLAIN),
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

OBJECTS: dict[str, Callable[[], Any]] = {
    "plan.json": lambda: jsonl.plan(values.SUMMARY),
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


@pytest.mark.parametrize("name", OBJECTS)
def test_what_a_program_reads(name):
    assert_golden(name, json.dumps(OBJECTS[name](), indent=2, allow_nan=False) + "\n")


def test_the_twins_count_alike():
    counts = jsonl.plan(values.SUMMARY)["counts"]
    assert "Plan: 1 to import, {add} to add, {change} to change, {remove} to destroy.".format(
        **counts
    ) in plan_text(values.SUMMARY, None, PLAIN)


@pytest.mark.parametrize(
    ("actions", "words"),
    [
        ((Action.CREATE,), "the change can be undone"),
        ((Action.CREATE, Action.UPDATE), "all 2 changes can be undone"),
        ((Action.DELETE,), "the change cannot be undone as it was"),
        ((Action.DELETE, Action.DELETE), "none of the 2 changes can be undone as it was"),
        ((Action.CREATE, Action.DELETE), "1 of 2 changes can be undone, 1 cannot"),
    ],
)
def test_what_can_be_undone_is_said_in_a_sentence(actions, words):
    changes = tuple(values.change(f"aws_lb.l[{index}]", each) for index, each in enumerate(actions))
    assert f"  {words}\n" in plan_text(PlanSummary(changes=changes), None, PLAIN)
