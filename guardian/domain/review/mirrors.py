"""Attributes that a provider reads of an object although another resource of the configuration sets them.

They change with that resource's apply, and no hand was in it; they count where the object's own configuration
writes them.
Source: the notes on each type at https://registry.terraform.io/providers/hashicorp/aws/5.100.0/docs
"""

from collections.abc import Mapping

MIRRORS: Mapping[str, frozenset[str]] = {
    "aws_autoscaling_group": frozenset({"load_balancers", "target_group_arns", "traffic_source"}),
    "aws_cloudwatch_event_bus": frozenset({"policy"}),
    "aws_ecs_cluster": frozenset({"capacity_providers", "default_capacity_provider_strategy"}),
    "aws_efs_file_system": frozenset({"number_of_mount_targets", "size_in_bytes"}),
    "aws_iam_role": frozenset({"inline_policy", "managed_policy_arns"}),
    "aws_instance": frozenset({"ebs_block_device", "network_interface", "secondary_private_ips"}),
    "aws_kms_key": frozenset({"policy"}),
    "aws_lambda_function": frozenset({"version", "qualified_arn", "qualified_invoke_arn"}),
    "aws_lb_target_group": frozenset({"load_balancer_arns"}),
    "aws_network_acl": frozenset({"egress", "ingress", "subnet_ids"}),
    "aws_network_interface": frozenset({"attachment"}),
    "aws_rds_cluster": frozenset({"cluster_members", "iam_roles"}),
    "aws_route_table": frozenset({"propagating_vgws", "route"}),
    "aws_s3_bucket": frozenset(
        {
            "acceleration_status",
            "acl",
            "cors_rule",
            "grant",
            "lifecycle_rule",
            "logging",
            "object_lock_configuration",
            "object_lock_enabled",
            "policy",
            "replication_configuration",
            "request_payer",
            "server_side_encryption_configuration",
            "versioning",
            "website",
        }
    ),
    "aws_secretsmanager_secret": frozenset({"policy", "replica"}),
    "aws_security_group": frozenset({"egress", "ingress"}),
    "aws_sns_topic": frozenset({"policy"}),
    "aws_sqs_queue": frozenset({"policy", "redrive_allow_policy", "redrive_policy"}),
    "aws_vpc": frozenset({"ipv6_association_id", "ipv6_cidr_block"}),
}
