"""Every recorded plan is judged as its expected.yaml says, and the corpus holds an example of everything."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from guardian.domain.plan import Action
from guardian.domain.review.document import read_document
from guardian.domain.review.risks.codes import DANGERS
from guardian.domain.review.undo.verdict import Undo
from tests.support.plans.corpus import RecordedPlan, plans
from tests.support.plans.reviewed import review_of, said_of

WANTED_AT_LEAST = 60
# What the configurations use as passwords begins so, and their tokens end so.
SECRET = ("hunter2", "EXAMPLEKEY")
# One version of the provider makes all plans.
NOT_IN_A_PLAN = {"provider-jump"}
ACTIONS = {
    ("no-op",),
    ("create",),
    ("read",),
    ("update",),
    ("delete", "create"),
    ("create", "delete"),
    ("delete",),
    ("forget",),
}
REASONS = {
    "delete_because_count_index",
    "delete_because_each_key",
    "delete_because_no_module",
    "delete_because_no_move_target",
    "delete_because_no_resource_config",
    "delete_because_wrong_repetition",
    "read_because_config_unknown",
    "read_because_dependency_pending",
    "replace_because_cannot_update",
    "replace_because_tainted",
    "replace_by_request",
    "replace_by_triggers",
}
CORPUS = plans()


def raw_changes() -> Iterator[dict[str, Any]]:
    for plan in CORPUS:
        yield from json.loads(plan.recording.read_bytes()).get("resource_changes", ())


@pytest.mark.parametrize("plan", CORPUS, ids=lambda plan: plan.name)
def test_a_plan_is_judged_as_it_should_be(plan: RecordedPlan):
    said, expected = said_of(plan), plan.expected
    assert said.changes == expected.changes
    assert said.risks == {address: sorted(codes) for address, codes in expected.risks.items()}
    assert said.overwritten == expected.overwritten


@pytest.mark.parametrize("plan", CORPUS, ids=lambda plan: plan.name)
def test_no_review_holds_a_secret_even_where_values_are_asked_for(plan: RecordedPlan):
    review = review_of(plan, values=True)
    assert not [each for each in SECRET if each in repr(review)]


def test_there_are_secrets_that_could_be_told():
    for secret in SECRET:
        assert any(secret in plan.recording.read_text() for plan in CORPUS)
    assert any(each.values for plan in CORPUS for each in review_of(plan, values=True).changes)


def test_there_are_plans_enough():
    assert len(CORPUS) >= WANTED_AT_LEAST


def test_every_action_is_planned_somewhere():
    assert {tuple(each["change"]["actions"]) for each in raw_changes()} == ACTIONS
    found = {change.split(", ")[0] for plan in CORPUS for change in plan.expected.changes.values()}
    assert found == {str(each) for each in Action} - {"noop", "read"}


def test_every_reason_is_given_somewhere():
    assert {each["action_reason"] for each in raw_changes() if "action_reason" in each} == REASONS


def test_every_verdict_is_given_somewhere():
    found = {change.split(", ")[1] for plan in CORPUS for change in plan.expected.changes.values()}
    assert found == {str(each) for each in Undo}


def test_every_danger_is_found_somewhere():
    found = {code for plan in CORPUS for codes in plan.expected.risks.values() for code in codes}
    assert found == {each.code for each in DANGERS} - NOT_IN_A_PLAN


def test_every_danger_has_plans_without_it():
    """A rule that cries always would pass every plan that expects it."""
    for danger in DANGERS:
        found = [{code for codes in plan.expected.risks.values() for code in codes} for plan in CORPUS]
        assert any(danger.code not in codes for codes in found)


@pytest.mark.parametrize("plan", CORPUS, ids=lambda plan: plan.name)
def test_a_recording_is_of_terraform_and_normalised(plan: RecordedPlan):
    body = plan.recording.read_bytes()
    document = read_document(body, named=plan.name)
    assert document.terraform_version.startswith("1.11.")
    assert document.made_at == "2026-01-01T00:00:00Z"
    assert document.errored is plan.recipe.fails
    assert len(body) < 100_000
