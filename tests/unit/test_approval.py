"""What an approval binds: when it holds, what moved, which files are read at apply; by example and by law."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guardian.domain.approval import Approval, Present, SealedFile, moved, out_of_time, overtaken
from guardian.domain.review.policy import Override
from guardian.domain.sealed import named_files, why_in_place, written_files
from guardian.domain.snapshot import ConfigurationRef, PlanRef
from guardian.domain.standing import KnownState
from guardian.domain.state import StateFacts

HEX = "ab" * 32
AT = datetime(2030, 1, 31, 9, tzinfo=UTC)
END = AT + timedelta(hours=24)
SEALED = SealedFile(
    path="dist/app.zip", sha256=HEX, bytes=3, object=HEX, address="aws_s3_object.app", attribute="source"
)
FILES = {"main.tf": "1", "modules/a/main.tf": "2"}


def approval(**changed: Any) -> Approval:
    values: dict[str, Any] = {
        "number": 7,
        "plan": PlanRef(object=HEX, bytes=9, sha256=HEX),
        "configuration": ConfigurationRef(
            tree=HEX, root=".", files=2, bytes=9, left_out=(), var_files=(), lock_file=True
        ),
        "lock_file": HEX,
        "lineage": "l",
        "serial": 3,
        "sealed": (SEALED,),
        "by": "alice",
        "reason": "release 4",
        "at": AT,
        "expires_at": END,
    }
    return Approval(**{**values, **changed})


def facts(**changed: Any) -> StateFacts:
    values: dict[str, Any] = {
        "lineage": "l",
        "serial": 3,
        "terraform_version": "1.11.4",
        "sha256": HEX,
        "size_bytes": 9,
        "instances": 1,
    }
    return StateFacts(**{**values, **changed})


def present(**changed: Any) -> Present:
    values: dict[str, Any] = {
        "state": facts(),
        "lock_file": HEX,
        "files": FILES,
        "sealed": {"dist/app.zip": HEX},
    }
    return Present(**{**values, **changed})


def test_an_approval_survives_its_record():
    override = Override(rule="no-public", address="*", reason="release 4", by="alice", expires_at=END)
    for each in (
        approval(overrides=(override,), allow_delete=("aws_s3_bucket.a",)),
        approval(lineage=None, serial=None, lock_file=None, sealed=(), reason=""),
    ):
        assert Approval.from_record(each.body(), number=7, at=AT) == each


def test_a_record_of_an_earlier_version_lets_nothing_go():
    body = approval().body()
    del body["allow_delete"]
    assert Approval.from_record(body, number=7, at=AT).allow_delete == ()


def known(**changed: Any) -> KnownState:
    return KnownState(**{"lineage": "l", "serial": 3, "sha256": HEX, "instances": 1, **changed})


@pytest.mark.parametrize(
    ("seen", "why"),
    [
        (None, ""),
        (known(), ""),
        (known(serial=2), ""),
        (known(serial=5), "the state moved from serial 3 to 5"),
        (known(lineage="m"), "it was given for another state than the recorded one"),
    ],
)
def test_a_recorded_state_overtakes_an_approval(seen, why):
    assert overtaken(approval(), seen) == why


def test_a_state_where_there_was_none_overtakes_an_approval():
    fresh = approval(lineage=None, serial=None)
    assert overtaken(fresh, None) == ""
    assert overtaken(fresh, known()) == "there was no state, and now there is one at serial 3"


def test_what_is_as_it_was_has_not_moved():
    assert moved(approval(), FILES, present()) == ()


@pytest.mark.parametrize(
    ("changed", "clause"),
    [
        ({"state": facts(serial=5)}, "the state moved from serial 3 to 5"),
        ({"state": facts(lineage="m")}, "the state is another one: its lineage was l and is m"),
        ({"state": None}, "the state of serial 3 is gone"),
        ({"lock_file": "cd" * 32}, "the lock file .terraform.lock.hcl differs"),
        ({"lock_file": None}, "the lock file .terraform.lock.hcl differs"),
        (
            {"files": {"main.tf": "9", "new.tf": "1"}},
            "the configuration differs: main.tf changed, modules/a/main.tf is gone, new.tf is new",
        ),
        (
            {"sealed": {"dist/app.zip": "cd" * 32}},
            "the sealed file dist/app.zip differs (source of aws_s3_object.app)",
        ),
        (
            {"sealed": {"dist/app.zip": ""}},
            "the sealed file dist/app.zip differs (source of aws_s3_object.app)",
        ),
    ],
)
def test_each_thing_that_moved_is_named(changed, clause):
    assert moved(approval(), FILES, present(**changed)) == (clause,)


def test_a_state_that_appeared_is_named():
    fresh = approval(lineage=None, serial=None)
    assert moved(fresh, FILES, present(state=None)) == ()
    assert moved(fresh, FILES, present()) == ("there was no state, and now there is one at serial 3",)


def test_a_sealed_file_that_is_not_here_comes_from_its_copy():
    assert moved(approval(), FILES, present(sealed={})) == ()


def test_all_that_moved_is_named_at_once_and_many_files_are_counted():
    many = {f"{each}.tf": "1" for each in range(9)}
    clauses = moved(approval(), many, present(state=None, lock_file=None, files={}))
    assert len(clauses) == 3
    assert clauses[2].endswith("4.tf is gone and 4 more")


@given(
    approved=st.dictionaries(st.text(min_size=1), st.text(), max_size=6),
    there=st.dictionaries(st.text(min_size=1), st.text(), max_size=6),
)
def test_configurations_are_the_same_only_where_every_file_is(approved, there):
    assert (moved(approval(), approved, present(files=there)) == ()) == (approved == there)


@given(st.integers(-(10**9), 10**9))
def test_a_clock_lets_an_approval_live_only_between_its_two_times(seconds):
    now = AT + timedelta(seconds=seconds)
    assert (out_of_time(approval(), now) == "") == (AT - timedelta(minutes=5) <= now < END)


def test_why_it_does_not_hold_is_said():
    assert out_of_time(approval(), END) == "it expired at 2030-02-01 09:00 UTC"
    assert "cannot be told" in out_of_time(approval(), AT - timedelta(days=1))


def plan(*changes: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"resource_changes": list(changes), **more}


def change(after: Any, *, actions: tuple[str, ...] = ("create",), **more: Any) -> dict[str, Any]:
    return {
        "address": "aws_x.a",
        "type": "aws_x",
        "provider_name": "registry.terraform.io/hashicorp/aws",
        "change": {"actions": list(actions), "after": after},
        **more,
    }


@pytest.mark.parametrize(
    ("after", "found"),
    [
        ({"source": "a.zip"}, [("source", "a.zip")]),
        ({"filename": "./a.zip", "runtime": "python3.11"}, [("filename", "./a.zip")]),
        ({"input": {"template_file": "t.json"}}, [("input.template_file", "t.json")]),
        ({"code": [{"source_path": "/abs/a"}, {"source_path": "b"}]}, None),
        ({"scripts": ["a.sh", "b.sh"]}, [("scripts", "a.sh"), ("scripts", "b.sh")]),
        ({"name": "a.zip", "path": "/", "source": ""}, []),
        ({"source": None, "filename": True}, []),
        (None, []),
    ],
)
def test_files_are_found_by_the_name_of_the_attribute(after, found):
    if found is None:
        found = [("code.source_path", "/abs/a"), ("code.source_path", "b")]
    named = list(named_files(plan(change(after))))
    assert [(each.attribute, each.path) for each in named] == found


def test_what_a_resource_writes_is_not_read():
    written = change({"filename": "out.txt", "source": "in.txt"}, type="local_file")
    assert [each.path for each in named_files(plan(written))] == ["in.txt"]


def test_what_an_apply_writes_or_removes_is_known():
    written = change({"filename": "./out.txt", "source": "in.txt"}, type="local_file")
    gone = change(None, actions=("delete",), type="local_sensitive_file")
    gone["change"]["before"] = {"filename": "old.txt"}
    kept = change({"filename": "kept.txt"}, actions=("no-op",), type="local_file")
    unknown = change({"content": "x"}, type="local_file")
    read = change({"filename": "app.zip"}, type="aws_lambda_function")
    assert list(written_files(plan(written, gone, kept, unknown, read))) == ["./out.txt", "old.txt"]


def test_what_is_not_made_reads_nothing_and_a_path_is_named_once():
    same = [change({"source": "a.zip"}), change({"source": "a.zip"}, address="aws_x.b")]
    gone = change({"source": "old.zip"}, actions=("delete",))
    kept = change({"source": "kept.zip"}, actions=("no-op",))
    named = list(named_files(plan(gone, kept, *same)))
    assert [(each.address, each.path) for each in named] == [("aws_x.a", "a.zip")]


def in_place(**changed: Any) -> str:
    given: dict[str, Any] = {
        "document": plan(change({"source": "a.zip"})),
        "configuration": [b'resource "aws_x" "a" {}'],
        "left_out": [],
        "backend_kind": "s3",
    }
    values = {**given, **changed}
    return why_in_place(values.pop("document"), **values)


def test_a_plan_of_aws_alone_is_applied_from_a_private_copy():
    assert in_place() == ""


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"backend_kind": "local"}, "the state lies in the root module"),
        ({"left_out": ["b.iso", "a.iso"]}, "a copy of the root module would lack a.iso"),
        ({"configuration": [b"x = path.cwd"]}, "path.cwd"),
        ({"configuration": [b'provisioner "local-exec" {}']}, "provisioner"),
        (
            {
                "document": plan(
                    change({}, provider_name="registry.opentofu.org/hashicorp/local", type="local_file")
                )
            },
            "the provider hashicorp/local may read and write",
        ),
        (
            {
                "document": plan(
                    configuration={
                        "provider_config": {"helm": {"full_name": "registry.terraform.io/hashicorp/helm"}}
                    }
                )
            },
            "the provider hashicorp/helm may read and write",
        ),
    ],
)
def test_what_works_with_its_own_place_is_applied_there(changed, why):
    assert why in in_place(**changed)
