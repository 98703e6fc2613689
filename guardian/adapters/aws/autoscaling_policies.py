"""The policies that groups scale by."""

from collections.abc import Mapping, Sequence
from typing import Any

from guardian.adapters.aws.read import Asked, Attributes, Names, Read, renamed

# Source: https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_DescribePolicies.html
_PAGE = 100
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


POLICY = Read(
    calls={"describe_policies"},
    key=lambda record: _policy_key(record["autoscaling_group_name"], record["name"]),
    listed=_policies,
    bulk=_policy,
)
