"""Groups that scale."""

from collections.abc import Mapping, Sequence
from operator import itemgetter
from typing import Any

from guardian.adapters.aws.apart import shared, together
from guardian.adapters.aws.autoscaling_policies import POLICY
from guardian.adapters.aws.declare import LiveType
from guardian.adapters.aws.ec2.options import INSTANCE_REQUIREMENTS
from guardian.adapters.aws.read import Asked, Attributes, Identity, Names, Read, by_id, renamed, tags_of
from guardian.domain.fingerprint import Shape

# Source: https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_DescribeAutoScalingGroups.html
_PAGE = 100
_DEFAULT_POLICIES, _DEFAULT_GRANULARITY = ["Default"], "1Minute"
_TEMPLATE: Names = {
    "launch_template_id": "LaunchTemplateId",
    "launch_template_name": "LaunchTemplateName",
    "version": "Version",
}
_GROUP: Names = {
    "arn": "AutoScalingGroupARN",
    "availability_zones": "AvailabilityZones",
    "capacity_rebalance": "CapacityRebalance",
    "context": "Context",
    "default_cooldown": "DefaultCooldown",
    "default_instance_warmup": "DefaultInstanceWarmup",
    "desired_capacity": "DesiredCapacity",
    "desired_capacity_type": "DesiredCapacityType",
    "health_check_grace_period": "HealthCheckGracePeriod",
    "health_check_type": "HealthCheckType",
    "instance_maintenance_policy": (
        "InstanceMaintenancePolicy",
        {"max_healthy_percentage": "MaxHealthyPercentage", "min_healthy_percentage": "MinHealthyPercentage"},
    ),
    "launch_configuration": "LaunchConfigurationName",
    "launch_template": (
        "LaunchTemplate",
        {"id": "LaunchTemplateId", "name": "LaunchTemplateName", "version": "Version"},
    ),
    "load_balancers": "LoadBalancerNames",
    "max_instance_lifetime": "MaxInstanceLifetime",
    "max_size": "MaxSize",
    "min_size": "MinSize",
    "mixed_instances_policy": (
        "MixedInstancesPolicy",
        {
            "instances_distribution": (
                "InstancesDistribution",
                {
                    "on_demand_allocation_strategy": "OnDemandAllocationStrategy",
                    "on_demand_base_capacity": "OnDemandBaseCapacity",
                    "on_demand_percentage_above_base_capacity": "OnDemandPercentageAboveBaseCapacity",
                    "spot_allocation_strategy": "SpotAllocationStrategy",
                    "spot_instance_pools": "SpotInstancePools",
                    "spot_max_price": "SpotMaxPrice",
                },
            ),
            "launch_template": (
                "LaunchTemplate",
                {
                    "launch_template_specification": ("LaunchTemplateSpecification", _TEMPLATE),
                    "override": (
                        "Overrides",
                        {
                            "instance_requirements": ("InstanceRequirements", INSTANCE_REQUIREMENTS),
                            "instance_type": "InstanceType",
                            "launch_template_specification": ("LaunchTemplateSpecification", _TEMPLATE),
                            "weighted_capacity": "WeightedCapacity",
                        },
                    ),
                },
            ),
        },
    ),
    "name": "AutoScalingGroupName",
    "placement_group": "PlacementGroup",
    "predicted_capacity": "PredictedCapacity",
    "protect_from_scale_in": "NewInstancesProtectedFromScaleIn",
    "service_linked_role_arn": "ServiceLinkedRoleARN",
    "target_group_arns": "TargetGroupARNs",
    "traffic_source": ("TrafficSources", {"identifier": "Identifier", "type": "Type"}),
    "warm_pool_size": "WarmPoolSize",
}
_ZONES: Names = {"capacity_distribution_strategy": "CapacityDistributionStrategy"}
_RESERVATION: Names = {
    "capacity_reservation_preference": "CapacityReservationPreference",
    "capacity_reservation_target": (
        "CapacityReservationTarget",
        {
            "capacity_reservation_ids": "CapacityReservationIds",
            "capacity_reservation_resource_group_arns": "CapacityReservationResourceGroupArns",
        },
    ),
}
_WARM_POOL: Names = {
    "instance_reuse_policy": ("InstanceReusePolicy", {"reuse_on_scale_in": "ReuseOnScaleIn"}),
    "min_size": "MinSize",
    "pool_state": "PoolState",
}


def _groups(asked: Asked, known: Sequence[Attributes]) -> dict[str, tuple[Attributes, Attributes]]:
    recorded = {by_id(each): each for each in known}
    items = asked.every("describe_auto_scaling_groups", "AutoScalingGroups", MaxRecords=_PAGE)
    return {
        each["AutoScalingGroupName"]: (each, recorded.get(each["AutoScalingGroupName"], {})) for each in items
    }


def _group(pair: tuple[Attributes, Attributes]) -> Attributes:
    item, record = pair
    metrics, policies = item.get("EnabledMetrics") or [], item["TerminationPolicies"]
    # The default is as good as none where none is recorded.
    as_default = not record.get("termination_policies") and policies == _DEFAULT_POLICIES
    subnets = item.get("VPCZoneIdentifier") or ""
    return {
        **renamed(item, _GROUP),
        "availability_zone_distribution": [renamed(item.get("AvailabilityZoneDistribution", {}), _ZONES)],
        "capacity_reservation_specification": [
            renamed(item.get("CapacityReservationSpecification", {}), _RESERVATION)
        ],
        "enabled_metrics": [each["Metric"] for each in metrics],
        "metrics_granularity": metrics[0]["Granularity"] if metrics else _DEFAULT_GRANULARITY,
        "suspended_processes": [each["ProcessName"] for each in item.get("SuspendedProcesses", ())],
        "tag": [
            {"key": each["Key"], "propagate_at_launch": each["PropagateAtLaunch"], "value": each["Value"]}
            for each in item.get("Tags", ())
            if not each["Key"].startswith("aws:")
        ],
        "termination_policies": [] if as_default else policies,
        "vpc_zone_identifier": subnets.split(",") if subnets else [],
        "warm_pool": _warm_pool(item.get("WarmPoolConfiguration")),
    }


def _warm_pool(item: Attributes | None) -> list[Mapping[str, Any]]:
    if item is None:
        return []
    # The provider says -1 where there is no limit.
    return [
        {**renamed(item, _WARM_POOL), "max_group_prepared_capacity": item.get("MaxGroupPreparedCapacity", -1)}
    ]


_ATTACHED, _SOURCE = "aws_autoscaling_attachment", "aws_autoscaling_traffic_source_attachment"
_NAME, _IDENTIFIER = "autoscaling_group_name", "traffic_source.identifier"
_APART = together(
    shared("load_balancers", "name", (_ATTACHED, _NAME, "elb"), (_SOURCE, _NAME, _IDENTIFIER)),
    shared(
        "target_group_arns",
        "name",
        (_ATTACHED, _NAME, "lb_target_group_arn"),
        (_SOURCE, _NAME, _IDENTIFIER),
    ),
    # AWS tells each of them here, too.
    shared(
        "traffic_source",
        "name",
        (_ATTACHED, _NAME, "elb"),
        (_ATTACHED, _NAME, "lb_target_group_arn"),
        (_SOURCE, _NAME, _IDENTIFIER),
        entry=itemgetter("identifier"),
    ),
    shared("tag", "name", ("aws_autoscaling_group_tag", _NAME, "tag.key"), entry=itemgetter("key")),
)

TYPES: Mapping[str, LiveType] = {
    "aws_autoscaling_group": LiveType(
        service="autoscaling",
        read=Read(
            calls={"describe_auto_scaling_groups"},
            listed=_groups,
            bulk=_group,
            # The first instance type that can be had is taken, and the first policy that decides.
            shape=Shape(
                ordered=frozenset({"termination_policies", "mixed_instances_policy.launch_template.override"})
            ),
            apart=_APART,
            identity=lambda pair: Identity(
                name=pair[0]["AutoScalingGroupName"],
                tags=tags_of(pair[0].get("Tags", ())),
                own=any(each["Key"].startswith("aws:eks:") for each in pair[0].get("Tags", ())),
            ),
        ),
    ),
    "aws_autoscaling_policy": LiveType(service="autoscaling", read=POLICY),
}
