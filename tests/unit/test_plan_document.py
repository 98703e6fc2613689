"""A plan's JSON is read whole, change by change, or refused in one sentence."""

import json
from typing import Any

import pytest

from guardian.domain.plan import Action
from guardian.domain.review.document import PlanDocument, read_document
from guardian.errors import PlanFormatError
from tests.support.plans.corpus import plan_named, plans

KIB = 1024
MANY = 100_000


def document(**parts: Any) -> PlanDocument:
    whole = {"format_version": "1.2", "terraform_version": "1.11.4", "resource_changes": [], **parts}
    return read_document(json.dumps(whole).encode(), named="plan.json")


def resource_change(**change: Any) -> dict[str, Any]:
    return {
        "address": "terraform_data.a",
        "type": "terraform_data",
        "change": {"actions": ["update"], **change},
    }


def everything(body: bytes) -> None:
    """Ask for all that a plan can be asked."""
    found = read_document(body, named="plan.json")
    list(found.changes())
    list(found.drift())
    found.outputs()
    for part in (found.configuration, found.recorded, found.planned_values, found.variables):
        part()


def refused(body: bytes) -> PlanFormatError:
    with pytest.raises(PlanFormatError) as caught:
        everything(body)
    assert "\n" not in caught.value.message
    assert caught.value.hint.startswith("terraform ")
    return caught.value


def test_a_plan_of_terraform_is_read_whole():
    body = plan_named("first-creation").recording.read_bytes()
    found = read_document(body, named="plan.json")
    changes = list(found.changes())
    assert [each.address for each in changes] == [
        "terraform_data.application",
        "terraform_data.counted[0]",
        "terraform_data.counted[1]",
        "terraform_data.network",
    ]
    assert [each.key for each in changes] == [None, 0, 1, None]
    assert {each.action for each in changes} == {Action.CREATE}
    assert changes[0].unknown == {"id": True, "input": True, "output": True}
    assert changes[0].provider == "terraform.io/builtin/terraform"
    assert found.outputs() == {"fixed": "create", "network": "create"}
    assert (found.terraform_version, found.made_at) == ("1.11.4", "2026-01-01T00:00:00Z")
    assert found.complete
    assert not found.errored
    assert set(found.planned_values()) == {"outputs", "root_module"}
    assert found.recorded() == ()
    assert found.configuration()["root_module"]["outputs"]["fixed"]["expression"]
    assert [each.address for each in found.changes()] == [each.address for each in changes]


def test_a_change_in_a_module_says_where_it_is():
    found = read_document(plan_named("nasty-keys").recording.read_bytes(), named="plan.json")
    change = next(each for each in found.changes() if each.action is Action.CREATE)
    assert change.module == (
        'module.team["]]>&<!-- guardian -->"].module.service["|`](https://example.com)"]'
    )
    assert change.resource == "module.team.module.service.terraform_data.item"
    assert change.key == '${x} %{y} "quoted" \\'
    assert (change.name, change.before) == ("item", {})


def test_a_replacement_says_what_forces_it_and_which_comes_first():
    for name, first in (("replaced-create-first", True), ("replaced-delete-first", False)):
        found = read_document(plan_named(name).recording.read_bytes(), named="plan.json")
        change = next(each for each in found.changes() if each.action is Action.REPLACE)
        assert change.replace_paths == (("triggers_replace",),)
        assert change.create_before_destroy is first
        assert change.destroys
        assert change.makes


def test_an_import_names_what_is_imported():
    found = read_document(plan_named("imported").recording.read_bytes(), named="plan.json")
    assert [(each.action, each.import_id) for each in found.changes()] == [
        (Action.IMPORT, "an-object-of-old")
    ]


def test_an_object_left_over_has_its_key():
    found = read_document(plan_named("deposed-leftover").recording.read_bytes(), named="plan.json")
    assert [(each.action, each.intent.deposed) for each in found.changes()] == [(Action.DELETE, "00000001")]


def test_a_plan_that_failed_on_the_way_says_so():
    found = read_document(plan_named("planning-fails").recording.read_bytes(), named="plan.json")
    assert found.errored
    assert not found.complete


def test_reads_of_data_and_what_stays_are_left_out():
    reads = {**resource_change(), "mode": "data"}
    assert not list(document(resource_changes=[reads, resource_change(actions=["no-op"])]).changes())


def test_nothing_where_terraform_leaves_a_part_out():
    body = b'{"format_version": "1.0", "planned_values": {"root_module": {}}}'
    everything(body)
    found = read_document(body, named="plan.json")
    assert not list(found.changes())
    assert not found.outputs()


@pytest.mark.parametrize("part", ["resource_changes", "resource_drift", "output_changes", "configuration"])
def test_null_is_nothing(part):
    everything(json.dumps({"format_version": "1.2", "planned_values": {}, part: None}).encode())


def test_attributes_that_are_null_are_none():
    change = next(document(resource_changes=[resource_change(before=None, after=None)]).changes())
    assert (change.before, change.after) == ({}, {})


@pytest.mark.parametrize("name", ["first-creation", "nasty-keys"])
def test_a_plan_that_was_cut_off_is_refused_wherever_it_was_cut(name):
    body = plan_named(name).recording.read_bytes().rstrip()
    for end in [*range(0, len(body), KIB), len(body) - 1]:
        assert f"cut off after {end} bytes" in refused(body[:end]).message


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "is not JSON"),
        (b"PK\x03\x04 a plan file, not its JSON", "is not JSON"),
        (b'{"@level":"info"}\n{"@level":"info"}\n', "is not JSON"),
        ('{"format_version": "1.2"}'.encode("utf-16"), "is not JSON"),
        (b'{"a": ' + b"[" * MANY, "is not JSON"),
        (b"null", "not of a plan"),
        (b"[]", "not of a plan"),
        (b'"1.2"', "not of a plan"),
        (b"{}", "no format_version"),
        (b'{"version": 4, "terraform_version": "1.11.4", "serial": 1, "resources": []}', "no format_version"),
        (b'{"format_version": "0.2", "resource_changes": []}', "format '0.2'"),
        (b'{"format_version": "2.0", "resource_changes": []}', "format '2.0'"),
        (b'{"format_version": "10.0", "resource_changes": []}', "format '10.0'"),
        (b'{"format_version": "1.0", "values": {"root_module": {}}}', "JSON of a state"),
        (b'{"format_version": 1, "resource_changes": []}', "not of a plan"),
        (b'{"format_version": "1.2", "resource_changes": {}}', "not of a plan"),
        (b'{"format_version": "1.2", "resource_changes": [], "errored": "no"}', "not of a plan"),
        (b'{"format_version": "1.2", "resource_changes": [], "output_changes": {"a": {}}}', "not of a plan"),
        (b'{"format_version": "1.2", "resource_changes": [], "configuration": [1]}', "a part of the plan"),
        (
            b'{"format_version": "1.2", "resource_changes": [], "variables": {"a": "\xff"}}',
            "a part of the plan",
        ),
    ],
)
def test_what_is_no_plan_is_refused(body, said):
    assert said in refused(body).message


@pytest.mark.parametrize(
    "listed",
    [
        b"null",
        b"7",
        b"{}",
        b'{"address": 1, "type": "t", "change": {"actions": ["create"]}}',
        b'{"address": "a", "type": "t", "change": null}',
        b'{"address": "a", "type": "t", "change": {"actions": []}}',
        b'{"address": "a", "type": "t", "change": {"actions": ["explode"]}}',
        b'{"address": "a", "type": "t", "change": {"actions": ["create"], "after": [1]}}',
        b'{"address": "a", "type": "t", "change": {"actions": ["create"], "after": {"n": 1e999}}}',
        b'{"address": "a\xff", "type": "t", "change": {"actions": ["create"]}}',
        b'{"address": "a", "type": "t", "change": {"actions": ["update"], "replace_paths": [[null]]}}',
    ],
)
@pytest.mark.parametrize("part", [b"resource_changes", b"resource_drift"])
def test_a_change_of_another_form_is_named_by_its_number(listed, part):
    good = json.dumps(resource_change()).encode()
    body = b'{"format_version": "1.2", "planned_values": {}, "%s": [%s, %s]}' % (part, good, listed)
    assert "change 2 of the plan" in refused(body).message


@pytest.mark.parametrize("filler", [b" ", b"\0", b"[", b"0"], ids=["blank", "zeros", "brackets", "digits"])
def test_two_hundred_megabytes_of_nothing_are_refused(filler):
    refused(filler * (200 * KIB * KIB))


def test_messages_hold_no_value_of_the_plan():
    body = plan_named("sensitive-by-configuration").recording.read_bytes()
    text = body.replace(b'"before": {', b'"before": 7, "was": {')
    assert "hunter2" not in refused(text).message


def test_every_recorded_plan_is_read():
    for plan in plans():
        everything(plan.recording.read_bytes())
