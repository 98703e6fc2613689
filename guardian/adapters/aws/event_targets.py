"""How the targets of EventBridge's rules are read: one list for each known rule."""

from collections.abc import Mapping, Sequence
from typing import Any

from guardian.adapters.aws.read import Asked, Attributes, Read, block, pages, tags_of
from guardian.domain.fingerprint import Shape

ABSENT = frozenset({"ResourceNotFoundException"})
AT_ONCE = 100


def bus_of(recorded: Attributes) -> str:
    """Return the name of a recorded rule's bus."""
    return str(recorded.get("event_bus_name") or "default")


def _key(recorded: Attributes) -> str:
    return f"{bus_of(recorded)}|{recorded.get('rule')}|{recorded.get('target_id')}"


def _targets(asked: Asked, known: Sequence[Attributes]) -> dict[str, Any]:
    def ask(rule: tuple[str, str]) -> dict[str, Any]:
        bus, name = rule
        targets = pages(
            asked,
            "list_targets_by_rule",
            "Targets",
            absent=ABSENT,
            EventBusName=bus,
            Rule=name,
            Limit=AT_ONCE,
        )
        return {f"{bus}|{name}|{each['Id']}": each for each in targets or ()}

    rules = sorted({(bus_of(each), str(each.get("rule"))) for each in known})
    return {key: each for found in asked.many(ask, rules) for key, each in found.items()}


def _target(item: Mapping[str, Any]) -> Attributes:
    return {
        "target_id": item["Id"],
        "arn": item["Arn"],
        "role_arn": item.get("RoleArn"),
        "input": item.get("Input"),
        "input_path": item.get("InputPath"),
        "input_transformer": [
            {"input_paths": each.get("InputPathsMap"), "input_template": each["InputTemplate"]}
            for each in block(item.get("InputTransformer"))
        ],
        "retry_policy": [
            {
                "maximum_event_age_in_seconds": each.get("MaximumEventAgeInSeconds"),
                "maximum_retry_attempts": each.get("MaximumRetryAttempts"),
            }
            for each in block(item.get("RetryPolicy"))
        ],
        "dead_letter_config": [{"arn": each.get("Arn")} for each in block(item.get("DeadLetterConfig"))],
        "ecs_target": [_ecs(each) for each in block(item.get("EcsParameters"))],
        "batch_target": [
            {
                "job_definition": each["JobDefinition"],
                "job_name": each["JobName"],
                "array_size": each.get("ArrayProperties", {}).get("Size"),
                "job_attempts": each.get("RetryStrategy", {}).get("Attempts"),
            }
            for each in block(item.get("BatchParameters"))
        ],
        "http_target": [
            {
                "header_parameters": each.get("HeaderParameters"),
                "query_string_parameters": each.get("QueryStringParameters"),
                "path_parameter_values": each.get("PathParameterValues"),
            }
            for each in block(item.get("HttpParameters"))
        ],
        "kinesis_target": [
            {"partition_key_path": each["PartitionKeyPath"]} for each in block(item.get("KinesisParameters"))
        ],
        "redshift_target": [
            {
                "database": each["Database"],
                "db_user": each.get("DbUser"),
                "secrets_manager_arn": each.get("SecretManagerArn"),
                "sql": each.get("Sql"),
                "statement_name": each.get("StatementName"),
                "with_event": each.get("WithEvent"),
            }
            for each in block(item.get("RedshiftDataParameters"))
        ],
        "run_command_targets": [
            {"key": each["Key"], "values": each["Values"]}
            for each in item.get("RunCommandParameters", {}).get("RunCommandTargets", ())
        ],
        "sagemaker_pipeline_target": [
            {
                "pipeline_parameter_list": [
                    {"name": one["Name"], "value": one["Value"]}
                    for one in each.get("PipelineParameterList", ())
                ]
            }
            for each in block(item.get("SageMakerPipelineParameters"))
        ],
        "sqs_target": [
            {"message_group_id": each.get("MessageGroupId")} for each in block(item.get("SqsParameters"))
        ],
        "appsync_target": [
            {"graphql_operation": each.get("GraphQLOperation")}
            for each in block(item.get("AppSyncParameters"))
        ],
    }


def _ecs(item: Mapping[str, Any]) -> Attributes:
    network = item.get("NetworkConfiguration", {}).get("awsvpcConfiguration")
    return {
        "task_definition_arn": item["TaskDefinitionArn"],
        "task_count": item.get("TaskCount"),
        "launch_type": item.get("LaunchType"),
        "platform_version": item.get("PlatformVersion"),
        "group": item.get("Group"),
        "propagate_tags": item.get("PropagateTags"),
        "enable_ecs_managed_tags": item.get("EnableECSManagedTags"),
        "enable_execute_command": item.get("EnableExecuteCommand"),
        "tags": tags_of(item.get("Tags", ())),
        "network_configuration": [
            {
                "subnets": each["Subnets"],
                "security_groups": each.get("SecurityGroups"),
                "assign_public_ip": each.get("AssignPublicIp") == "ENABLED",
            }
            for each in block(network)
        ],
        "capacity_provider_strategy": [
            {
                "capacity_provider": each["capacityProvider"],
                "weight": each.get("weight"),
                "base": each.get("base"),
            }
            for each in item.get("CapacityProviderStrategy", ())
        ],
        "ordered_placement_strategy": [
            {"type": each.get("type"), "field": each.get("field")}
            for each in item.get("PlacementStrategy", ())
        ],
        "placement_constraint": [
            {"type": each.get("type"), "expression": each.get("expression")}
            for each in item.get("PlacementConstraints", ())
        ],
    }


TARGET = Read(
    calls={"list_targets_by_rule"},
    listed=_targets,
    key=_key,
    bulk=_target,
    shape=Shape(
        ordered=frozenset(
            {
                "http_target.path_parameter_values",
                "run_command_targets",
                "ecs_target.ordered_placement_strategy",
            }
        ),
        documents=frozenset({"input"}),
        maps=frozenset(
            {
                "ecs_target.tags",
                "http_target.header_parameters",
                "http_target.query_string_parameters",
                "input_transformer.input_paths",
            }
        ),
    ),
)
