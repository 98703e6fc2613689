"""What is found live by the real provider's own plan can be imported by it, and is then the same object."""

import json
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from guardian.adapters.aws.reader import AwsLiveReader
from guardian.domain.observation import Absent, Present, Sought
from tests.support.aws_objects import MAKERS
from tests.support.aws_objects.made import POLICY, TRUST
from tests.support.moto import REGION, MotoServer

pytestmark = [pytest.mark.terraform, pytest.mark.aws]

_PROVIDER = {
    "terraform": {"required_providers": {"aws": {"source": "hashicorp/aws"}}},
    "provider": {"aws": {"region": REGION, "s3_use_path_style": True}},
}
# What each type wants besides the arguments that it is found by.
_MORE: Mapping[str, Mapping[str, Any]] = {
    "aws_cloudwatch_metric_alarm": {
        "comparison_operator": "GreaterThanThreshold",
        "evaluation_periods": 1,
        "metric_name": "Errors",
        "namespace": "AWS/Lambda",
        "period": 60,
        "statistic": "Sum",
        "threshold": 1,
    },
    "aws_db_instance": {
        "instance_class": "db.t3.micro",
        "engine": "postgres",
        "username": "root",
        "password": "s3cret-s3cret",
        "allocated_storage": 20,
        "skip_final_snapshot": True,
    },
    "aws_dynamodb_table": {
        "billing_mode": "PAY_PER_REQUEST",
        "hash_key": "id",
        "attribute": [{"name": "id", "type": "S"}],
    },
    "aws_eks_cluster": {
        "role_arn": "arn:aws:iam::123456789012:role/eks",
        "vpc_config": [{"subnet_ids": ["subnet-1", "subnet-2"]}],
    },
    "aws_iam_policy": {"policy": POLICY},
    "aws_iam_role": {"assume_role_policy": TRUST},
    "aws_kms_alias": {"target_key_id": "1234abcd-12ab-34cd-56ef-1234567890ab"},
    "aws_lambda_function": {
        "role": "arn:aws:iam::123456789012:role/lambda",
        "runtime": "python3.11",
        "handler": "main.handle",
        "s3_bucket": "code",
        "s3_key": "code.zip",
    },
    "aws_lb": {"subnets": ["subnet-1", "subnet-2"]},
    "aws_rds_cluster": {
        "engine": "aurora-postgresql",
        "master_username": "root",
        "master_password": "s3cret-s3cret",
        "skip_final_snapshot": True,
    },
    "aws_ssm_parameter": {"type": "SecureString", "value": "s3cret"},
}


class Module:
    """A root module of the real provider."""

    def __init__(self, root: Path, terraform: str) -> None:
        self._root, self._terraform = root, terraform
        root.mkdir()

    def write(self, document: Mapping[str, Any]) -> None:
        (self._root / "main.tf.json").write_text(json.dumps({**_PROVIDER, **document}))

    def run(self, *arguments: str) -> str:
        ended = subprocess.run(
            [self._terraform, *arguments], cwd=self._root, capture_output=True, text=True, check=False
        )
        assert ended.returncode == 0, ended.stdout + ended.stderr
        return ended.stdout

    def planned(self, *arguments: str) -> dict[str, Any]:
        self.run("plan", "-input=false", "-out=saved.tfplan", *arguments)
        shown: dict[str, Any] = json.loads(self.run("show", "-json", "saved.tfplan"))
        return shown

    def state(self) -> dict[str, str]:
        """Return the id of each recorded object by address."""
        document = json.loads((self._root / "terraform.tfstate").read_bytes())
        return {
            f"{each['type']}.{each['name']}": each["instances"][0]["attributes"]["id"]
            for each in document["resources"]
        }


@pytest.fixture
def module(tmp_path, moto: MotoServer, terraform, provider_mirror, monkeypatch) -> Module:
    for name, value in moto.env().items():
        monkeypatch.setenv(name, value)
    return Module(tmp_path / "root", terraform)


def looked_for(plan: Mapping[str, Any]) -> list[Sought]:
    """Read what to look for from a plan, as a recovery does."""
    return [
        Sought(
            address=each["address"],
            resource_type=each["type"],
            arguments={
                name: value
                for name, value in each["change"]["after"].items()
                if each["change"]["after_unknown"].get(name) is not True
            },
            provider=each["provider_name"],
            region=REGION,
            known_ids=frozenset(),
        )
        for each in plan["resource_changes"]
    ]


def test_what_is_found_is_imported_as_the_same_object(module, moto):
    made = {f"{each}.it": MAKERS[each](moto.client) for each in MAKERS}
    resources = {
        each: {
            "it": {
                **made[f"{each}.it"].arguments,
                **_MORE.get(each, {}),
                "lifecycle": {"ignore_changes": "all"},
            }
        }
        for each in MAKERS
    }
    module.write({"resource": resources})
    module.run("init", "-input=false")
    seen = AwsLiveReader(moto.env()).look(looked_for(module.planned("-refresh=false")))
    present = {address: each for address, each in seen.items() if isinstance(each, Present)}
    assert {address: each.import_id for address, each in present.items()} == {
        address: each.import_id for address, each in made.items()
    }

    imports = [{"to": address, "id": each.import_id} for address, each in present.items()]
    module.write({"resource": resources, "import": imports})
    changes = module.planned()["resource_changes"]
    assert {tuple(each["change"]["actions"]) for each in changes} == {("no-op",)}
    module.run("apply", "-input=false", "saved.tfplan")
    assert module.state() == {address: each.object_id for address, each in present.items()}


def test_the_names_that_the_provider_generates_are_recognised(module, moto):
    module.write(
        {
            "resource": {
                "aws_cloudwatch_log_group": {"prefixed": {"name_prefix": "/app/"}},
                "aws_iam_role": {"nameless": {"assume_role_policy": TRUST}},
                "aws_s3_bucket": {"prefixed": {"bucket_prefix": "app-"}},
                "aws_security_group": {"prefixed": {"name_prefix": "app-"}},
                "aws_sns_topic": {"fifo": {"name_prefix": "app-", "fifo_topic": True}},
            }
        }
    )
    module.run("init", "-input=false")
    sought = looked_for(module.planned())
    reader = AwsLiveReader(moto.env())
    before = reader.look(sought)
    assert {address for address, each in before.items() if isinstance(each, Absent)} == {
        each.address for each in sought if each.address != "aws_iam_role.nameless"
    }
    module.run("apply", "-input=false", "saved.tfplan")
    after = reader.look(sought)
    assert {
        address: each.object_id for address, each in after.items() if isinstance(each, Present)
    } == module.state()
