"""What is still known while the store is down, and what a flush finds contradictory."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from guardian.cli.typed import Typed
from guardian.cli.views.glass import broken_text, flushed_text, unrecorded_text
from guardian.cli.views.terminal import Paint
from guardian.domain.glass import Glass, broken, contradiction, later_state, moved, remembered_hold
from guardian.domain.project import ProjectDescriptor
from guardian.domain.remembered import Remembered
from guardian.domain.standing import Hold, IncidentRef, KnownState, LeaseRecord, RunRef, Standing
from guardian.domain.state import StateFacts
from guardian.operations.flush import Flushed, FlushedProject
from tests.support.projects import ALICE

AT = datetime(2030, 1, 31, 9, tzinfo=UTC)
GLASS = Glass(reason="fire", store="s3://b", error="no answer")
KNOWN = KnownState(lineage="l", serial=5, sha256="ab" * 32, instances=3)
PLAIN = Paint(on=False)


def seen(standing: Standing) -> Remembered:
    return Remembered(
        repository_id="r",
        state_id="s",
        number=12,
        digest="d",
        standing=standing,
        descriptor=ProjectDescriptor(name="n", backend_kind="s3", backend_address="a", workspace="default"),
        seen_at=AT,
    )


def facts(*, lineage: str = "l", serial: int = 5, sha256: str = "ab" * 32) -> StateFacts:
    return StateFacts(
        lineage=lineage, serial=serial, terraform_version="1", sha256=sha256, size_bytes=1, instances=3
    )


def run(outcome: str | None) -> RunRef:
    return RunRef(id="r1", operation="apply", opened_at=AT, first_record=3, outcome=outcome)


def test_a_hold_is_remembered_with_its_date():
    hold = Hold(reason="freeze", by="bob", since=AT, run_id=None)
    kept = remembered_hold(seen(Standing(hold=hold)))
    assert kept == replace(hold, reason="freeze (as this machine saw it on 2030-01-31 09:00 UTC)")
    assert remembered_hold(seen(Standing())) is None


def test_an_incident_whose_hold_was_never_written_holds_too():
    kept = remembered_hold(seen(Standing(open_incident=IncidentRef(run_id="r1", record=9))))
    assert kept is not None
    assert (kept.run_id, kept.since) == ("r1", AT)


@pytest.mark.parametrize(("outcome", "expected"), [(None, "r1"), ("applied", None)])
def test_a_run_without_an_end_is_named(outcome, expected):
    assert broken(GLASS, seen(Standing(last_run=run(outcome)))).open_run == expected


def test_the_warning_says_what_is_known_and_what_is_not():
    known = broken_text(broken(GLASS, seen(Standing(last_run=run(None)))), PLAIN)
    assert all(
        each in known
        for each in ("BREAK GLASS", "fire", "s3://b", "no answer", "record 12", "2030-01-31", "r1")
    )
    unknown = broken_text(broken(GLASS, None), PLAIN)
    assert "cannot be checked" in unknown
    assert "record" not in unknown


def test_the_warning_cannot_be_forged():
    hostile = Glass(reason="a\x1b[2J\nb", store="s3://b", error="x\x1b[1A\ny")
    shown = broken_text(broken(hostile, None), PLAIN)
    assert "\x1b" not in shown
    assert len(shown.splitlines()) == len(broken_text(broken(GLASS, None), PLAIN).splitlines())


@pytest.mark.parametrize(
    ("first", "words"),
    [
        (None, "no state"),
        (facts(lineage="other"), "lineage"),
        (facts(serial=4), "went back"),
        (facts(sha256="cd" * 32), "forked"),
    ],
)
def test_what_cannot_follow_contradicts(first, words):
    found = contradiction(Standing(known_state=KNOWN), first)
    assert found is not None
    assert words in found


@pytest.mark.parametrize("first", [facts(), facts(serial=6, sha256="cd" * 32)])
def test_what_can_follow_does_not(first):
    assert contradiction(Standing(known_state=KNOWN), first) is None
    assert contradiction(Standing(), first) is None


def test_the_later_of_two_moments_of_one_state_is_the_known_one():
    before = Standing(known_state=KNOWN)
    assert later_state(before, replace(KNOWN, serial=4)) == KNOWN
    assert later_state(before, replace(KNOWN, serial=6)) is None
    assert later_state(before, replace(KNOWN, serial=4, lineage="other")) is None
    assert later_state(before, None) is None


def test_a_lease_alone_is_no_going_on():
    lease = LeaseRecord(id="ab" * 16, ttl_s=60, holder=ALICE, since=AT, record=3)
    assert not moved(Standing(), Standing(lease=lease))
    assert moved(Standing(), Standing(last_run=run("applied")))


def test_a_flush_says_all_that_somebody_must_know():
    hold = Hold(reason="freeze", by="bob", since=AT, run_id=None)
    one = FlushedProject(
        project="n", runs=("r1",), records=9, written=4, moved=True, contradiction="it forked", hold=hold
    )
    said = flushed_text(Flushed(projects=(one,), kept="/k"), PLAIN, Typed())
    assert all(
        each in said for each in ("1 run of n", "9 records", "5 of them", "others", "it forked", "freeze")
    )
    assert "/k" in said
    assert flushed_text(Flushed(projects=()), PLAIN, Typed()) == "Nothing is spooled."
    assert "guardian run resume" in unrecorded_text(("r1",), Typed())
