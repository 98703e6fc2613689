"""Functions of Lambda, and what belongs to them."""

from collections.abc import Mapping
from typing import Any

from tests.support.readers.case import Case, Client


def _grant_to_another(client: Client, it: Mapping[str, Any]) -> None:
    client("lambda").remove_permission(FunctionName=it["function_name"], StatementId=it["id"])
    client("lambda").add_permission(
        FunctionName=it["function_name"],
        StatementId=it["id"],
        Action=it["action"],
        Principal=it["principal"],
        SourceArn="arn:aws:s3:::others",
        SourceAccount=it["source_account"],
    )


CASES = {
    "aws_lambda_alias": Case(
        change=lambda client, it: client("lambda").update_alias(
            FunctionName="shop",
            Name=it["name"],
            RoutingConfig={"AdditionalVersionWeights": {"2": 0.75}},
        ),
        drifts=frozenset({"routing_config"}),
        delete=lambda client, it: client("lambda").delete_alias(FunctionName="shop", Name=it["name"]),
    ),
    "aws_lambda_permission": Case(
        change=_grant_to_another,
        drifts=frozenset({"source_arn"}),
        delete=lambda client, it: client("lambda").remove_permission(
            FunctionName=it["function_name"], StatementId=it["id"]
        ),
    ),
    "aws_lambda_event_source_mapping": Case(
        change=lambda client, it: client("lambda").update_event_source_mapping(UUID=it["uuid"], BatchSize=7),
        drifts=frozenset({"batch_size"}),
        delete=lambda client, it: client("lambda").delete_event_source_mapping(UUID=it["uuid"]),
        unread=frozenset({"last_modified"}),
    ),
    "aws_lambda_layer_version": Case(
        # A version never changes.
        change=lambda client, it: client("lambda").delete_layer_version(
            LayerName=it["layer_name"], VersionNumber=int(it["version"])
        ),
        drifts=frozenset({"(absent)"}),
        delete=lambda *_: None,
    ),
    # Last: what is its own goes with it.
    "aws_lambda_function": Case(
        change=lambda client, it: client("lambda").update_function_configuration(
            FunctionName=it["function_name"], MemorySize=512
        ),
        drifts=frozenset({"memory_size"}),
        delete=lambda client, it: client("lambda").delete_function(FunctionName=it["function_name"]),
    ),
}
