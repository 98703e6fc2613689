"""The tables of one-way changes and of unreadable attributes speak of what the provider really has."""

import json
import re
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from guardian.domain.oneway import RULES
from guardian.domain.oneway_rule import Ground, Rule
from guardian.domain.review.undo.rules import UNDO_RULES
from guardian.domain.review.undo.traces import TRACES
from guardian.domain.unreadable import UNREADABLE
from tests.support.moto import REGION
from tests.support.provider import AWS_PROVIDER_VERSION

pytestmark = [pytest.mark.terraform, pytest.mark.aws]

_ADDRESS = "registry.terraform.io/hashicorp/aws"
_AGENTS = [f"arn:aws:datasync:{REGION}:123456789012:agent/agent-0123456789abcdef0"]
_GATEWAY = f"arn:aws:storagegateway:{REGION}:123456789012:gateway/sgw-1"
_FILE_SYSTEM = f"arn:aws:fsx:{REGION}:123456789012:file-system/fs-1"
_SECRET = "S3cret-s3cret-s3cret"
# What each type wants besides: the least that passes its validation.
_MORE: Mapping[str, Mapping[str, Any]] = {
    "aws_acm_certificate": {"certificate_body": "b"},
    "aws_amplify_app": {"name": "a"},
    "aws_datasync_location_object_storage": {
        "server_hostname": "a",
        "bucket_name": "abc",
        "access_key": "abcdefgh",
        "agent_arns": _AGENTS,
    },
    "aws_datasync_location_smb": {
        "server_hostname": "a",
        "subdirectory": "/a/",
        "user": "a",
        "agent_arns": _AGENTS,
    },
    "aws_db_instance": {
        "instance_class": "db.t3.micro",
        "engine": "postgres",
        "username": "root",
        "allocated_storage": 20,
        "skip_final_snapshot": True,
    },
    "aws_directory_service_radius_settings": {
        "directory_id": "d-1234567890",
        "authentication_protocol": "PAP",
        "display_label": "a",
        "radius_port": 1812,
        "radius_retries": 4,
        "radius_servers": ["10.0.1.5"],
        "radius_timeout": 1,
    },
    "aws_dms_endpoint": {
        "endpoint_id": "abc",
        "endpoint_type": "source",
        "engine_name": "postgres",
        "server_name": "a",
        "port": 1,
        "username": "a",
        "database_name": "a",
    },
    "aws_docdb_cluster": {"master_username": "root", "skip_final_snapshot": True},
    "aws_docdbelastic_cluster": {
        "name": "a",
        "admin_user_name": "root",
        "auth_type": "PLAIN_TEXT",
        "shard_capacity": 2,
        "shard_count": 1,
    },
    "aws_elasticache_replication_group": {
        "replication_group_id": "a",
        "description": "a",
        "transit_encryption_enabled": True,
        "node_type": "cache.t3.micro",
    },
    "aws_elasticache_user": {
        "user_id": "a",
        "user_name": "a",
        "engine": "redis",
        "access_string": "on ~* +@all",
    },
    "aws_fsx_ontap_file_system": {
        "deployment_type": "SINGLE_AZ_1",
        "subnet_ids": ["subnet-1"],
        "preferred_subnet_id": "subnet-1",
        "storage_capacity": 1024,
        "throughput_capacity": 128,
    },
    "aws_fsx_ontap_storage_virtual_machine": {"file_system_id": "fs-12345678", "name": "a"},
    "aws_lightsail_database": {
        "relational_database_name": "abc",
        "availability_zone": f"{REGION}a",
        "master_database_name": "abc",
        "master_username": "root",
        "blueprint_id": "mysql_8_0",
        "bundle_id": "micro_1_0",
    },
    "aws_rds_cluster": {
        "engine": "aurora-postgresql",
        "master_username": "root",
        "skip_final_snapshot": True,
    },
    "aws_redshift_cluster": {
        "cluster_identifier": "a",
        "node_type": "ra3.large",
        "master_username": "root",
        "skip_final_snapshot": True,
    },
    "aws_redshiftserverless_namespace": {"namespace_name": "abc"},
    "aws_sns_platform_application": {"name": "a", "platform": "APNS", "platform_credential": "key"},
    "aws_ssm_parameter": {"name": "a", "type": "SecureString"},
    "aws_storagegateway_file_system_association": {
        "gateway_arn": _GATEWAY,
        "location_arn": _FILE_SYSTEM,
        "username": "a",
    },
    "aws_storagegateway_gateway": {
        "gateway_name": "abc",
        "gateway_timezone": "GMT",
        "gateway_type": "FILE_S3",
        "activation_key": "a",
    },
    "aws_transfer_server": {},
}
_PAIRS = [(each, name) for each, names in UNREADABLE.items() for name in names]


@pytest.fixture(scope="module")
def module(tmp_path_factory: pytest.TempPathFactory, terraform: str, aws_provider: Path) -> Iterator[Path]:
    """Return an initialised root module with the provider, which can reach nothing."""
    root = tmp_path_factory.mktemp("tables")
    document = {
        "terraform": {"required_providers": {"aws": {"source": _ADDRESS, "version": AWS_PROVIDER_VERSION}}},
        "provider": {
            "aws": {
                "region": REGION,
                "skip_credentials_validation": True,
                "skip_requesting_account_id": True,
                "skip_metadata_api_check": True,
            }
        },
    }
    (root / "main.tf.json").write_text(json.dumps(document))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TF_CLI_CONFIG_FILE", str(aws_provider))
        patch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
        run(terraform, root, "init", "-input=false", "-no-color")
        yield root


@pytest.fixture(scope="module")
def schemas(module: Path, terraform: str) -> Mapping[str, Any]:
    """Return the schema of each resource type."""
    found: Mapping[str, Any] = json.loads(run(terraform, module, "providers", "schema", "-json"))
    schemas: Mapping[str, Any] = found["provider_schemas"][_ADDRESS]["resource_schemas"]
    return schemas


def run(terraform: str, root: Path, *arguments: str) -> str:
    ended = subprocess.run(
        [terraform, *arguments], cwd=root, check=False, capture_output=True, text=True, timeout=180
    )
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


def test_every_rule_speaks_of_an_attribute_that_is_there(schemas):
    missing = [
        f"{rule.resource_type}.{name}"
        for rule in RULES
        for name in {rule.attribute, *asked_by(rule)} - {""}
        if rule.resource_type not in schemas or not has(schemas[rule.resource_type]["block"], name)
    ]
    missing += [rule.resource_type for rule in RULES if rule.resource_type not in schemas]
    assert missing == []


def test_every_rule_of_undo_speaks_of_attributes_that_are_there(schemas):
    rules = [each for each in UNDO_RULES.values() if each.resource_type.startswith("aws_")]
    wrong = [
        f"{rule.resource_type}.{name}"
        for rule in rules
        for name in (*rule.same_by, *rule.other)
        if rule.resource_type not in schemas or not has(schemas[rule.resource_type]["block"], name)
    ]
    wrong += [
        f"{rule.resource_type}.{name} is no attribute that AWS or the provider chooses"
        for rule in rules
        for name in rule.other
        if not schemas[rule.resource_type]["block"]["attributes"].get(name, {}).get("computed")
    ]
    wrong += [
        f"{trace.resource_type}.{trace.attribute}"
        for trace in TRACES
        if trace.attribute and not has(schemas[trace.resource_type]["block"], trace.attribute)
    ]
    assert wrong == []


_SPEAKS = re.compile(
    r"version$|retention|retain|recovery_period|overwrite$|skip_destroy|skip_final|preserve$|final_s"
)
_FREE = {
    # Where another object's version is named, or a protocol's, and the old one can be named again.
    "aws_alb_target_group.protocol_version",
    "aws_api_gateway_stage.documentation_version",
    "aws_apigatewayv2_api.version",
    "aws_apigatewayv2_authorizer.authorizer_payload_format_version",
    "aws_apigatewayv2_integration.payload_format_version",
    "aws_cloudfront_distribution.http_version",
    "aws_codebuild_project.source_version",
    "aws_ecs_service.platform_version",
    "aws_lambda_alias.function_version",
    "aws_launch_template.default_version",
    "aws_launch_template.update_default_version",
    "aws_lb_target_group.protocol_version",
    "aws_sns_topic.signature_version",
    "aws_ssm_association.document_version",
    "aws_vpn_connection.tunnel_inside_ip_version",
    # An add-on of a cluster can be set to any version that the cluster bears.
    "aws_eks_addon.addon_version",
    # How an upgrade is done, not to what.
    "aws_eks_cluster.force_update_version",
    "aws_eks_node_group.force_update_version",
    # Another one of these is another object: a replacement.
    "aws_db_option_group.major_engine_version",
    "aws_fsx_lustre_file_system.file_system_type_version",
    "aws_lambda_layer_version.s3_object_version",
    "aws_secretsmanager_secret_version.secret_string_wo_version",
    "aws_wafv2_ip_set.ip_address_version",
    # Tells where code is found, which source_code_hash compares.
    "aws_lambda_function.s3_object_version",
    # Bounds what others may ask for, or how later snapshots are kept, and deletes nothing itself.
    "aws_backup_vault_lock_configuration.max_retention_days",
    "aws_backup_vault_lock_configuration.min_retention_days",
    "aws_redshift_cluster.manual_snapshot_retention_period",
    # The cluster takes the last snapshot.
    "aws_neptune_cluster_instance.skip_final_snapshot",
}


def test_what_speaks_of_versions_or_of_how_long_is_judged_or_named_as_free(schemas):
    judged = {(rule.resource_type, rule.attribute) for rule in RULES}
    judged |= {(trace.resource_type, trace.attribute) for trace in TRACES}
    judged |= {(trace.resource_type, word) for trace in TRACES for word in trace.words.split()}
    judged |= set(_PAIRS)
    speaking = {
        f"{resource_type}.{name}"
        for resource_type in UNDO_RULES.keys() & schemas.keys()
        for name, argument in schemas[resource_type]["block"]["attributes"].items()
        if _SPEAKS.search(name)
        and (argument.get("optional") or argument.get("required"))
        and (resource_type, name) not in judged
    }
    assert speaking == _FREE


def test_what_is_pinned_can_be_said_by_an_override_file(schemas):
    pinned = [
        rule
        for rule in RULES
        if rule.ground in {Ground.SHRINK, Ground.DOWNGRADE, Ground.PERMANENT} and "." not in rule.attribute
    ]
    blocks = {("aws_eks_cluster", "encryption_config"), ("aws_cognito_user_pool", "schema")}
    for rule in pinned:
        block = schemas[rule.resource_type]["block"]
        if (rule.resource_type, rule.attribute) in blocks:  # lists, which are never pinned
            assert rule.attribute in block["block_types"]
        else:
            argument = block["attributes"][rule.attribute]
            assert argument.get("optional") or argument.get("required"), rule


def test_every_unreadable_attribute_is_an_argument(schemas):
    for resource_type, name in _PAIRS:
        argument = schemas[resource_type]["block"]["attributes"][name]
        assert argument.get("optional") or argument.get("required"), (resource_type, name)
        assert not argument.get("write_only"), (resource_type, name)


def test_a_doubted_attribute_is_written_by_the_next_plan_and_replaces_nothing(module, schemas, terraform):
    assert set(_MORE) == set(UNREADABLE)
    resources: dict[str, dict[str, Any]] = {}
    recorded = []
    for resource_type, name in _PAIRS:
        more = {key: value for key, value in _MORE[resource_type].items() if key != name}
        resources.setdefault(resource_type, {})[name] = {**more, **written(name)}
        attributes = {**more, "id": "a", name: None}
        recorded.append(
            {
                "mode": "managed",
                "type": resource_type,
                "name": name,
                "provider": f'provider["{_ADDRESS}"]',
                "instances": [
                    {"schema_version": schemas[resource_type]["version"], "attributes": attributes}
                ],
            }
        )
    (module / "resources.tf.json").write_text(json.dumps({"resource": resources}))
    state = {"version": 4, "terraform_version": "1.11.4", "serial": 1, "lineage": "tables", "outputs": {}}
    (module / "terraform.tfstate").write_text(json.dumps({**state, "resources": recorded}))
    run(terraform, module, "plan", "-refresh=false", "-input=false", "-no-color", "-out=plan")
    shown = json.loads(run(terraform, module, "show", "-json", "plan"))
    changes = {each["address"]: each["change"] for each in shown["resource_changes"]}
    assert set(changes) == {f"{resource_type}.{name}" for resource_type, name in _PAIRS}
    for resource_type, name in _PAIRS:
        change = changes[f"{resource_type}.{name}"]
        assert change["before"].get(name) is None
        assert change["after"][name] is not None, (resource_type, name)
        # A state of so few attributes may replace the object for others of them, never for this one.
        assert [name] not in change.get("replace_paths", []), (resource_type, name)


def written(name: str) -> dict[str, Any]:
    if name.endswith("_wo_version"):
        return {name: 1, name.removesuffix("_version"): _SECRET}
    return {name: {"passwords": [_SECRET], "shared_secret": _SECRET[:8]}.get(name, _SECRET)}


def asked_by(rule: Rule) -> set[str]:
    """Return the attributes that the rule's condition looks at."""
    asked: set[str] = set()

    class Asked(dict[str, Any]):
        def get(self, key: str, default: Any = None) -> Any:
            asked.add(key)
            return default

    rule.when(Asked())
    return asked


def has(block: Mapping[str, Any], path: str) -> bool:
    name, _, rest = path.partition(".")
    if name in block.get("block_types", {}):
        return not rest or has(block["block_types"][name]["block"], rest)
    return name in block.get("attributes", {}) and not rest
