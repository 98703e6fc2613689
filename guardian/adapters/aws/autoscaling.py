"""Groups that scale, and the policies they scale by."""

from collections.abc import Mapping, Sequence
from typing import Any

from guardian.adapters.aws.declare import LiveType
from guardian.adapters.aws.ec2.templates import INSTANCE_REQUIREMENTS
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


_METRIC: Names = {
    "dimensions": ("Dimensions", {"name": "Name", "value": "Value"}),
    "metric_name": "MetricName",
    "namespace": "Namespace",
}
_QUERY: Names = {
    "expression": "Expression",
    "id": "Id",
    "label": "Label",
    "metric_stat": (
        "MetricStat",
        {"metric": ("Metric", _METRIC), "stat": "Stat", "unit": "Unit"},
    ),
    "return_data": "ReturnData",
}
_TRACKING_QUERY: Names = {
    **_QUERY,
    "metric_stat": (
        "MetricStat",
        {"metric": ("Metric", _METRIC), "period": "Period", "stat": "Stat", "unit": "Unit"},
    ),
}
_PREDEFINED: Names = {"predefined_metric_type": "PredefinedMetricType", "resource_label": "ResourceLabel"}
_CUSTOMIZED: Names = {"metric_data_queries": ("MetricDataQueries", _QUERY)}
_PREDICTIVE: Names = {
    "max_capacity_breach_behavior": "MaxCapacityBreachBehavior",
    "metric_specification": (
        "MetricSpecifications",
        {
            "customized_capacity_metric_specification": (
                "CustomizedCapacityMetricSpecification",
                _CUSTOMIZED,
            ),
            "customized_load_metric_specification": ("CustomizedLoadMetricSpecification", _CUSTOMIZED),
            "customized_scaling_metric_specification": ("CustomizedScalingMetricSpecification", _CUSTOMIZED),
            "predefined_load_metric_specification": ("PredefinedLoadMetricSpecification", _PREDEFINED),
            "predefined_metric_pair_specification": ("PredefinedMetricPairSpecification", _PREDEFINED),
            "predefined_scaling_metric_specification": ("PredefinedScalingMetricSpecification", _PREDEFINED),
            "target_value": "TargetValue",
        },
    ),
    "mode": "Mode",
}
# Numbers that the provider records as text.
_PREDICTIVE_TEXTS = {
    "max_capacity_buffer": "MaxCapacityBuffer",
    "scheduling_buffer_time": "SchedulingBufferTime",
}
_POLICY: Names = {
    "adjustment_type": "AdjustmentType",
    "arn": "PolicyARN",
    "autoscaling_group_name": "AutoScalingGroupName",
    "cooldown": "Cooldown",
    "enabled": "Enabled",
    "estimated_instance_warmup": "EstimatedInstanceWarmup",
    "metric_aggregation_type": "MetricAggregationType",
    "min_adjustment_magnitude": "MinAdjustmentMagnitude",
    "name": "PolicyName",
    "policy_type": "PolicyType",
    "scaling_adjustment": "ScalingAdjustment",
    "target_tracking_configuration": (
        "TargetTrackingConfiguration",
        {
            "customized_metric_specification": (
                "CustomizedMetricSpecification",
                {
                    "metric_dimension": ("Dimensions", {"name": "Name", "value": "Value"}),
                    "metric_name": "MetricName",
                    "metrics": ("Metrics", _TRACKING_QUERY),
                    "namespace": "Namespace",
                    "period": "Period",
                    "statistic": "Statistic",
                    "unit": "Unit",
                },
            ),
            "disable_scale_in": "DisableScaleIn",
            "predefined_metric_specification": ("PredefinedMetricSpecification", _PREDEFINED),
            "target_value": "TargetValue",
        },
    ),
}


def _policies(asked: Asked, _: Sequence[Attributes]) -> dict[str, Attributes]:
    items = asked.every("describe_policies", "ScalingPolicies", MaxRecords=_PAGE)
    return {_policy_key(each["AutoScalingGroupName"], each["PolicyName"]): each for each in items}


def _policy_key(group: Any, name: Any) -> str:
    """Return what tells a policy: its name is unique in its group alone."""
    return f"{group}/{name}"


def _policy(item: Attributes) -> Attributes:
    predictive = item.get("PredictiveScalingConfiguration")
    return {
        **renamed(item, _POLICY),
        "predictive_scaling_configuration": [] if predictive is None else [_predictive(predictive)],
        "step_adjustment": [
            {
                "metric_interval_lower_bound": _text(each.get("MetricIntervalLowerBound")),
                "metric_interval_upper_bound": _text(each.get("MetricIntervalUpperBound")),
                "scaling_adjustment": each["ScalingAdjustment"],
            }
            for each in item.get("StepAdjustments", ())
        ],
    }


def _predictive(item: Attributes) -> Mapping[str, Any]:
    texts = {name: _text(item.get(member)) for name, member in _PREDICTIVE_TEXTS.items()}
    return {**renamed(item, _PREDICTIVE), **texts}


def _text(number: float | None) -> str:
    """Return a number as the provider writes it: in full, and without a fraction where it has none."""
    if number is None:
        return ""
    return str(int(number)) if number == int(number) else str(number)


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
            identity=lambda pair: Identity(
                name=pair[0]["AutoScalingGroupName"],
                tags=tags_of(pair[0].get("Tags", ())),
                own=any(each["Key"].startswith("aws:eks:") for each in pair[0].get("Tags", ())),
            ),
        ),
    ),
    "aws_autoscaling_policy": LiveType(
        service="autoscaling",
        read=Read(
            calls={"describe_policies"},
            key=lambda record: _policy_key(record["autoscaling_group_name"], record["name"]),
            listed=_policies,
            bulk=_policy,
        ),
    ),
}
