"""The volumes of an instance, as blocks of its record."""

from collections.abc import Mapping
from typing import Any

from guardian.adapters.aws.ec2.words import Item, tags
from guardian.adapters.aws.read import Attributes, Names, renamed

_BLOCKS = ("ebs_block_device", "root_block_device")
TAGS = frozenset({"volume_tags", *(f"{block}.{name}" for block in _BLOCKS for name in ("tags", "tags_all"))})
"""The attributes of an instance that hold tags of volumes."""
_DEVICE: Names = {
    "encrypted": "Encrypted",
    "iops": "Iops",
    "kms_key_id": "KmsKeyId",
    "throughput": "Throughput",
    "volume_id": "VolumeId",
    "volume_size": "Size",
    "volume_type": "VolumeType",
}


def device_blocks(instance: Item, volumes: Mapping[str, Item], record: Attributes) -> Attributes:
    """Return the volumes of an instance; their tags in each, or together where they are recorded so."""
    together = bool(record.get("volume_tags"))
    blocks: dict[str, list[dict[str, Any]]] = {name: [] for name in _BLOCKS}
    all_tags: dict[str, str] = {}
    for each in instance["BlockDeviceMappings"]:
        volume = volumes.get(each["Ebs"]["VolumeId"]) if "Ebs" in each else None
        if volume is None:
            continue
        found, of_volume = _block(each, volume), tags(volume)
        all_tags |= of_volume
        if not together:
            found |= {"tags": _own(of_volume, each["DeviceName"], record), "tags_all": of_volume}
        if each["DeviceName"] == instance.get("RootDeviceName"):
            blocks["root_block_device"].append(found)
        else:
            blocks["ebs_block_device"].append(found | {"snapshot_id": volume.get("SnapshotId")})
    return blocks | ({"volume_tags": all_tags} if together else {})


def _own(live: Mapping[str, str], device: str, record: Attributes) -> dict[str, str]:
    """Return the tags of a volume without those that the provider adds to all (`default_tags`)."""
    recorded = (each for name in _BLOCKS for each in record.get(name) or ())
    block: Attributes = next((each for each in recorded if each.get("device_name") == device), {})
    own, every = block.get("tags") or {}, block.get("tags_all") or {}
    return {name: text for name, text in live.items() if name in own or every.get(name) != text}


def _block(mapping: Item, volume: Item) -> dict[str, Any]:
    return {
        **renamed(volume, _DEVICE),
        "delete_on_termination": mapping["Ebs"].get("DeleteOnTermination"),
        "device_name": mapping["DeviceName"],
    }
