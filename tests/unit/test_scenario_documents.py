"""The scenarios are well-formed, and the judge of their ends sees what is wrong."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.moto import MotoServer
from tests.support.scenario.cloud import differences
from tests.support.scenario.document import ScenarioError, read_scenario, scenarios
from tests.support.scenario.match import mismatch
from tests.support.scenario.record import recorded

WANTED = {
    "alias-provider-leaves",
    "another-machine",
    "backend-moved",
    "child-module-changed",
    "create-fails-among-siblings",
    "created-alone-goes",
    "created-is-referred-to",
    "deleted-things-come-back",
    "deposed-deletion-never-began",
    "deposed-is-referred-to",
    "deposed-original-stays",
    "destroy-provisioner-is-named",
    "destroy-provisioner-runs",
    "detach-before-delete",
    "failure-in-a-child-module",
    "first-apply",
    "forgotten-and-imported",
    "hand-made-elsewhere",
    "hot-fix-kept",
    "hot-fix-reverted",
    "key-waits-for-deletion",
    "lost-answer-is-found",
    "moved-on",
    "moves-go-home",
    "nasty-keys",
    "no-op",
    "one-automatic-way-back",
    "outputs-go-back",
    "passwords-go-back",
    "protected-creation",
    "protected-replacement",
    "provisioner-fails",
    "record-deleted",
    "record-emptied",
    "record-truncated",
    "replace-whose-create-fails",
    "retry-by-hand",
    "retry-of-a-lasting-failure",
    "retry-of-a-transient-failure",
    "second-workspace",
    "stranded-record",
    "tainted-creations-go",
    "tainted-replacement",
    "tainted-table-replaced",
    "tainted-table-untainted",
    "template-outside-the-root",
    "throttled-way-back",
    "unreadable-data-source",
    "update-fails-half-way",
    "updates-stop-half-way",
    "variables-together",
    "versioning-stays-on",
    "volume-stays-grown",
    "way-back-fails-once",
}


def test_no_scenario_was_lost():
    assert {each.name for each in scenarios()} >= WANTED


@pytest.mark.parametrize("directory", scenarios(), ids=lambda directory: directory.name)
def test_a_scenario_is_well_formed(directory):
    scenario = read_scenario(directory)
    assert scenario.name == directory.name
    # A failure that nobody looks at in the cloud would prove little.
    failures = [each for each in scenario.steps if each.expect and each.expect.exit in {3, 5}]
    assert all(each.expect and each.expect.instances for each in failures)
    assert scenario.end.plan_empty is not None


def written(directory: Path, change: Callable[[dict[str, Any]], object]) -> Path:
    (directory / "good").mkdir()
    document: dict[str, Any] = {
        "about": "one",
        "backend": "s3",
        "store": "s3",
        "steps": [{"name": "a", "use": "good", "guardian": ["apply"], "expect": {"exit": 0}}],
        "end": {"cloud": {}, "plan_empty": {"use": "good"}},
    }
    change(document)
    (directory / "scenario.yaml").write_text(yaml.safe_dump(document))
    return directory


def test_the_plain_form_is_read(tmp_path):
    scenario = read_scenario(written(tmp_path, dict.copy))
    assert scenario.steps[0].guardian == ("apply",)
    assert scenario.root == "."


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda document: document.update(backends="s3"), "backends"),
        (lambda document: document.update(backend="gcs"), "gcs"),
        (lambda document: document.pop("end"), "end"),
        (lambda document: document["steps"][0].pop("expect"), "expect"),
        (lambda document: document["steps"][0].update(terraform=["init"]), "steps"),
        (lambda document: document["steps"][0].update(use="missing"), "missing"),
        (lambda document: document["steps"][0]["expect"].update(exits=1), "exits"),
        (lambda document: document["steps"][0].update(faults=[{"action": "explode"}]), "explode"),
        (lambda document: document["end"]["plan_empty"].update(use="gone"), "gone"),
        (lambda document: document["end"]["cloud"].update(queues={}), "queues"),
        (lambda document: document["steps"][0]["expect"].update(receipt={}), "receipt"),
        (lambda document: document["steps"][0]["expect"].update(lines=[{"code": "a"}]), "type"),
        (lambda document: document["steps"][0]["expect"].update(state={"a.b": ["gone"]}), "gone"),
        (lambda document: document["steps"][0]["expect"].update(requests=[{"service": "ssm"}]), "operation"),
    ],
)
def test_a_wrong_form_is_refused(tmp_path, change, told):
    with pytest.raises(ScenarioError, match=told):
        read_scenario(written(tmp_path, change))


def test_a_key_that_stands_twice_is_refused(tmp_path):
    path = written(tmp_path, dict.copy) / "scenario.yaml"
    path.write_text(path.read_text() + "about: two\n")
    with pytest.raises(ScenarioError, match="about stands twice"):
        read_scenario(tmp_path)


@pytest.mark.parametrize(
    ("found", "wanted", "whole", "lines"),
    [
        ({"a": {"x": "1"}}, {"a": {"x": "1"}}, True, []),
        ({"a": {}}, {"a": {"x": "1"}}, True, ["a x: missing"]),
        ({"a": {"x": "1"}}, {"a": {"x": "2"}}, False, ["a x: '1', wanted '2'"]),
        ({"a": {"x": "1"}}, {"a": {}}, False, ["a x: left over, '1'"]),
        ({"a": {}, "b": {"y": "1"}}, {"a": {}}, True, ["b y: left over, '1'"]),
        ({"a": {}, "b": {"y": "1"}}, {"a": {}}, False, []),
    ],
)
def test_the_judge_sees_what_is_missing_left_over_or_other(found, wanted, whole, lines):
    assert differences(found, wanted, whole=whole) == lines


@pytest.mark.parametrize(
    ("wanted", "told"),
    [
        ({"proven": True}, ""),
        ({"proven": False}, "receipt.proven is True"),
        ({"news": []}, "receipt has no news"),
        ({"new": [{"address": "b"}, {"address": "a", "gone": True}]}, ""),
        ({"new": [{"address": "a"}]}, "receipt.new is"),
        ({"new": [{"address": "a"}, {"address": "a"}]}, "receipt.new is"),
        ({"revised": [{"matches": "ta.nt"}]}, ""),
        ({"revised": [{"matches": "deposed"}]}, "receipt.revised is"),
        ({"proven": {"matches": "a"}}, "receipt.proven is True"),
    ],
)
def test_the_judge_of_lines_sees_what_does_not_fit(wanted, told):
    found = {
        "type": "receipt",
        "proven": True,
        "new": [{"address": "a", "gone": True}, {"address": "b", "gone": False}],
        "revised": ["a: no longer tainted"],
    }
    said = mismatch(found, wanted, "receipt")
    assert said.startswith(told)
    assert bool(said) == bool(told)


def test_a_record_is_read_by_address_with_what_each_object_is(tmp_path):
    def resource(instances, **more):
        return {"mode": "managed", "type": "t", "name": "n", "instances": instances, **more}

    state = tmp_path / "terraform.tfstate"
    document = {
        "resources": [
            resource([{"status": "tainted"}, {"deposed": "0a1b"}]),
            resource([{"index_key": 'k"'}, {"index_key": 0}], module="module.m"),
            resource([{}], mode="data"),
        ]
    }
    state.write_text(json.dumps(document))
    assert recorded(MotoServer(url="", pid=0, log=tmp_path), state, "") == {
        "t.n": ["deposed", "tainted"],
        'module.m.t.n["k\\""]': ["ok"],
        "module.m.t.n[0]": ["ok"],
    }
