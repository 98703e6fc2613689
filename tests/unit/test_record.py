"""Revisions of a raw state: what was asked changes, and nothing else, to the last digit."""

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guardian.domain import raw_json
from guardian.domain.record import (
    Doubt,
    Forget,
    KeepOriginal,
    Remember,
    Revision,
    Untaint,
    revise,
    with_serial,
)
from guardian.domain.state import parse_state
from guardian.errors import WrongStateError

WRITTEN = r"""{
  "version": 4,
  "terraform_version": "1.11.4",
  "serial": 9007199254740993,
  "lineage": "c0ffee00-0000-4000-8000-000000000000",
  "outputs": {
    "shown": {
      "value": "a \u003cb\u003e \u0026 \u2028 ü \"serial\": 3",
      "type": "string"
    }
  },
  "resources": [
    {
      "mode": "managed",
      "type": "x_net",
      "name": "main",
      "provider": "provider[\"registry.terraform.io/x/x\"]",
      "instances": []
    },
    {
      "module": "module.eu[\"de.1\"].module.app[0]",
      "mode": "managed",
      "type": "x_box",
      "name": "each",
      "provider": "provider[\"registry.terraform.io/x/x\"]",
      "instances": [
        {
          "index_key": "a\"b${c}",
          "status": "tainted",
          "schema_version": 0,
          "attributes": {
            "id": "new-a",
            "size": 1.0,
            "weight": 1e400,
            "count": 123456789012345678901234567890.12345678901234567890,
            "serial": 7,
            "password": "hunter2",
            "tags": {}
          },
          "sensitive_attributes": [
            [
              {
                "type": "get_attr",
                "value": "password"
              }
            ]
          ],
          "private": "bnVsbA=="
        },
        {
          "index_key": "a\"b${c}",
          "deposed": "00000001",
          "schema_version": 0,
          "attributes": {
            "id": "old-a"
          }
        },
        {
          "index_key": "a\"b${c}",
          "deposed": "00000002",
          "schema_version": 0,
          "attributes": {
            "id": "older-a"
          }
        },
        {
          "index_key": "z",
          "schema_version": 0,
          "attributes": {
            "id": "z"
          }
        }
      ]
    },
    {
      "mode": "managed",
      "type": "x_box",
      "name": "counted",
      "provider": "provider[\"registry.terraform.io/x/x\"]",
      "instances": [
        {
          "index_key": 0,
          "schema_version": 0,
          "attributes": {
            "id": "c0"
          }
        },
        {
          "index_key": 1,
          "deposed": "0000000a",
          "schema_version": 0,
          "attributes": {
            "id": "old-c1"
          }
        }
      ]
    }
  ],
  "check_results": null,
  "of_a_later_version": [
    1.50
  ]
}
""".encode()
A = 'module.eu["de.1"].module.app[0].x_box.each["a\\"b$${c}"]'
Z = 'module.eu["de.1"].module.app[0].x_box.each["z"]'
SERIAL = 9007199254740993


def exact(body: bytes) -> Any:
    """Read a document with numbers that compare by their spelling: a reader of its own, for the tests."""
    return json.loads(
        body, parse_int=lambda text: ("number", text), parse_float=lambda text: ("number", text)
    )


def order(body: bytes) -> list[tuple[str, str]]:
    return [(each.identity, each.object_id) for each in parse_state(body).instances]


def box(document: Any) -> list[Any]:
    found: list[Any] = document["resources"][1]["instances"]
    return found


def test_a_record_without_revisions_is_the_one_that_terraform_wrote():
    assert revise(WRITTEN, [], serial=SERIAL) == WRITTEN


def test_a_revised_record_has_its_lineage_and_the_serial_that_is_given():
    revised = revise(WRITTEN, [Untaint(address=A)], serial=SERIAL + 1)
    wanted = exact(WRITTEN)
    wanted["serial"] = ("number", str(SERIAL + 1))
    del box(wanted)[0]["status"]
    assert exact(revised) == wanted


def test_a_sound_instance_stays_untainted():
    assert revise(WRITTEN, [Untaint(address=Z)], serial=SERIAL) == WRITTEN


def test_the_original_becomes_current_and_the_new_one_deposed_under_its_key():
    revised = revise(WRITTEN, [KeepOriginal(address=A, deposed="00000002")], serial=SERIAL)
    assert order(revised) == [
        (A, "older-a"),
        (f"{A} (deposed object 00000002)", "new-a"),
        (f"{A} (deposed object 00000001)", "old-a"),
        (Z, "z"),
        ("x_box.counted[0]", "c0"),
        ("x_box.counted[1] (deposed object 0000000a)", "old-c1"),
    ]
    assert box(exact(revised))[1]["status"] == "tainted"


def test_an_original_without_a_current_object_becomes_it():
    revised = revise(WRITTEN, [KeepOriginal(address="x_box.counted[1]", deposed="0000000a")], serial=SERIAL)
    assert order(revised)[-2:] == [("x_box.counted[0]", "c0"), ("x_box.counted[1]", "old-c1")]


def test_an_original_of_equal_content_is_still_the_one_that_is_kept():
    document = raw_json.read(WRITTEN)
    document["resources"][2]["instances"].append(
        {
            "index_key": raw_json.Spelled(1),
            "schema_version": raw_json.Spelled(0),
            "attributes": {"id": "old-c1"},
        }
    )
    keep = KeepOriginal(address="x_box.counted[1]", deposed="0000000a")
    assert order(revise(raw_json.write(document), [keep], serial=1))[-3:] == [
        ("x_box.counted[0]", "c0"),
        ("x_box.counted[1]", "old-c1"),
        ("x_box.counted[1] (deposed object 0000000a)", "old-c1"),
    ]


def test_keeping_the_original_twice_is_undone():
    keep = KeepOriginal(address=A, deposed="00000001")
    once = revise(WRITTEN, [keep], serial=SERIAL)
    assert order(once)[0] == (A, "old-a")
    assert order(revise(once, [keep], serial=SERIAL))[0] == (A, "new-a")


def test_what_is_forgotten_leaves_with_its_resource_and_deposed_objects_stay():
    revised = revise(WRITTEN, [Forget(address=A), Forget(address="x_box.counted[0]")], serial=SERIAL)
    assert order(revised) == [
        (f"{A} (deposed object 00000001)", "old-a"),
        (f"{A} (deposed object 00000002)", "older-a"),
        (Z, "z"),
        ("x_box.counted[1] (deposed object 0000000a)", "old-c1"),
    ]
    alone = revise(WRITTEN, [KeepOriginal(address="x_box.counted[1]", deposed="0000000a")], serial=SERIAL)
    both = [Forget(address="x_box.counted[0]"), Forget(address="x_box.counted[1]")]
    emptied = exact(revise(alone, both, serial=SERIAL))
    assert [each["name"] for each in emptied["resources"]] == ["main", "each"]


def test_forgetting_what_is_not_recorded_changes_nothing():
    assert revise(WRITTEN, [Forget(address="x_box.never")], serial=SERIAL) == WRITTEN


@pytest.mark.parametrize("address", [A, Z, "x_box.counted[0]"])
def test_what_was_forgotten_is_remembered_with_every_digit(address):
    without = revise(WRITTEN, [Forget(address=address)], serial=SERIAL)
    again = revise(without, [Remember(address=address)], serial=SERIAL, source=WRITTEN)
    assert sorted(order(again)) == sorted(order(WRITTEN))
    instances = [each for resource in exact(again)["resources"] for each in resource["instances"]]
    assert all(
        each in instances for resource in exact(WRITTEN)["resources"] for each in resource["instances"]
    )


def test_an_instance_whose_resource_is_gone_is_remembered_with_its_resource():
    document = raw_json.read(WRITTEN)
    del document["resources"][1:]
    bare = raw_json.write(document)
    again = exact(revise(bare, [Remember(address=Z)], serial=SERIAL, source=WRITTEN))
    entry = exact(WRITTEN)["resources"][1]
    assert again["resources"][1:] == [{**entry, "instances": [entry["instances"][3]]}]


def test_a_current_object_is_remembered_before_its_deposed_ones():
    without = revise(WRITTEN, [Forget(address=A)], serial=SERIAL)
    assert revise(without, [Remember(address=A)], serial=SERIAL, source=WRITTEN) == WRITTEN


def test_what_is_recorded_is_not_remembered_over():
    other = WRITTEN.replace(b'"id": "z"', b'"id": "other"')
    assert revise(WRITTEN, [Remember(address=Z)], serial=SERIAL, source=other) == WRITTEN


def test_a_doubted_attribute_is_null_and_still_sensitive():
    revised = exact(revise(WRITTEN, [Doubt(address=A, attributes=("password",))], serial=SERIAL))
    wanted = exact(WRITTEN)
    box(wanted)[0]["attributes"]["password"] = None
    assert revised == wanted


@pytest.mark.parametrize(
    ("revision", "named"),
    [
        (Untaint(address="x_box.never"), "x_box.never"),
        (Untaint(address="x_box.counted[1]"), "counted[1]"),
        (KeepOriginal(address=A, deposed="ffffffff"), "ffffffff"),
        (Remember(address="x_box.never"), "x_box.never"),
        (Doubt(address=A, attributes=("password", "nothing")), "attribute nothing"),
    ],
)
def test_what_is_not_there_is_refused_by_name(revision, named):
    with pytest.raises(WrongStateError) as refused:
        revise(WRITTEN, [revision], serial=SERIAL, source=WRITTEN)
    assert named in refused.value.message


def test_nothing_is_remembered_without_a_source():
    with pytest.raises(WrongStateError):
        revise(WRITTEN, [Remember(address="x_box.never")], serial=SERIAL)


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b"null", b'{"version": 3, "lineage": "x"}', b'{"version":4}', b'{"version":NaN}'],
)
def test_what_is_no_record_is_refused(body):
    with pytest.raises(WrongStateError):
        revise(body, [], serial=2)
    with pytest.raises(WrongStateError):
        with_serial(body, 2)


@pytest.mark.parametrize(
    "revision",
    [
        Untaint(address=A),
        KeepOriginal(address=A, deposed="00000001"),
        Forget(address=A),
        Remember(address=A),
        Doubt(address=A, attributes=("password", "count")),
    ],
)
def test_a_revision_survives_the_journal_and_says_what_it_touches(revision):
    written = json.loads(json.dumps(revision.to_json()))
    assert type(revision).from_json(written) == revision
    assert A in revision.words


def test_the_kinds_of_revisions_differ():
    kinds = {each.kind for each in (Untaint, KeepOriginal, Forget, Remember, Doubt)}
    assert kinds == {"untaint", "keep_original", "forget", "remember", "doubt"}


def test_only_the_serial_at_the_top_differs():
    assert with_serial(WRITTEN, 12) == WRITTEN.replace(b'"serial": 9007199254740993', b'"serial": 12')


def test_a_serial_below_the_top_is_passed_over():
    body = b'{"resources":[{"serial": 3}],"version":4,"lineage":"x","serial" : 3}'
    assert with_serial(body, 4) == b'{"resources":[{"serial": 3}],"version":4,"lineage":"x","serial" : 4}'


def test_a_record_without_a_serial_is_refused():
    with pytest.raises(WrongStateError):
        with_serial(b'{"version":4,"lineage":"x","outputs":{"serial": 3}}', 4)


# What Terraform and providers put into a state, and what nobody expects there.
numbers = st.one_of(
    st.integers().map(str),
    st.decimals(allow_nan=False, allow_infinity=False).map(lambda each: f"{each:E}".replace("E+", "e")),
    st.from_regex(r"-?(0|[1-9][0-9]{0,40})(\.[0-9]{1,40})?([eE][+-]?[0-9]{1,3})?", fullmatch=True),
).map(raw_json.Spelled)
texts = st.one_of(
    st.text(),
    st.text(alphabet='\\"\0/<>&\u2028\u2029\ud800{}[]:, n0', max_size=12),
    st.sampled_from(['"serial": 1', "number\0 1", "\ufeff", "1", "null"]),
)
scalars = st.one_of(st.none(), st.booleans(), numbers, texts)
values: st.SearchStrategy[Any] = st.recursive(
    scalars,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(texts, inner, max_size=4)),
    max_leaves=20,
)
keys = st.one_of(st.none(), st.integers(0, 3).map(raw_json.Spelled), texts)


@st.composite
def records(draw: st.DrawFn) -> bytes:
    """Draw a state in format 4 with unknown fields everywhere."""
    resources = []
    for name in draw(st.sets(st.sampled_from("abc"))):
        instances = [
            {
                **draw(st.fixed_dictionaries({}, optional={"of_a_later_version": scalars})),
                **({} if key is None else {"index_key": key}),
                **({"deposed": deposed} if deposed else {}),
                **draw(st.sampled_from(({}, {"status": "tainted"}))),
                "attributes": {"id": draw(scalars), "x": draw(scalars)},
            }
            for key, deposed in draw(
                st.lists(st.tuples(keys, st.sampled_from(("", "0a", "0b"))), max_size=4, unique_by=repr)
            )
        ]
        place = {"mode": draw(st.sampled_from(("managed", "data"))), "type": "x_t", "name": name}
        resources.append({**place, "provider": draw(texts), "instances": instances})
    document = {
        **draw(st.dictionaries(texts, scalars, max_size=1)),
        "version": raw_json.Spelled(4),
        "serial": raw_json.Spelled(draw(st.integers(0))),
        "lineage": "l",
        "resources": resources,
    }
    return raw_json.write(document)


def entries(body: bytes) -> dict[tuple[str, str, str], Any]:
    """Return each instance by resource, key and deposed key."""
    return {
        (resource["name"], str(each.get("index_key")), each.get("deposed", "")): each
        for resource in exact(body)["resources"]
        for each in resource["instances"]
    }


def any_revision(draw: st.DrawFn, body: bytes) -> Revision | None:
    instances = parse_state(body).instances
    if not instances:
        return None
    one = draw(st.sampled_from(instances))
    if one.deposed:
        return KeepOriginal(address=one.address, deposed=one.deposed)
    choices: list[Revision] = [Untaint(address=one.address), Forget(address=one.address)]
    choices.append(Doubt(address=one.address, attributes=("id",)))
    return draw(st.sampled_from(choices))


@given(values)
def test_any_document_is_read_as_it_was_written(value):
    written = raw_json.write(value)
    assert exact(written) == exact(raw_json.write(raw_json.read(written)))
    plain = json.loads(written, parse_float=Decimal, parse_int=Decimal)
    assert plain == as_plain(value)


def as_plain(value: Any) -> Any:
    """Return the document with numbers as decimals: what any other reader makes of it."""
    if isinstance(value, raw_json.Spelled):
        return Decimal(value)
    if isinstance(value, dict):
        return {name: as_plain(each) for name, each in value.items()}
    return [as_plain(each) for each in value] if isinstance(value, list) else value


@settings(max_examples=40)
@given(records(), st.integers(0, 2**64))
def test_a_serial_changes_alone(body, serial):
    changed = with_serial(body, serial)
    assert exact(changed) == {**exact(body), "serial": ("number", str(serial))}
    digits = str(parse_state(body).serial).encode()
    assert len(changed) - len(body) == len(str(serial)) - len(digits)


@settings(max_examples=60)
@given(st.data(), records())
def test_a_revision_changes_one_entry_and_the_serial(data, body):
    revision = any_revision(data.draw, body)
    revised = revise(body, [] if revision is None else [revision], serial=77)
    before, after = exact(body), exact(revised)
    assert {**before, "serial": 0, "resources": 0} == {**after, "serial": 0, "resources": 0}
    assert after["serial"] == ("number", "77")
    was, now = entries(body), entries(revised)
    touched = {key for key in was.keys() | now.keys() if was.get(key) != now.get(key)}
    assert len(touched) <= (2 if isinstance(revision, KeepOriginal) else 1)
    if isinstance(revision, KeepOriginal):
        contents = [
            sorted(repr(each.attributes) for each in parse_state(one).instances) for one in (body, revised)
        ]
        assert contents[0] == contents[1]
        now_current = [each for each in parse_state(revised).instances if not each.deposed]
        assert [each.address for each in now_current].count(revision.address) == 1


def test_a_secret_within_a_block_is_doubted_by_its_path():
    instance = {"schema_version": 0, "attributes": {"mode": [{"type": "password", "passwords": ["a"]}]}}
    resource = {"mode": "managed", "type": "x_user", "name": "u", "provider": "p", "instances": [instance]}
    document = {"version": 4, "serial": 1, "lineage": "l", "resources": [resource]}
    doubt = Doubt(address="x_user.u", attributes=("mode.passwords",))
    revised = json.loads(revise(json.dumps(document).encode(), [doubt], serial=2))
    assert revised["resources"][0]["instances"][0]["attributes"] == {
        "mode": [{"type": "password", "passwords": None}]
    }
    with pytest.raises(WrongStateError):
        revise(
            json.dumps(document).encode(),
            [Doubt(address="x_user.u", attributes=("other.passwords",))],
            serial=2,
        )
