"""Every document fits its published schema, on write and on read; another format is left alone."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from guardian.domain.actor import Actor
from guardian.domain.journal import Kind, Standing
from guardian.errors import StoreCorruptError, StoreFormatError
from guardian.repository import documents
from tests.fakes.blobs import FakeBlobStore
from tests.support.projects import ALICE, open_project

HEX = "ab" * 32
KNOWN = {"lineage": "l", "serial": 3, "sha256": HEX, "instances": 4}
LEASE = {"id": "ab" * 16, "ttl_s": 60, "holder": ALICE.to_json()}
CHANGE = {
    "address": "terraform_data.a",
    "action": "create",
    "reason": "",
    "resource_type": "terraform_data",
    "previous_address": "",
    "deposed": "",
}
APPROVAL = {
    "plan": {"object": HEX, "bytes": 9, "sha256": HEX, "json_object": None},
    "configuration": {
        "tree": HEX,
        "root": ".",
        "files": 1,
        "bytes": 9,
        "left_out": [],
        "var_files": [],
        "lock_file": True,
    },
    "lock_file": HEX,
    "state": {"lineage": "l", "serial": 3},
    "sealed": [
        {"path": "a", "sha256": HEX, "bytes": 1, "object": HEX, "address": "aws_x.a", "attribute": "source"}
    ],
    "by": "alice",
    "reason": "",
    "expires_at": "2030-01-31T09:00:00.000000Z",
    "overrides": [{"rule": "no-public", "address": "*", "expires_at": "2030-01-31T09:00:00.000000Z"}],
}
BODIES: dict[Kind, dict[str, Any]] = {
    Kind.LEASE_TAKEN: {"lease": LEASE},
    Kind.LEASE_RENEWED: {"lease_id": "ab" * 16},
    Kind.LEASE_RELEASED: {"lease_id": "ab" * 16},
    Kind.RUN_OPENED: {"operation": "apply", "engine": {}, "root": ".", "run_dir": "/tmp/run"},
    Kind.PLANNED: {
        "plan_sha256": HEX,
        "changes": [CHANGE],
        "outputs": ["address"],
        "drift": ["terraform_data.b"],
        "counts": {"add": 1, "change": 0, "remove": 0, "import": 0},
    },
    Kind.GUARDED: {"guard": "hold", "verdict": "passed", "detail": ""},
    Kind.APPROVED: {"by": "option"},
    Kind.SNAPSHOT_COMMITTED: {"snapshot_id": HEX, "purpose": "after", "state": KNOWN},
    Kind.APPLYING: {"plan_sha256": HEX, "step": "apply"},
    Kind.ENGINE_LOCKED: {
        "lock": {
            "id": "a",
            "operation": "OperationTypeApply",
            "info": "",
            "who": "alice@laptop",
            "version": "1.11.4",
            "created": "2026-01-02T03:04:05Z",
            "path": "terraform.tfstate",
        }
    },
    Kind.UNLOCKED: {"what": "terraform", "id": "a", "holder": "alice@laptop", "reason": "it is dead"},
    Kind.ENGINE_STARTED: {"pid": 1, "started": 2, "stdout": "/tmp/out", "stderr": "/tmp/err"},
    Kind.ENGINE_EVENTS: {"events": [{"type": "version"}]},
    Kind.ENGINE_EXITED: {"exit_code": -9, "interrupted": False},
    Kind.PROMOTED: {"snapshot_id": HEX, "evidence": ["the plan is empty"]},
    Kind.INCIDENT_OPENED: {"incident": {"run_id": "r"}},
    Kind.RECOVERY_PLANNED: {"plan": {"steps": []}},
    Kind.STEP_STARTED: {"step": {}},
    Kind.STEP_FINISHED: {"step": {}, "outcome": "done"},
    Kind.RECEIPT: {"receipt": {}, "proven": True},
    Kind.HELD: {"hold": {"reason": "r", "by": "b", "since": "2030-01-31T09:00:00.000000Z", "run_id": None}},
    Kind.RELEASED: {"reason": "mended"},
    Kind.STATE_ACCEPTED: {"state": KNOWN, "reason": "restored by hand"},
    Kind.DRIFT_SEEN: {"since": "5" * 64, "differences": 2, "unreadable": 0},
    Kind.DRIFT_ACCEPTED: {
        "accepted": [{"address": "aws_x.a", "kind": "changed", "digest": "0" * 64}],
        "reason": "a hot fix",
    },
    Kind.PLAN_APPROVED: APPROVAL,
    Kind.APPROVAL_USED: {"approval": 3, "plan_sha256": HEX, "root": "."},
    Kind.INTERRUPTED: {"signal": "SIGTERM"},
    Kind.SNAPSHOTS_PRUNED: {"snapshots": [HEX], "keep": {"last": 3}},
    Kind.REPAIRED: {
        "moved": [{"key": "objects/ab", "to": "q/1", "problem": "torn"}],
        "snapshots": [HEX],
        "incomplete": [],
        "reason": "",
    },
    Kind.BREAK_GLASS: {"reason": "r", "store": "s3://b", "error": "no answer", "remembered": None},
    Kind.FLUSHING: {"repository": "ab" * 16, "after": 7},
    Kind.FLUSHED: {
        "spool": "cd" * 16,
        "by": LEASE["holder"],
        "since": "2030-01-31T09:00:00.000000Z",
        "reason": "r",
        "runs": ["20300131T090000Z-abcdef"],
    },
    Kind.NOTE: {"text": "t"},
    Kind.RUN_CLOSED: {"outcome": "applied", "exit_code": 0},
}


def test_every_schema_is_a_schema() -> None:
    found = sorted(documents.SCHEMAS.glob("*.schema.json"))
    assert len(found) >= 7
    for each in found:
        Draft202012Validator.check_schema(json.loads(each.read_bytes()))


def test_every_kind_of_record_has_a_body_in_the_schema() -> None:
    schema = json.loads((documents.SCHEMAS / "record.schema.json").read_bytes())
    kinds = {str(kind) for kind in Kind}
    assert set(schema["properties"]["kind"]["enum"]) == kinds
    assert {each["if"]["properties"]["kind"]["const"] for each in schema["allOf"]} == kinds
    assert set(BODIES) == set(Kind)


@pytest.mark.parametrize("kind", list(Kind))
def test_each_kind_is_written_and_read_again(kind: Kind) -> None:
    store = FakeBlobStore()
    log = open_project(store).log
    written = log.append(kind, BODIES[kind], run_id="run-1")
    (read,) = open_project(store).log.read()
    assert (read.kind, read.body, read.run_id) == (kind, BODIES[kind], "run-1")
    assert read == written


@pytest.mark.parametrize("kind", list(Kind))
@pytest.mark.parametrize("flaw", ["missing", "wrong type"])
def test_each_kind_is_refused_with_a_flaw_and_nothing_is_written(kind: Kind, flaw: str) -> None:
    store = FakeBlobStore()
    log = open_project(store).log
    keys = set(store.bodies)
    for name in BODIES[kind]:
        body = {each: value for each, value in BODIES[kind].items() if each != name}
        if flaw == "wrong type":
            body[name] = {"secret": 1.5} if not isinstance(BODIES[kind][name], dict) else ["secret"]
        if name == "outputs" and flaw == "wrong type":
            continue  # outputs may be a list or an object
        with pytest.raises(StoreFormatError) as refusal:
            log.append(kind, body)
        assert "secret" not in refusal.value.message
    assert set(store.bodies) == keys


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=10,
)


@given(value=st.dictionaries(st.text(), json_values, max_size=5))
def test_canonical_bytes_do_not_depend_on_the_order_of_keys(value: dict[str, Any]) -> None:
    shuffled = dict(reversed(list(value.items())))
    body = documents.canonical(value)
    assert body == documents.canonical(shuffled)
    assert json.loads(body) == value
    assert body.isascii()


def test_text_that_no_utf_8_can_carry_survives() -> None:
    broken = b"\xff.tf".decode("utf-8", "surrogateescape")
    assert json.loads(documents.canonical({"path": broken})) == {"path": broken}


@pytest.mark.parametrize("number", [float("nan"), float("inf")])
def test_numbers_that_json_does_not_have_are_refused(number: float) -> None:
    with pytest.raises(ValueError, match="JSON"):
        documents.canonical({"x": number})


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'{"format":1,"x":NaN}', b"\xff", b"[" * 100_000])
def test_what_is_no_document_is_corrupt(body: bytes) -> None:
    with pytest.raises(StoreCorruptError, match="here"):
        documents.parse(body, where="here")


@pytest.mark.parametrize("number", [0, 2, "1", None, True, 1.5])
def test_another_format_is_refused_by_number(number: Any) -> None:
    with pytest.raises(StoreFormatError, match="format"):
        documents.parse(json.dumps({"format": number}).encode(), where="here")


def test_a_problem_is_named_by_place_and_rule_and_never_by_value() -> None:
    with pytest.raises(StoreCorruptError) as refusal:
        documents.checked({"format": 1, "files": [{"path": 5, "bytes": "hunter2"}]}, "tree", where="here")
    assert "files/0" in refusal.value.message
    assert "hunter2" not in refusal.value.message


def test_a_document_too_large_to_be_read_again_is_not_written() -> None:
    with pytest.raises(StoreFormatError, match="not written"):
        documents.written({"x": "y" * (documents.MAX_BYTES + 1)}, "tree")


def test_an_empty_standing_and_an_actor_survive_json() -> None:
    assert Standing.from_json(Standing().to_json()) == Standing()
    assert Actor.from_json(ALICE.to_json()) == ALICE
