"""Every reader against Terraform: what it made does not drift, what changed does, what is gone is absent."""

import json
import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from guardian.adapters.aws.declared import TYPES
from guardian.adapters.aws.fingerprints import AwsFingerprints
from guardian.domain.fingerprint import Fingerprint, fingerprint
from guardian.domain.live import Known, Seen
from guardian.domain.observation import Absent
from guardian.domain.state import StateInstance, parse_state
from tests.support.moto import REGION, MotoServer
from tests.support.readers import CASES, REFRESHED

pytestmark = [pytest.mark.terraform, pytest.mark.aws]

FIXTURES = Path(__file__).parents[2] / "fixtures" / "readers"
PROVIDER = {
    "terraform": {"required_providers": {"aws": {"source": "hashicorp/aws"}}},
    "provider": {"aws": {"region": REGION, "s3_use_path_style": True}},
}
# What the provider computes from other attributes, or keeps for itself.
DERIVED = frozenset({"tags_all", "id"})


class Stage:
    """A root module, applied by the real provider, and the readers beside it."""

    def __init__(self, root: Path, terraform: str, moto: MotoServer, *, connections: int = 8) -> None:
        self._root, self._terraform, self._moto = root, terraform, moto
        self.reader = AwsFingerprints(os.environ, connections=connections, total_s=60)

    def apply(self) -> dict[str, StateInstance]:
        self._run("init", "-input=false", "-no-color")
        self._run("apply", "-input=false", "-auto-approve", "-no-color")
        return parse_state((self._root / "terraform.tfstate").read_bytes()).managed

    def refresh(self) -> None:
        """Let Terraform record what is live, as its next apply would."""
        self._run("apply", "-refresh-only", "-input=false", "-auto-approve", "-no-color")

    def drift_by_terraform(self) -> dict[str, frozenset[str]]:
        """Return what Terraform itself says drifted, by address: names of attributes."""
        self._run("plan", "-refresh-only", "-input=false", "-no-color", "-out=drift.tfplan")
        shown = json.loads(self._run("show", "-json", "drift.tfplan"))
        return {
            each["address"]: _differing(each["change"]["before"], each["change"]["after"])
            for each in shown.get("resource_drift", ())
        }

    def drift(self, state: Mapping[str, StateInstance], *, quick: bool = False) -> dict[str, frozenset[str]]:
        """Return what guardian's readers say drifted, in the same words; what is gone has no names."""
        found = {}
        for address, seen in self._seen(state, quick=quick).items():
            if isinstance(seen, Absent):
                found[address] = frozenset({"(absent)"})
                continue
            assert isinstance(seen, Fingerprint), (address, seen)
            want = fingerprint(state[address].attributes, seen.shape, only=seen.attributes)
            differing = frozenset(
                name for name, value in seen.attributes.items() if value != want.attributes[name]
            )
            if differing:
                found[address] = differing
                print(address, {each: (want.attributes[each], seen.attributes[each]) for each in differing})
        return found

    def looked_at(self, state: Mapping[str, StateInstance]) -> dict[str, frozenset[str]]:
        return {
            address: frozenset(each.attributes)
            for address, each in self._seen(state).items()
            if isinstance(each, Fingerprint)
        }

    def _seen(self, state: Mapping[str, StateInstance], *, quick: bool = False) -> Mapping[str, Seen]:
        known = [_known(each) for each in state.values()]
        covered = [each for each in known if self.reader.covers(each.resource_type)]
        return self.reader.read(covered, quick=quick, beside=known).seen

    def _run(self, *arguments: str) -> str:
        ended = subprocess.run(
            [self._terraform, *arguments],
            check=False,
            cwd=self._root,
            text=True,
            capture_output=True,
            timeout=400,
        )
        assert ended.returncode == 0, ended.stdout + ended.stderr
        return ended.stdout


def _known(instance: StateInstance) -> Known:
    return Known(
        address=instance.address, resource_type=instance.resource_type, attributes=instance.attributes
    )


def _differing(before: Mapping[str, Any], after: Mapping[str, Any] | None) -> frozenset[str]:
    if after is None:
        return frozenset({"(absent)"})
    return frozenset(name for name in before if (before[name] or None) != (after[name] or None)) - DERIVED


def _merged(*differing: Mapping[str, frozenset[str]]) -> dict[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for each in differing:
        for address, names in each.items():
            found[address] = found.get(address, frozenset()) | names
    return found


@pytest.fixture(params=sorted(name for name, cases in CASES.items() if cases))
def service(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def stage(
    service: str,
    tmp_path: Path,
    terraform: str,
    moto: MotoServer,
    provider_mirror: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Stage:
    root = tmp_path / service
    shutil.copytree(FIXTURES / service, root)
    (root / "provider.tf.json").write_text(json.dumps(PROVIDER))
    for name, value in moto.env().items():
        monkeypatch.setenv(name, value)
    return Stage(root, terraform, moto)


def test_a_reader_sees_what_terraform_sees(service, stage, moto):
    cases = {f"{kind}.{case.name}": case for kind, case in CASES[service].items()}
    state = stage.apply()
    assert cases.keys() <= state.keys()
    looked_at = stage.looked_at(state)

    # As made: nothing drifts, whichever way it is read.
    assert stage.drift(state) == {}
    assert stage.drift(state, quick=True) == {}

    if service in REFRESHED:
        stage.refresh()
    for address, case in cases.items():
        case.change(moto.client, state[address].attributes)
    wanted = _merged(*({address: case.drifts, **case.also} for address, case in cases.items()))
    assert stage.drift(state) == wanted
    # Terraform sees the same, and besides only what a reader leaves to others.
    unread = {address: case.unread for address, case in cases.items()}
    by_terraform = {
        address: names - DERIVED - unread.get(address, frozenset())
        for address, names in stage.drift_by_terraform().items()
        if address in looked_at
    }
    expected = _merged(wanted, *(case.left for case in cases.values()))
    assert {address: names for address, names in by_terraform.items() if names} == {
        address: names - DERIVED for address, names in expected.items() if names - DERIVED
    }

    for address, case in cases.items():
        case.delete(moto.client, state[address].attributes)
    gone = stage.drift(state)
    assert [each for each in cases if gone.get(each) != {"(absent)"}] == []


def test_every_declared_type_has_a_case():
    declared = {name for name, each in TYPES.items() if each.read is not None}
    assert {kind for cases in CASES.values() for kind in cases} == declared
