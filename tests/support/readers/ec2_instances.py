"""Instances, volumes, and what instances are made from."""

from base64 import b64encode

from tests.support.readers.case import Case


def _make_version(client, it):
    """Make a version that differs in one thing."""
    ec2 = client("ec2")
    versions = ec2.describe_launch_template_versions(LaunchTemplateId=it["id"], Versions=["$Latest"])
    data = versions["LaunchTemplateVersions"][0]["LaunchTemplateData"]
    ec2.create_launch_template_version(
        LaunchTemplateId=it["id"],
        VersionDescription=it["description"],
        LaunchTemplateData={**data, "InstanceType": "t3.small"},
    )


CASES = {
    "aws_instance": Case(
        change=lambda client, it: client("ec2").modify_instance_attribute(
            InstanceId=it["id"], UserData={"Value": b64encode(b"#!/bin/sh\necho other\n")}
        ),
        drifts=frozenset({"user_data"}),
        delete=lambda client, it: client("ec2").terminate_instances(InstanceIds=[it["id"]]),
    ),
    "aws_ebs_volume": Case(
        change=lambda client, it: client("ec2").modify_volume(VolumeId=it["id"], Size=14),
        drifts=frozenset({"size"}),
        delete=lambda client, it: client("ec2").delete_volume(VolumeId=it["id"]),
    ),
    "aws_key_pair": Case(
        change=lambda client, it: client("ec2").create_tags(
            Resources=[it["key_pair_id"]], Tags=[{"Key": "team", "Value": "other"}]
        ),
        drifts=frozenset({"tags"}),
        delete=lambda client, it: client("ec2").delete_key_pair(KeyName=it["id"]),
    ),
    "aws_launch_template": Case(
        change=_make_version,
        drifts=frozenset({"instance_type", "latest_version"}),
        # The first refresh makes empty lists of nothing in it.
        unread=frozenset({"network_interfaces"}),
        delete=lambda client, it: client("ec2").delete_launch_template(LaunchTemplateId=it["id"]),
    ),
}
