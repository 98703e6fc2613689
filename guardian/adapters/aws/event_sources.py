"""How the event sources that call functions of Lambda are read."""

from collections.abc import Mapping
from typing import Any

from guardian.adapters.aws.read import Asked, Attributes, Identity, Read, block, own_tags
from guardian.domain.fingerprint import Shape

_GONE = frozenset({"ResourceNotFoundException"})


def _mapping(item: Mapping[str, Any]) -> Attributes:
    # What follows from time or from the rest is left out: `last_modified`, `last_processing_result`, `state`,
    # `state_transition_reason`.
    consumer = "ConsumerGroupId"
    return {
        "uuid": item["UUID"],
        "arn": item["EventSourceMappingArn"],
        "function_arn": item["FunctionArn"],
        "function_name": item["FunctionArn"],
        "event_source_arn": item.get("EventSourceArn"),
        **({"enabled": True} if item["State"] in {"Enabled", "Enabling"} else {}),
        **({"enabled": False} if item["State"] in {"Disabled", "Disabling"} else {}),
        "batch_size": item.get("BatchSize"),
        "bisect_batch_on_function_error": item.get("BisectBatchOnFunctionError"),
        "function_response_types": item.get("FunctionResponseTypes"),
        "kms_key_arn": item.get("KMSKeyArn"),
        "maximum_batching_window_in_seconds": item.get("MaximumBatchingWindowInSeconds"),
        "maximum_record_age_in_seconds": item.get("MaximumRecordAgeInSeconds"),
        "maximum_retry_attempts": item.get("MaximumRetryAttempts"),
        "parallelization_factor": item.get("ParallelizationFactor"),
        "queues": item.get("Queues"),
        "topics": item.get("Topics"),
        "starting_position": item.get("StartingPosition"),
        "tumbling_window_in_seconds": item.get("TumblingWindowInSeconds"),
        "destination_config": [
            {
                "on_failure": [
                    {"destination_arn": to.get("Destination")} for to in block(each.get("OnFailure"))
                ]
            }
            for each in block(item.get("DestinationConfig"))
        ],
        "filter_criteria": [
            {"filter": [{"pattern": one.get("Pattern")} for one in each.get("Filters") or ()]}
            for each in block(item.get("FilterCriteria"))
        ],
        "scaling_config": [
            {"maximum_concurrency": each.get("MaximumConcurrency")}
            for each in block(item.get("ScalingConfig"))
        ],
        "metrics_config": [{"metrics": each.get("Metrics")} for each in block(item.get("MetricsConfig"))],
        "provisioned_poller_config": [
            {"minimum_pollers": each.get("MinimumPollers"), "maximum_pollers": each.get("MaximumPollers")}
            for each in block(item.get("ProvisionedPollerConfig"))
        ],
        "amazon_managed_kafka_event_source_config": [
            {"consumer_group_id": each.get(consumer)}
            for each in block(item.get("AmazonManagedKafkaEventSourceConfig"))
        ],
        "self_managed_kafka_event_source_config": [
            {"consumer_group_id": each.get(consumer)}
            for each in block(item.get("SelfManagedKafkaEventSourceConfig"))
        ],
        "self_managed_event_source": [
            {"endpoints": {name: ",".join(hosts) for name, hosts in each["Endpoints"].items()}}
            for each in block(item.get("SelfManagedEventSource"))
        ],
        "source_access_configuration": [
            {"type": each.get("Type"), "uri": each.get("URI")}
            for each in item.get("SourceAccessConfigurations") or ()
        ],
        "document_db_event_source_config": [
            {
                "collection_name": each.get("CollectionName"),
                "database_name": each.get("DatabaseName"),
                "full_document": each.get("FullDocument"),
            }
            for each in block(item.get("DocumentDBEventSourceConfig"))
        ],
    }


def _mapping_detail(asked: Asked, item: Mapping[str, Any], _: Attributes) -> Attributes:
    answer = asked.need("list_tags", gone=_GONE, Resource=item["EventSourceMappingArn"])
    return {"tags": own_tags(answer["Tags"])}


EVENT_SOURCE_MAPPING = Read(
    calls={"list_event_source_mappings", "list_tags"},
    listed=lambda asked, _: {
        each["UUID"]: each for each in asked.every("list_event_source_mappings", "EventSourceMappings")
    },
    bulk=_mapping,
    detail=_mapping_detail,
    detailed={"tags"},
    shape=Shape(documents=frozenset({"filter_criteria.filter.pattern"})),
    identity=lambda _: Identity(),
)
