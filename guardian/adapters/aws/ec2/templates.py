"""Launch templates, as far as their newest version tells."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from guardian.adapters.aws.ec2.options import (
    CAPACITY_RESERVATION,
    CPU,
    INSTANCE_REQUIREMENTS,
    METADATA,
    PRIVATE_DNS_NAME,
)
from guardian.adapters.aws.ec2.words import Item, identity, keyed, tags
from guardian.adapters.aws.read import Asked, Attributes, Names, Read, renamed, tags_of
from guardian.domain.fingerprint import Shape

# Source: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeLaunchTemplateVersions.html
_PAGE = 200
_SPOT: Names = {
    "block_duration_minutes": "BlockDurationMinutes",
    "instance_interruption_behavior": "InstanceInterruptionBehavior",
    "max_price": "MaxPrice",
    "spot_instance_type": "SpotInstanceType",
    "valid_until": "ValidUntil",
}
_NAMES: Names = {
    "capacity_reservation_specification": ("CapacityReservationSpecification", CAPACITY_RESERVATION),
    "cpu_options": ("CpuOptions", CPU),
    "disable_api_stop": "DisableApiStop",
    "disable_api_termination": "DisableApiTermination",
    "elastic_gpu_specifications": ("ElasticGpuSpecifications", {"type": "Type"}),
    "elastic_inference_accelerator": ("ElasticInferenceAccelerators", {"type": "Type"}),
    "enclave_options": ("EnclaveOptions", {"enabled": "Enabled"}),
    "hibernation_options": ("HibernationOptions", {"configured": "Configured"}),
    "iam_instance_profile": ("IamInstanceProfile", {"arn": "Arn", "name": "Name"}),
    "image_id": "ImageId",
    "instance_initiated_shutdown_behavior": "InstanceInitiatedShutdownBehavior",
    "instance_market_options": (
        "InstanceMarketOptions",
        {"market_type": "MarketType", "spot_options": ("SpotOptions", _SPOT)},
    ),
    "instance_requirements": ("InstanceRequirements", INSTANCE_REQUIREMENTS),
    "instance_type": "InstanceType",
    "kernel_id": "KernelId",
    "key_name": "KeyName",
    "license_specification": (
        "LicenseSpecifications",
        {"license_configuration_arn": "LicenseConfigurationArn"},
    ),
    "maintenance_options": ("MaintenanceOptions", {"auto_recovery": "AutoRecovery"}),
    "metadata_options": ("MetadataOptions", METADATA),
    "monitoring": ("Monitoring", {"enabled": "Enabled"}),
    "placement": (
        "Placement",
        {
            "affinity": "Affinity",
            "availability_zone": "AvailabilityZone",
            "group_name": "GroupName",
            "host_id": "HostId",
            "host_resource_group_arn": "HostResourceGroupArn",
            "partition_number": "PartitionNumber",
            "spread_domain": "SpreadDomain",
            "tenancy": "Tenancy",
        },
    ),
    "private_dns_name_options": ("PrivateDnsNameOptions", PRIVATE_DNS_NAME),
    "ram_disk_id": "RamDiskId",
    "security_group_names": "SecurityGroups",
    "user_data": "UserData",
    "vpc_security_group_ids": "SecurityGroupIds",
}
_EBS: Names = {
    "iops": "Iops",
    "kms_key_id": "KmsKeyId",
    "snapshot_id": "SnapshotId",
    "throughput": "Throughput",
    "volume_initialization_rate": "VolumeInitializationRate",
    "volume_size": "VolumeSize",
    "volume_type": "VolumeType",
}
_INTERFACE: Names = {
    "connection_tracking_specification": (
        "ConnectionTrackingSpecification",
        {
            "tcp_established_timeout": "TcpEstablishedTimeout",
            "udp_stream_timeout": "UdpStreamTimeout",
            "udp_timeout": "UdpTimeout",
        },
    ),
    "description": "Description",
    "device_index": "DeviceIndex",
    "ena_srd_specification": (
        "EnaSrdSpecification",
        {
            "ena_srd_enabled": "EnaSrdEnabled",
            "ena_srd_udp_specification": (
                "EnaSrdUdpSpecification",
                {"ena_srd_udp_enabled": "EnaSrdUdpEnabled"},
            ),
        },
    ),
    "interface_type": "InterfaceType",
    "ipv4_address_count": "SecondaryPrivateIpAddressCount",
    "ipv4_prefix_count": "Ipv4PrefixCount",
    "ipv6_address_count": "Ipv6AddressCount",
    "ipv6_prefix_count": "Ipv6PrefixCount",
    "network_card_index": "NetworkCardIndex",
    "network_interface_id": "NetworkInterfaceId",
    "private_ip_address": "PrivateIpAddress",
    "security_groups": "Groups",
    "subnet_id": "SubnetId",
}
# Attributes that are text because they know a third state: not set.
_INTERFACE_SWITCHES = {
    "associate_carrier_ip_address": "AssociateCarrierIpAddress",
    "associate_public_ip_address": "AssociatePublicIpAddress",
    "delete_on_termination": "DeleteOnTermination",
    "primary_ipv6": "PrimaryIpv6",
}
_EBS_SWITCHES = {"delete_on_termination": "DeleteOnTermination", "encrypted": "Encrypted"}


def _listed(asked: Asked, _: Sequence[Attributes]) -> dict[str, Item]:
    versions = keyed(
        asked.every(
            "describe_launch_template_versions",
            "LaunchTemplateVersions",
            Versions=["$Latest"],
            MaxResults=_PAGE,
        ),
        "LaunchTemplateId",
    )
    items = asked.every("describe_launch_templates", "LaunchTemplates", MaxResults=_PAGE)
    return keyed(
        ({**each, "Latest": versions.get(each["LaunchTemplateId"])} for each in items), "LaunchTemplateId"
    )


def _bulk(item: Item) -> Attributes:
    latest = item["Latest"]
    data = latest["LaunchTemplateData"]
    return {
        **renamed(data, _NAMES),
        **_credits(data),
        "block_device_mappings": [_mapping(each) for each in data.get("BlockDeviceMappings", ())],
        "default_version": item["DefaultVersionNumber"],
        "description": latest.get("VersionDescription"),
        "ebs_optimized": _text(data.get("EbsOptimized")),
        "latest_version": item["LatestVersionNumber"],
        "name": item["LaunchTemplateName"],
        "network_interfaces": [_interface(each) for each in data.get("NetworkInterfaces", ())],
        "tag_specifications": [
            {"resource_type": each["ResourceType"], "tags": tags_of(each.get("Tags", ()))}
            for each in data.get("TagSpecifications", ())
        ],
        "tags": tags(item),
    }


def _credits(data: Item) -> Attributes:
    """Return how credits are spent; of a type that earns none the provider keeps what it recorded."""
    if not str(data.get("InstanceType", "")).startswith("t") or "CreditSpecification" not in data:
        return {}
    return {"credit_specification": [{"cpu_credits": data["CreditSpecification"].get("CpuCredits")}]}


def _mapping(item: Item) -> Mapping[str, Any]:
    ebs = item.get("Ebs")
    return {
        "device_name": item.get("DeviceName"),
        "ebs": [] if ebs is None else [{**renamed(ebs, _EBS), **_texts(ebs, _EBS_SWITCHES)}],
        "no_device": item.get("NoDevice"),
        "virtual_name": item.get("VirtualName"),
    }


def _interface(item: Item) -> Mapping[str, Any]:
    return {
        **renamed(item, _INTERFACE),
        **_texts(item, _INTERFACE_SWITCHES),
        "ipv4_addresses": _each(item.get("PrivateIpAddresses"), "PrivateIpAddress"),
        "ipv4_prefixes": _each(item.get("Ipv4Prefixes"), "Ipv4Prefix"),
        "ipv6_addresses": _each(item.get("Ipv6Addresses"), "Ipv6Address"),
        "ipv6_prefixes": _each(item.get("Ipv6Prefixes"), "Ipv6Prefix"),
    }


def _each(items: Iterable[Item] | None, name: str) -> list[Any]:
    return [each[name] for each in items or ()]


def _texts(item: Item, names: Mapping[str, str]) -> dict[str, str]:
    return {name: _text(item.get(member)) for name, member in names.items()}


def _text(value: bool | None) -> str:  # noqa: FBT001 - it is the value itself
    return "" if value is None else str(value).lower()


LAUNCH_TEMPLATE = Read(
    calls={"describe_launch_template_versions", "describe_launch_templates"},
    listed=_listed,
    bulk=_bulk,
    shape=Shape(maps=frozenset({"tags", "tags_all", "tag_specifications.tags"})),
    identity=lambda item: identity(item, name=item["LaunchTemplateName"]),
)
