"""How functions of Lambda are read, with their aliases, layers and permissions."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from guardian.adapters.aws.read import (
    Asked,
    Attributes,
    Identity,
    Read,
    block,
    by,
    own_tags,
    pages,
)
from guardian.domain.fingerprint import Shape

_GONE = frozenset({"ResourceNotFoundException"})


def _function(item: Mapping[str, Any]) -> Attributes:
    # `logging_config` is left out, and so is `last_modified`, which follows from the rest.
    return {
        "function_name": item["FunctionName"],
        "arn": item["FunctionArn"],
        "role": item["Role"],
        "runtime": item.get("Runtime"),
        "handler": item.get("Handler"),
        "description": item.get("Description"),
        "timeout": item["Timeout"],
        "memory_size": item["MemorySize"],
        "package_type": item["PackageType"],
        "architectures": item["Architectures"],
        "code_sha256": item["CodeSha256"],
        "source_code_size": item["CodeSize"],
        "kms_key_arn": item.get("KMSKeyArn"),
        "signing_job_arn": item.get("SigningJobArn"),
        "signing_profile_version_arn": item.get("SigningProfileVersionArn"),
        "layers": [each["Arn"] for each in item.get("Layers") or ()],
        "ephemeral_storage": [{"size": item["EphemeralStorage"]["Size"]}],
        "tracing_config": [{"mode": (item.get("TracingConfig") or {}).get("Mode", "PassThrough")}],
        "environment": [{"variables": each.get("Variables")} for each in block(item.get("Environment"))],
        "dead_letter_config": [
            {"target_arn": each["TargetArn"]}
            for each in block(item.get("DeadLetterConfig"))
            if each.get("TargetArn")
        ],
        "file_system_config": [
            {"arn": each["Arn"], "local_mount_path": each["LocalMountPath"]}
            for each in item.get("FileSystemConfigs") or ()
        ],
        "image_config": [
            {
                "command": each.get("Command"),
                "entry_point": each.get("EntryPoint"),
                "working_directory": each.get("WorkingDirectory"),
            }
            for each in block((item.get("ImageConfigResponse") or {}).get("ImageConfig"))
        ],
        "snap_start": [
            {"apply_on": each["ApplyOn"], "optimization_status": each["OptimizationStatus"]}
            for each in block(item.get("SnapStart"))
            if each["ApplyOn"] != "None"
        ],
        "vpc_config": [
            {
                "subnet_ids": each["SubnetIds"],
                "security_group_ids": each["SecurityGroupIds"],
                "vpc_id": each["VpcId"],
                "ipv6_allowed_for_dual_stack": each.get("Ipv6AllowedForDualStack"),
            }
            for each in block(item.get("VpcConfig"))
            if each.get("VpcId")
        ],
    }


def _function_detail(asked: Asked, item: Mapping[str, Any], recorded: Attributes) -> Attributes:
    name = item["FunctionName"]
    answer = asked.need("get_function", gone=_GONE, FunctionName=name)
    found = {
        "image_uri": (answer.get("Code") or {}).get("ImageUri"),
        "reserved_concurrent_executions": (answer.get("Concurrency") or {}).get(
            "ReservedConcurrentExecutions", -1
        ),
        "tags": own_tags(answer.get("Tags")),
    }
    if recorded.get("publish"):
        versions = pages(
            asked,
            "list_versions_by_function",
            "Versions",
            told="NextMarker",
            given="Marker",
            FunctionName=name,
        )
        newest = (versions or [])[-1]
        found |= {"version": newest["Version"], "qualified_arn": newest["FunctionArn"]}
    if recorded.get("code_signing_config_arn"):
        # Only then: regions without signing refuse to answer.
        signing = asked.need("get_function_code_signing_config", gone=_GONE, FunctionName=name)
        found["code_signing_config_arn"] = signing.get("CodeSigningConfigArn")
    return found


def _named(arn: str) -> str:
    """Return the name in the ARN of a version or an alias."""
    return arn.split(":")[6]


def _aliases(asked: Asked, known: Sequence[Attributes]) -> dict[str, Any]:
    functions = sorted({_named(each["arn"]) for each in known})
    found = asked.many(
        lambda name: pages(
            asked,
            "list_aliases",
            "Aliases",
            absent=_GONE,
            told="NextMarker",
            given="Marker",
            FunctionName=name,
        ),
        functions,
    )
    return {each["AliasArn"]: each for aliases in found for each in aliases or ()}


def _alias(item: Mapping[str, Any]) -> Attributes:
    weights = (item.get("RoutingConfig") or {}).get("AdditionalVersionWeights")
    return {
        "name": item["Name"],
        "arn": item["AliasArn"],
        "description": item.get("Description"),
        "function_version": item["FunctionVersion"],
        "routing_config": [{"additional_version_weights": weights}] if weights else [],
    }


def _permission_key(recorded: Attributes) -> str:
    return "|".join(str(recorded.get(each) or "") for each in ("function_name", "qualifier", "id"))


def _permissions(asked: Asked, known: Sequence[Attributes]) -> dict[str, Any]:
    policies = sorted({(str(each["function_name"]), str(each.get("qualifier") or "")) for each in known})

    def ask(policy: tuple[str, str]) -> dict[str, Any]:
        function, qualifier = policy
        request = {"Qualifier": qualifier} if qualifier else {}
        answer = asked.one("get_policy", absent=_GONE, FunctionName=function, **request)
        statements = json.loads(answer["Policy"])["Statement"] if answer else ()
        return {f"{function}|{qualifier}|{each['Sid']}": each for each in statements}

    return {key: each for found in asked.many(ask, policies) for key, each in found.items()}


def _permission(item: Mapping[str, Any]) -> Attributes:
    principal = item["Principal"]
    if isinstance(principal, dict):
        principal = principal.get("AWS") or principal.get("Service")
    conditions = item.get("Condition", {})
    equals = conditions.get("StringEquals", {})
    return {
        "statement_id": item["Sid"],
        "action": item["Action"],
        "principal": principal,
        "event_source_token": equals.get("lambda:EventSourceToken"),
        "function_url_auth_type": equals.get("lambda:FunctionUrlAuthType"),
        "principal_org_id": equals.get("aws:PrincipalOrgID"),
        "source_account": equals.get("AWS:SourceAccount"),
        "source_arn": conditions.get("ArnLike", {}).get("AWS:SourceArn"),
    }


def _layers(asked: Asked, known: Sequence[Attributes]) -> dict[str, Any]:
    found = asked.many(
        lambda name: pages(
            asked,
            "list_layer_versions",
            "LayerVersions",
            absent=_GONE,
            told="NextMarker",
            given="Marker",
            LayerName=name,
        ),
        sorted({_named(each["arn"]) for each in known}),
    )
    return {each["LayerVersionArn"]: each for versions in found for each in versions or ()}


def _layer(item: Mapping[str, Any]) -> Attributes:
    # Its code and all else of a version never change.
    return {
        "arn": item["LayerVersionArn"],
        "version": str(item["Version"]),
        "description": item.get("Description"),
        "license_info": item.get("LicenseInfo"),
        "compatible_runtimes": item.get("CompatibleRuntimes"),
        "compatible_architectures": item.get("CompatibleArchitectures"),
    }


FUNCTION = Read(
    calls={
        "list_functions",
        "get_function",
        "list_versions_by_function",
        "get_function_code_signing_config",
    },
    listed=lambda asked, _: {
        each["FunctionName"]: each for each in asked.every("list_functions", "Functions")
    },
    bulk=_function,
    detail=_function_detail,
    detailed={
        "code_signing_config_arn",
        "image_uri",
        "qualified_arn",
        "reserved_concurrent_executions",
        "tags",
        "version",
    },
    shape=Shape(
        ordered=frozenset({"layers", "image_config.command", "image_config.entry_point"}),
        maps=frozenset({"tags", "tags_all", "environment.variables"}),
    ),
    identity=lambda item: Identity(name=item["FunctionName"]),
)
ALIAS = Read(calls={"list_aliases"}, listed=_aliases, key=by("arn"), bulk=_alias)
PERMISSION = Read(calls={"get_policy"}, listed=_permissions, key=_permission_key, bulk=_permission)
LAYER = Read(calls={"list_layer_versions"}, listed=_layers, key=by("arn"), bulk=_layer)
