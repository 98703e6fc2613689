"""Services of container clusters."""

from collections.abc import Mapping, Sequence
from typing import Any

from guardian.adapters.aws.declare import LiveType
from guardian.adapters.aws.read import Asked, Attributes, Identity, Read, block, chunks, named, pages, tags_of
from guardian.domain.fingerprint import PLAIN, Shape

# Source: https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeServices.html
_AT_ONCE = 10
_RECORDED = "(recorded)"

_BALANCER = {
    "elb_name": "loadBalancerName",
    "target_group_arn": "targetGroupArn",
    "container_name": "containerName",
    "container_port": "containerPort",
}
_CONSTRAINT = {"type": "type", "expression": "expression"}
_LATTICE = {"role_arn": "roleArn", "target_group_arn": "targetGroupArn", "port_name": "portName"}
_PROVIDER = {"base": "base", "capacity_provider": "capacityProvider", "weight": "weight"}
_REGISTRY = {
    "registry_arn": "registryArn",
    "port": "port",
    "container_name": "containerName",
    "container_port": "containerPort",
}
_SECRET = {"name": "name", "value_from": "valueFrom"}


def _services(asked: Asked, known: Sequence[Attributes]) -> dict[str, dict[str, Any]]:
    gone = {"ClusterNotFoundException"}
    clusters = sorted({_last(each["cluster"]) for each in known})
    listed = asked.many(
        lambda name: pages(
            asked,
            "list_services",
            "serviceArns",
            absent=gone,
            told="nextToken",
            given="nextToken",
            cluster=name,
            maxResults=100,
        ),
        clusters,
    )
    answers = asked.many(
        lambda some: asked.one(
            "describe_services", absent=gone, cluster=some[0], services=some[1], include=["TAGS"]
        ),
        [
            (cluster, list(arns))
            for cluster, services in zip(clusters, listed, strict=True)
            for arns in chunks(services or [], _AT_ONCE)
        ],
    )
    recorded = {_service_key(each): each for each in known}
    found = [each for answer in answers if answer is not None for each in answer["services"]]
    items = {f"{_last(each['clusterArn'])}/{each['serviceName']}": each for each in found}
    return {
        key: {**item, _RECORDED: recorded.get(key) or {}}
        for key, item in items.items()
        if item["status"] != "INACTIVE"
    }


def _service_key(attributes: Attributes) -> str:
    return f"{_last(attributes['cluster'])}/{attributes['name']}"


def _last(arn: str) -> str:
    return arn.rpartition("/")[2]


def _service(item: Mapping[str, Any]) -> Attributes:
    recorded = item[_RECORDED]
    return {
        "name": item["serviceName"],
        "cluster": _as_written(recorded.get("cluster"), item["clusterArn"]),
        "availability_zone_rebalancing": item.get("availabilityZoneRebalancing"),
        "capacity_provider_strategy": _all(item.get("capacityProviderStrategy"), _PROVIDER),
        "deployment_controller": [{"type": (item.get("deploymentController") or {}).get("type", "ECS")}],
        "desired_count": item["desiredCount"],
        "enable_ecs_managed_tags": item.get("enableECSManagedTags"),
        "enable_execute_command": item.get("enableExecuteCommand"),
        "health_check_grace_period_seconds": item.get("healthCheckGracePeriodSeconds"),
        "launch_type": item.get("launchType"),
        "load_balancer": _all(item.get("loadBalancers"), _BALANCER),
        "network_configuration": _network(item.get("networkConfiguration")),
        "ordered_placement_strategy": [_strategy(each) for each in item.get("placementStrategy") or ()],
        "placement_constraints": _all(item.get("placementConstraints"), _CONSTRAINT),
        "platform_version": item.get("platformVersion"),
        "propagate_tags": item.get("propagateTags"),
        "scheduling_strategy": item.get("schedulingStrategy"),
        "service_registries": _all(item.get("serviceRegistries"), _REGISTRY),
        "tags": _tags(item),
        **_deployment(item),
        **_where_told(item, recorded),
    }


def _where_told(item: Mapping[str, Any], recorded: Attributes) -> Attributes:
    """Return what the provider keeps as it was written where AWS does not tell it."""
    found: dict[str, Any] = {}
    task, role = item.get("taskDefinition"), item.get("roleArn")
    if task is not None:
        found["task_definition"] = _as_written(recorded.get("task_definition"), task)
    # A role that was not given by its ARN is recorded in a form of the provider's own; it never changes.
    if role is not None and str(recorded.get("iam_role")).startswith("arn:"):
        found["iam_role"] = role
    configuration = item.get("deploymentConfiguration")
    if configuration is not None:
        found["deployment_maximum_percent"] = configuration.get("maximumPercent")
        found["deployment_minimum_healthy_percent"] = configuration.get("minimumHealthyPercent")
        found["alarms"] = named(
            configuration.get("alarms"), alarm_names="alarmNames", enable="enable", rollback="rollback"
        )
        found["deployment_circuit_breaker"] = named(
            configuration.get("deploymentCircuitBreaker"), enable="enable", rollback="rollback"
        )
    return found


def _as_written(recorded: Any, arn: str) -> str:
    """Return an ARN, or what follows its last slash where that was recorded."""
    return arn if str(recorded).startswith("arn:") else _last(arn)


def _network(found: Mapping[str, Any] | None) -> list[Attributes]:
    return [
        {
            "assign_public_ip": own.get("assignPublicIp") == "ENABLED",
            "security_groups": own.get("securityGroups"),
            "subnets": own["subnets"],
        }
        for each in block(found)
        for own in block(each.get("awsvpcConfiguration"))
    ]


def _strategy(found: Mapping[str, Any]) -> Attributes:
    field = found.get("field")
    # AWS takes these in lower case and tells them in upper.
    return {"type": found["type"], "field": field.lower() if field in {"CPU", "MEMORY"} else field}


def _deployment(item: Mapping[str, Any]) -> Attributes:
    """Return what only the deployment in use tells."""
    for each in item.get("deployments") or ():
        if each.get("status") == "PRIMARY":
            connect = each.get("serviceConnectConfiguration")
            return {
                "vpc_lattice_configurations": _all(each.get("vpcLatticeConfigurations"), _LATTICE),
                **({} if connect is None else {"service_connect_configuration": [_connect(connect)]}),
            }
    return {}


def _connect(found: Mapping[str, Any]) -> Attributes:
    return {
        "enabled": found["enabled"],
        "namespace": found.get("namespace"),
        "service": [_connect_service(each) for each in found.get("services") or ()],
        "log_configuration": [
            {
                "log_driver": each["logDriver"],
                "options": each.get("options"),
                "secret_option": _all(each.get("secretOptions"), _SECRET),
            }
            for each in block(found.get("logConfiguration"))
        ],
    }


def _connect_service(found: Mapping[str, Any]) -> Attributes:
    return {
        "port_name": found["portName"],
        "discovery_name": found.get("discoveryName"),
        "ingress_port_override": found.get("ingressPortOverride"),
        "client_alias": _all(found.get("clientAliases"), {"port": "port", "dns_name": "dnsName"}),
        "timeout": named(
            found.get("timeout"),
            idle_timeout_seconds="idleTimeoutSeconds",
            per_request_timeout_seconds="perRequestTimeoutSeconds",
        ),
        "tls": [
            {
                "kms_key": each.get("kmsKey"),
                "role_arn": each.get("roleArn"),
                "issuer_cert_authority": named(
                    each["issuerCertificateAuthority"], aws_pca_authority_arn="awsPcaAuthorityArn"
                ),
            }
            for each in block(found.get("tls"))
        ],
    }


def _all(found: Sequence[Mapping[str, Any]] | None, names: Mapping[str, str]) -> list[dict[str, Any]]:
    return [own for each in found or () for own in named(each, **names)]


def _tags(item: Mapping[str, Any]) -> dict[str, str]:
    return tags_of(item.get("tags") or (), key="key", value="value")


TYPES = {
    "aws_ecs_service": LiveType(
        service="ecs",
        read=Read(
            calls={"list_services", "describe_services"},
            listed=_services,
            key=_service_key,
            bulk=_service,
            shape=Shape(
                ordered=frozenset({"ordered_placement_strategy"}),
                maps=PLAIN.maps | {"service_connect_configuration.log_configuration.options"},
            ),
            identity=lambda item: Identity(name=item["serviceName"], tags=_tags(item)),
        ),
    ),
}
