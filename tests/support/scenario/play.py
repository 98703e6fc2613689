"""Plays a scenario step by step and judges each: exit code, output, instances, and what the cloud holds."""

import json
from collections.abc import Mapping
from typing import Any

from tests.support.faults import FaultBook
from tests.support.scenario.cloud import contents, differences, left_locks, objects
from tests.support.scenario.document import Expect, PlanEmpty, Step
from tests.support.scenario.match import mismatch
from tests.support.scenario.oracle import Oracle
from tests.support.scenario.record import recorded
from tests.support.scenario.stage import Ended, Stage

# Every key of the result object is always there.
_RESULT_KEYS = frozenset(
    {
        "type",
        "command",
        "outcome",
        "exit_code",
        "project",
        "run_id",
        "snapshot_id",
        "baseline_id",
        "instances",
        "error",
    }
)


class Play:
    """One performance of a scenario."""

    def __init__(self, stage: Stage, *, guardian: str, terraform: str, oracle: bool) -> None:
        self._stage = stage
        self._guardian = guardian
        self._terraform = terraform
        self._oracle = Oracle(stage, terraform, stage.scenario) if oracle else None
        self._first_objects: dict[str, str] = {}

    def perform(self) -> None:
        """Play all steps, then judge the end."""
        for step in self._stage.scenario.steps:
            try:
                self._step(step)
            except AssertionError as error:
                raise AssertionError(f"{self._stage.scenario.name}, step {step.name!r}: {error}") from None
            self._first_objects = {**objects(self._stage.moto), **self._first_objects}
        self._end()

    def _step(self, step: Step) -> None:
        if step.other_machine:
            self._stage.other_machine()
        if step.delete_checkout:
            self._stage.delete_checkout()
        if step.use is not None:
            self._stage.use(step.use)
            if self._oracle:
                self._oracle.uses(step.use)
        numbers = [self._stage.proxy.faults.add(each) for each in step.faults]
        rules = self._stage.proxy.faults
        # Behind the faults: what a fault has struck is still counted.
        watched = step.expect.requests if step.expect else ()
        watching = [rules.add(each.fits) for each in watched]
        if step.call:
            getattr(self._stage.moto.client(step.call.service), step.call.method)(**step.call.arguments)
        elif step.terraform:
            ended = self._stage.run([self._terraform, *step.terraform], env=step.env, stdin=step.stdin)
            wanted = step.expect.exit if step.expect else 0
            assert ended.exit_code == wanted, f"wanted exit {wanted}\n{ended}"
        elif step.guardian:
            self._play_guardian(step)
        unused = [
            fault
            for fault, number in zip(step.faults, numbers, strict=True)
            if not _seen(rules, number, "hits")
        ]
        asked = [_seen(rules, number, "seen") for number in watching]
        rules.clear()
        assert not unused, f"these faults struck nothing: {unused}"
        if step.expect:
            for each, times in zip(watched, asked, strict=True):
                right = times > 0 if each.times is None else times == each.times
                assert right, f"{each.fits.operation} was asked {times} times, wanted {each.times or 'some'}"
            _judge_cloud(self._stage, step.expect.cloud, whole=False)
            _judge_record(self._stage, step.expect.state)
            _judge_home(self._stage, step.expect)

    def _play_guardian(self, step: Step) -> None:
        assert step.expect is not None
        if self._oracle:
            told = self._oracle.play(step)
            if told is not None:
                _judge_oracle(told[0], told[1], step.expect)
            return
        words = {"{store}": self._stage.store, "{project}": self._stage.scenario.name}
        argv = [words.get(each, each) for each in step.guardian]
        ended = self._stage.run([self._guardian, *argv], env=step.env, stdin=step.stdin)
        _judge(ended, step.expect, wants_json=bool({"--json", "-json"} & set(argv)))

    def _end(self) -> None:
        end, stage = self._stage.scenario.end, self._stage
        _judge_cloud(stage, end.cloud, whole=True)
        assert left_locks(stage.moto) == []
        now = objects(stage.moto)
        for name in end.same_objects:
            assert now.get(name) == self._first_objects[name], f"{name} is another object than at first"
        if end.plan_empty:
            self._plan_is_empty(end.plan_empty)

    def _plan_is_empty(self, wanted: PlanEmpty) -> None:
        stage = self._stage
        stage.use(wanted.use)
        commands = [["plan", "-input=false", "-no-color", "-detailed-exitcode", *wanted.args]]
        if wanted.workspace:
            commands.insert(0, ["workspace", "select", "-no-color", wanted.workspace])
        if not (stage.root / ".terraform").is_dir():
            commands.insert(0, ["init", "-input=false", "-no-color"])
        for argv in commands:
            ended = stage.run([self._terraform, *argv], env=wanted.env)
            assert ended.exit_code == 0, f"the closing plan is not empty\n{ended}"


def _seen(rules: FaultBook, number: int, what: str) -> int:
    return next(int(each[what]) for each in rules.describe() if each["id"] == number)


def _judge(ended: Ended, expect: Expect, *, wants_json: bool) -> None:
    assert ended.exit_code == expect.exit, f"wanted exit {expect.exit}\n{ended}"
    for text in expect.stdout_contains:
        assert text in ended.stdout, f"stdout lacks {text!r}\n{ended}"
    for text in expect.stderr_contains:
        assert text in ended.stderr, f"stderr lacks {text!r}\n{ended}"
    for text in expect.output_lacks:
        assert text not in ended.stdout + ended.stderr, f"{text!r} is shown\n{ended}"
    assert "Traceback" not in ended.stderr, str(ended)
    if wants_json:
        _judge_result(_result(ended), expect, ended)
        _judge_lines(ended, expect)
    else:
        assert not expect.lines, "a step that judges JSON Lines must ask for them with --json"
        assert not expect.receipt, "a step that judges the receipt must ask for it with --json"
        assert not expect.json, "a step that judges the JSON result must ask for it with --json"
        assert not expect.instances, "a step that judges the instances must ask for them with --json"


def _result(ended: Ended) -> Mapping[str, Any]:
    lines = [json.loads(each) for each in ended.stdout.splitlines()]
    assert lines, f"no JSON\n{ended}"
    assert lines[0]["type"] == "version", str(ended)
    assert lines[0]["format"] == 1, str(ended)
    result = lines[-1]
    assert result["type"] == "result", str(ended)
    assert result.keys() >= _RESULT_KEYS, f"the result lacks {_RESULT_KEYS - result.keys()}\n{ended}"
    assert result["exit_code"] == ended.exit_code, str(ended)
    return dict(result)


def _judge_oracle(ended: Ended, result: Mapping[str, Any], expect: Expect) -> None:
    assert result["exit_code"] == expect.exit, f"plain Terraform: wanted {expect.exit}, {result}\n{ended}"
    known = {name: value for name, value in expect.json.items() if name in result}
    _judge_subset(result, known, ended)
    if "instances" in result:
        _judge_instances(result["instances"], expect.instances, ended)


def _judge_result(result: Mapping[str, Any], expect: Expect, ended: Ended) -> None:
    _judge_subset(result, expect.json, ended)
    _judge_instances(result["instances"], expect.instances, ended)


def _judge_subset(found: Any, wanted: Mapping[str, Any], ended: Ended) -> None:
    for name, value in wanted.items():
        assert name in found, f"the result has no {name}\n{ended}"
        if isinstance(value, Mapping):
            assert isinstance(found[name], Mapping), f"{name} is {found[name]!r}, wanted {value!r}\n{ended}"
            _judge_subset(found[name], value, ended)
        else:
            assert found[name] == value, f"{name} is {found[name]!r}, wanted {value!r}\n{ended}"


def _judge_instances(found: Mapping[str, Any], wanted: Mapping[str, list[str]], ended: Ended) -> None:
    for name, addresses in wanted.items():
        assert sorted(found[name]) == sorted(addresses), (
            f"{name}: {sorted(found[name])}, wanted {sorted(addresses)}\n{ended}"
        )


def _judge_lines(ended: Ended, expect: Expect) -> None:
    lines = [json.loads(each) for each in ended.stdout.splitlines()]
    for wanted in expect.lines:
        assert any(not mismatch(each, wanted, "line") for each in lines), f"no line fits {wanted}\n{ended}"
    if expect.receipt:
        receipts = [each for each in lines if each["type"] == "receipt"]
        assert len(receipts) == 1, f"{len(receipts)} receipts\n{ended}"
        told = mismatch(receipts[0], expect.receipt, "receipt")
        assert not told, f"{told}\n{ended}"


def _judge_record(stage: Stage, wanted: Mapping[str, list[str]]) -> None:
    if not wanted:
        return
    local = stage.root / "terraform.tfstate" if stage.scenario.backend == "local" else None
    found = recorded(stage.moto, local, f"{stage.scenario.name}.tfstate")
    for address, objects_of_it in wanted.items():
        assert found.get(address, []) == sorted(objects_of_it), (
            f"the state records {found.get(address, [])} of {address}, wanted {objects_of_it}"
        )


def _judge_home(stage: Stage, expect: Expect) -> None:
    for name in expect.home_contains:
        assert (stage.machine.home / name).exists(), f"{name} is not in the machine's home"
    for name in expect.home_lacks:
        assert not (stage.machine.home / name).exists(), f"{name} is in the machine's home"


def _judge_cloud(stage: Stage, wanted: Mapping[str, Mapping[str, Any]], *, whole: bool) -> None:
    lines = differences(contents(stage.moto), wanted, whole=whole)
    assert not lines, "the cloud is not as it should be:\n" + "\n".join(lines)
