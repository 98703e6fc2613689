"""A `scenario.yaml` as values; fixtures/README.md describes the form and its JSON Schema checks it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.support.faults import Fault, FaultKind

FIXTURES = Path(__file__).parents[3] / "fixtures"
STACKS = FIXTURES / "stacks"

Instances = Mapping[str, list[str]]
Cloud = Mapping[str, Mapping[str, Any]]


class ScenarioError(ValueError):
    """A scenario.yaml that does not follow its form."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Expect:
    """What a step must have done.

    Attributes:
        exit: Exit code.
        json: A subset of guardian's result object.
        instances: Addresses by how far they came; each list that is given is the whole list, in any order.
        stdout_contains: Texts.
        stderr_contains: Texts.
        output_lacks: Texts that neither stream may hold: secrets.
        cloud: Kinds of the cloud's contents; each that is given is all there is of that kind.
        receipt: A subset of the receipt, as `match.mismatch` compares.
        lines: Subsets; each must fit one of the JSON Lines at least.
        state: Objects (`ok`, `tainted`, `deposed`) by address; an address without any is not recorded.
        requests: What must have come by the proxy meanwhile.
        home_contains: Files in the machine's home.
        home_lacks: Files that must not be there.
    """

    exit: int
    json: Mapping[str, Any] = field(default_factory=dict)
    instances: Instances = field(default_factory=dict)
    stdout_contains: tuple[str, ...] = ()
    stderr_contains: tuple[str, ...] = ()
    output_lacks: tuple[str, ...] = ()
    cloud: Cloud = field(default_factory=dict)
    receipt: Mapping[str, Any] = field(default_factory=dict)
    lines: tuple[Mapping[str, Any], ...] = ()
    state: Mapping[str, list[str]] = field(default_factory=dict)
    requests: tuple["Requested", ...] = ()
    home_contains: tuple[str, ...] = ()
    home_lacks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Requested:
    """Requests that must, or must not, come by the proxy.

    Attributes:
        fits: Which ones; this rule itself hurts none.
        times: How many; None for one at least.
    """

    fits: Fault
    times: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call of somebody else's, past the proxy: a boto3 client's method."""

    service: str
    method: str
    arguments: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step: first the machine or the checkout changes, then at most one command runs."""

    name: str
    use: str | None = None
    delete_checkout: bool = False
    other_machine: bool = False
    guardian: tuple[str, ...] = ()
    terraform: tuple[str, ...] = ()
    call: Call | None = None
    env: Mapping[str, str] = field(default_factory=dict)
    stdin: str | None = None
    faults: tuple[Fault, ...] = ()
    expect: Expect | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanEmpty:
    """A configuration whose plain `terraform plan` must find nothing to do at the end."""

    use: str
    args: tuple[str, ...] = ()
    env: Mapping[str, str] = field(default_factory=dict)
    workspace: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """How it all must end.

    Attributes:
        cloud: Everything there is; a kind that is left out must be empty.
        same_objects: `kind/name` of what must still be the very object that was first seen by that name.
        plan_empty: None when no plan is asked for.
    """

    cloud: Cloud
    same_objects: tuple[str, ...] = ()
    plan_empty: PlanEmpty | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """One stack and its story."""

    directory: Path
    about: str
    backend: str
    store: str
    root: str
    settings: Mapping[str, Any]
    no_oracle: str
    steps: tuple[Step, ...]
    end: End

    @property
    def name(self) -> str:
        """The folder's name; also the project's."""
        return self.directory.name


def scenarios() -> list[Path]:
    """Return the folders of all scenarios, sorted."""
    return sorted(each.parent for each in STACKS.glob("*/scenario.yaml"))


def read_scenario(directory: Path) -> Scenario:
    """Read and check one scenario.

    Raises:
        ScenarioError: Not of the form, or it names a configuration that is not there.
    """
    path = directory / "scenario.yaml"
    given = _load(path)
    _check(path, given)
    scenario = Scenario(
        directory=directory,
        about=given["about"],
        backend=given["backend"],
        store=given["store"],
        root=given.get("root", "."),
        settings=given.get("settings", {}),
        no_oracle=given.get("no_oracle", ""),
        steps=tuple(_step(each) for each in given["steps"]),
        end=_end(given["end"]),
    )
    used = {each.use for each in scenario.steps} | {
        scenario.end.plan_empty.use if scenario.end.plan_empty else None
    }
    for name in used - {None}:
        if not (directory / str(name)).is_dir():
            raise ScenarioError(f"{path}: uses {name}, which is no directory there")
    return scenario


def _load(path: Path) -> Any:
    import yaml

    class Loader(yaml.SafeLoader):
        def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> Any:  # noqa: FBT001, FBT002 - yaml's
            # YAML forbids the same key twice, and the parser silently takes the last.
            seen: set[str] = set()
            for key, _ in node.value:
                if key.value in seen:
                    raise ScenarioError(f"{path}: {key.value} stands twice")
                seen.add(key.value)
            return super().construct_mapping(node, deep=deep)

    return yaml.load(path.read_text(encoding="utf-8"), Loader)  # noqa: S506 - a safe loader, as defined above


def _check(path: Path, given: object) -> None:
    from jsonschema import Draft202012Validator

    schema = json.loads((FIXTURES / "scenario.schema.json").read_text(encoding="utf-8"))
    errors = [
        f"{path}: {error.json_path}: {error.message}"
        for error in Draft202012Validator(schema).iter_errors(given)
    ]
    if errors:
        raise ScenarioError("\n".join(sorted(errors)))


def _step(given: Mapping[str, Any]) -> Step:
    call = given.get("call")
    expect = given.get("expect")
    return Step(
        name=given["name"],
        use=given.get("use"),
        delete_checkout=given.get("delete_checkout", False),
        other_machine=given.get("other_machine", False),
        guardian=tuple(given.get("guardian", ())),
        terraform=tuple(given.get("terraform", ())),
        call=call and Call(service=call["service"], method=call["method"], arguments=call.get("with", {})),
        env=given.get("env", {}),
        stdin=given.get("stdin"),
        faults=tuple(Fault.from_json(each) for each in given.get("faults", ())),
        expect=expect and _expect(expect),
    )


def _expect(given: Mapping[str, Any]) -> Expect:
    return Expect(
        exit=given["exit"],
        json=given.get("json", {}),
        instances=given.get("instances", {}),
        stdout_contains=tuple(given.get("stdout_contains", ())),
        stderr_contains=tuple(given.get("stderr_contains", ())),
        output_lacks=tuple(given.get("output_lacks", ())),
        cloud=given.get("cloud", {}),
        receipt=given.get("receipt", {}),
        lines=tuple(given.get("lines", ())),
        state=given.get("state", {}),
        requests=tuple(_requested(each) for each in given.get("requests", ())),
        home_contains=tuple(given.get("home_contains", ())),
        home_lacks=tuple(given.get("home_lacks", ())),
    )


def _requested(given: Mapping[str, Any]) -> Requested:
    fits = {name: value for name, value in given.items() if name != "times"}
    # A delay of nothing is a rule that only counts.
    return Requested(fits=Fault(action=FaultKind.DELAY, **fits), times=given.get("times"))


def _end(given: Mapping[str, Any]) -> End:
    plan = given.get("plan_empty")
    return End(
        cloud=given["cloud"],
        same_objects=tuple(given.get("same_objects", ())),
        plan_empty=plan and PlanEmpty(**{**plan, "args": tuple(plan.get("args", ()))}),
    )
