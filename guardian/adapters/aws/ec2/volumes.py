"""Volumes, and where they are attached."""

from collections.abc import Sequence

from guardian.adapters.aws.ec2.words import PAGE, Item, identity, keyed, tags
from guardian.adapters.aws.read import Asked, Attributes, Names, Read, by_id, renamed

_NAMES: Names = {
    "availability_zone": "AvailabilityZone",
    "create_time": "CreateTime",
    "encrypted": "Encrypted",
    "iops": "Iops",
    "kms_key_id": "KmsKeyId",
    "multi_attach_enabled": "MultiAttachEnabled",
    "outpost_arn": "OutpostArn",
    "size": "Size",
    "snapshot_id": "SnapshotId",
    "throughput": "Throughput",
    "type": "VolumeType",
}
_GONE = {"deleting", "deleted"}


def volumes(asked: Asked) -> dict[str, Item]:
    """Return every volume by its id."""
    items = asked.every("describe_volumes", "Volumes", MaxResults=PAGE)
    return keyed((each for each in items if each["State"] not in _GONE), "VolumeId")


EBS_VOLUME = Read(
    calls={"describe_volumes"},
    listed=lambda asked, _: volumes(asked),
    bulk=lambda item: {**renamed(item, _NAMES), "tags": tags(item)},
    identity=identity,
)


def _attachments(asked: Asked, known: Sequence[Attributes]) -> dict[str, Item]:
    live = {
        (each["VolumeId"], each["InstanceId"], each["Device"]): each
        for volume in volumes(asked).values()
        for each in volume["Attachments"]
        if "InstanceId" in each and each["State"] != "detached"
    }
    found = {
        by_id(each): live.get((each["volume_id"], each["instance_id"], each["device_name"])) for each in known
    }
    return {key: item for key, item in found.items() if item is not None}


VOLUME_ATTACHMENT = Read(
    calls={"describe_volumes"},
    listed=_attachments,
    bulk=lambda item: renamed(
        item, {"device_name": "Device", "instance_id": "InstanceId", "volume_id": "VolumeId"}
    ),
)
