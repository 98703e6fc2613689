"""Instances with their devices."""

from base64 import b64decode
from binascii import Error as NotBase64Error
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha1
from operator import itemgetter
from typing import Any

from guardian.adapters.aws.apart import left_to, shared, together
from guardian.adapters.aws.ec2.devices import TAGS, device_blocks
from guardian.adapters.aws.ec2.options import CAPACITY_RESERVATION, CPU, METADATA, PRIVATE_DNS_NAME
from guardian.adapters.aws.ec2.volumes import volumes
from guardian.adapters.aws.ec2.words import PAGE, Item, identity, tags
from guardian.adapters.aws.read import Asked, Attributes, Names, Read, by_id, renamed
from guardian.domain.fingerprint import Shape

_NAMES: Names = {
    "ami": "ImageId",
    "capacity_reservation_specification": ("CapacityReservationSpecification", CAPACITY_RESERVATION),
    "cpu_options": ("CpuOptions", CPU),
    "ebs_optimized": "EbsOptimized",
    "enclave_options": ("EnclaveOptions", {"enabled": "Enabled"}),
    "instance_lifecycle": "InstanceLifecycle",
    "instance_type": "InstanceType",
    "key_name": "KeyName",
    "maintenance_options": ("MaintenanceOptions", {"auto_recovery": "AutoRecovery"}),
    "metadata_options": ("MetadataOptions", METADATA),
    "outpost_arn": "OutpostArn",
    "private_dns": "PrivateDnsName",
    "private_dns_name_options": ("PrivateDnsNameOptions", PRIVATE_DNS_NAME),
    "private_ip": "PrivateIpAddress",
    "public_dns": "PublicDnsName",
    "public_ip": "PublicIpAddress",
    "spot_instance_request_id": "SpotInstanceRequestId",
}
_PLACEMENT: Names = {
    "availability_zone": "AvailabilityZone",
    "host_id": "HostId",
    "placement_group": "GroupName",
    "placement_partition_number": "PartitionNumber",
    "tenancy": "Tenancy",
}
# By the provider's name: AWS's names, in the question and in the answer.
_SWITCHES = {
    "disable_api_stop": ("disableApiStop", "DisableApiStop"),
    "disable_api_termination": ("disableApiTermination", "DisableApiTermination"),
    "instance_initiated_shutdown_behavior": (
        "instanceInitiatedShutdownBehavior",
        "InstanceInitiatedShutdownBehavior",
    ),
}
_USER_DATA = ("user_data", "user_data_base64")
_GONE = {"InvalidInstanceID.NotFound"}
# Types that earn credits all begin so. What is not listed as unlimited is not.
# Source: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeInstanceCreditSpecifications.html
_BURSTABLE, _NOT_UNLIMITED = "t", "standard"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Instance:
    """One instance, and what other lists tell of it."""

    item: Item
    record: Attributes
    volumes: Mapping[str, Item]
    in_default_vpc: bool
    credits: str


def _listed(asked: Asked, known: Sequence[Attributes]) -> dict[str, _Instance]:
    reservations = asked.every("describe_instances", "Reservations", MaxResults=PAGE)
    # A terminated one is listed for an hour.
    items = [
        each
        for reservation in reservations
        for each in reservation["Instances"]
        if each["State"]["Name"] != "terminated"
    ]
    recorded = {by_id(each): each for each in known}
    devices, credits_of = volumes(asked), _credits(asked, items)
    vpcs = asked.every("describe_vpcs", "Vpcs", MaxResults=PAGE)
    default = {each["VpcId"] for each in vpcs if each["IsDefault"]}
    return {
        each["InstanceId"]: _Instance(
            item=each,
            record=recorded.get(each["InstanceId"], {}),
            volumes=devices,
            in_default_vpc=each.get("VpcId") in default,
            credits=credits_of.get(each["InstanceId"], _NOT_UNLIMITED),
        )
        for each in items
    }


def _credits(asked: Asked, items: Iterable[Item]) -> dict[str, str]:
    if not any(_is_burstable(each) for each in items):
        return {}
    told = asked.every(
        "describe_instance_credit_specifications", "InstanceCreditSpecifications", MaxResults=PAGE
    )
    return {each["InstanceId"]: each["CpuCredits"] for each in told}


def _is_burstable(item: Item) -> bool:
    return str(item["InstanceType"]).startswith(_BURSTABLE)


def _bulk(instance: _Instance) -> Attributes:
    item = instance.item
    cpu = item.get("CpuOptions", {})
    profile = item.get("IamInstanceProfile", {}).get("Arn", "")
    return {
        **renamed(item, _NAMES),
        **renamed(item["Placement"], _PLACEMENT),
        **_network(item, instance.record),
        **_groups(item, in_default_vpc=instance.in_default_vpc),
        **device_blocks(item, instance.volumes, instance.record),
        "cpu_core_count": cpu.get("CoreCount"),
        "cpu_threads_per_core": cpu.get("ThreadsPerCore"),
        "credit_specification": [{"cpu_credits": instance.credits}] if _is_burstable(item) else [],
        "hibernation": item.get("HibernationOptions", {}).get("Configured"),
        "iam_instance_profile": profile.rpartition("/")[2],
        "instance_state": item["State"]["Name"],
        "monitoring": item["Monitoring"]["State"] in {"enabled", "pending"},
        "tags": tags(item),
    }


def _network(item: Item, record: Attributes) -> Attributes:
    """Return what the first interface tells, and the others as far as the provider records them.

    Others may be attached by other resources: only those of the recorded devices are read.
    """
    interfaces = {each["Attachment"]["DeviceIndex"]: each for each in item["NetworkInterfaces"]}
    recorded = {each["device_index"] for each in record.get("network_interface") or ()}
    first: Item = interfaces.get(0, {})
    six = [each["Ipv6Address"] for each in first.get("Ipv6Addresses", ())]
    return {
        "associate_public_ip_address": "Association" in first if first else "PublicIpAddress" in item,
        "ipv6_address_count": len(six),
        "ipv6_addresses": six,
        "network_interface": [
            {
                "delete_on_termination": each["Attachment"]["DeleteOnTermination"],
                "device_index": index,
                "network_card_index": each["Attachment"].get("NetworkCardIndex"),
                "network_interface_id": each["NetworkInterfaceId"],
            }
            for index, each in interfaces.items()
            if index in recorded
        ],
        "primary_network_interface_id": first.get("NetworkInterfaceId"),
        "secondary_private_ips": [
            each["PrivateIpAddress"]
            for each in first.get("PrivateIpAddresses", ())
            if not each.get("Primary")
        ],
        "source_dest_check": item.get("SourceDestCheck"),
        "subnet_id": first.get("SubnetId") or item.get("SubnetId"),
    }


def _groups(item: Item, *, in_default_vpc: bool) -> Attributes:
    """Return the groups by id, and in a default network by name, too.

    Source: `readSecurityGroups` in the provider's internal/service/ec2/ec2_instance.go.
    """
    groups = item["SecurityGroups"]
    return {
        "security_groups": [each["GroupName"] for each in groups] if in_default_vpc else [],
        "vpc_security_group_ids": [each["GroupId"] for each in groups],
    }


def _detail(asked: Asked, instance: _Instance, record: Attributes) -> Attributes:
    found: dict[str, Any] = {}
    for name, (question, answer) in _SWITCHES.items():
        found[name] = _attribute(asked, instance, question)[answer].get("Value")
    text = _attribute(asked, instance, "userData")["UserData"].get("Value") or ""
    return found | _user_data(text, record)


def _attribute(asked: Asked, instance: _Instance, name: str) -> dict[str, Any]:
    return asked.need(
        "describe_instance_attribute",
        gone=_GONE,
        Attribute=name,
        InstanceId=instance.item["InstanceId"],
    )


def _user_data(encoded: str, record: Attributes) -> dict[str, Any]:
    """Return the user data in the one form that is recorded: in Base64, else as its hash.

    Source: `userDataHashSum` in the provider's internal/service/ec2/ec2_instance.go.
    """
    if record.get("user_data_base64"):
        return {"user_data": None, "user_data_base64": encoded}
    try:
        data = b64decode(encoded, validate=True)
    except NotBase64Error:
        data = encoded.encode()
    # Where the provider records the text itself, as it does since its version 6, that is compared.
    if data.decode(errors="replace") == record.get("user_data"):
        return {"user_data": record["user_data"], "user_data_base64": None}
    told = sha1(data, usedforsecurity=False).hexdigest() if data else None
    return {"user_data": told, "user_data_base64": None}


_PUBLIC = {"associate_public_ip_address", "public_dns", "public_ip"}
_APART = together(
    left_to(
        "id",
        ("aws_ec2_instance_state", "instance_id", {"instance_state", *_PUBLIC}),
        ("aws_eip", "instance", _PUBLIC),
        ("aws_eip_association", "instance_id", _PUBLIC),
        ("aws_volume_attachment", "instance_id", {"volume_tags"}),
    ),
    left_to(
        "primary_network_interface_id",
        ("aws_eip", "network_interface", _PUBLIC),
        ("aws_eip_association", "network_interface_id", _PUBLIC),
        # Where they are told by name, too.
        ("aws_network_interface_sg_attachment", "network_interface_id", {"security_groups"}),
    ),
    shared(
        "ebs_block_device",
        "id",
        ("aws_volume_attachment", "instance_id", "device_name"),
        entry=itemgetter("device_name"),
    ),
    shared(
        "vpc_security_group_ids",
        "primary_network_interface_id",
        ("aws_network_interface_sg_attachment", "network_interface_id", "security_group_id"),
    ),
)
INSTANCE = Read(
    calls={
        "describe_instance_attribute",
        "describe_instance_credit_specifications",
        "describe_instances",
        "describe_volumes",
        "describe_vpcs",
    },
    listed=_listed,
    bulk=_bulk,
    detail=_detail,
    detailed={*_SWITCHES, *_USER_DATA},
    apart=_APART,
    shape=Shape(maps=frozenset({"tags", "tags_all", *TAGS})),
    identity=lambda instance: identity(instance.item),
)
