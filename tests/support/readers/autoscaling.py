"""Groups that scale, and a volume that hangs on one of their instances."""

from tests.support.readers.case import Case


def _delete_group(client, it):
    client("autoscaling").delete_auto_scaling_group(AutoScalingGroupName=it["name"], ForceDelete=True)


CASES = {
    "aws_volume_attachment": Case(
        # Whatever changes one makes another: the recorded one is gone.
        change=lambda client, it: client("ec2").detach_volume(
            VolumeId=it["volume_id"], InstanceId=it["instance_id"], Device=it["device_name"]
        ),
        drifts=frozenset({"(absent)"}),
        delete=lambda client, it: client("ec2").delete_volume(VolumeId=it["volume_id"]),
    ),
    "aws_autoscaling_policy": Case(
        change=lambda client, it: client("autoscaling").put_scaling_policy(
            AutoScalingGroupName=it["autoscaling_group_name"],
            PolicyName=it["name"],
            PolicyType=it["policy_type"],
            EstimatedInstanceWarmup=it["estimated_instance_warmup"],
            TargetTrackingConfiguration={
                "TargetValue": 60,
                "DisableScaleIn": True,
                "PredefinedMetricSpecification": {"PredefinedMetricType": "ASGAverageCPUUtilization"},
            },
        ),
        drifts=frozenset({"target_tracking_configuration"}),
        delete=lambda client, it: client("autoscaling").delete_policy(
            AutoScalingGroupName=it["autoscaling_group_name"], PolicyName=it["name"]
        ),
    ),
    "aws_autoscaling_group": Case(
        change=lambda client, it: client("autoscaling").update_auto_scaling_group(
            AutoScalingGroupName=it["name"], MaxSize=5
        ),
        drifts=frozenset({"max_size"}),
        delete=_delete_group,
    ),
}
