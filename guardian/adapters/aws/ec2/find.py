"""Networks: what has no name of its own is found by where it is, or by what it looks like.

AWS does not tell when one was made, so that nothing here is ever certain; but that there is none, is.
"""

from collections.abc import Mapping
from typing import Any

from guardian.adapters.aws.calls import Calls
from guardian.adapters.aws.declare import (
    GENERATED_PREFIX,
    NAME_NOT_KNOWN,
    Findings,
    Found,
    generated,
    text,
)

_CIDR_NOT_KNOWN = "its CIDR block was not known when the run was planned"


def vpc(calls: Calls, arguments: Mapping[str, Any]) -> Findings:
    """Find a network by its CIDR block and tags."""
    cidr = text(arguments, "cidr_block")
    if not cidr:
        return Findings(gap=_CIDR_NOT_KNOWN)
    found = calls.pages("describe_vpcs", "Vpcs", Filters=_filters(cidr=cidr))
    return Findings(
        found=tuple(
            Found(object_id=each["VpcId"], by="its CIDR block and tags", exact=False)
            for each in found
            if not each.get("IsDefault") and _has_tags(each, arguments)
        )
    )


def subnet(calls: Calls, arguments: Mapping[str, Any]) -> Findings:
    """Find a subnet by its VPC and CIDR block."""
    cidr, vpc = text(arguments, "cidr_block"), text(arguments, "vpc_id")
    if not cidr:
        return Findings(gap=_CIDR_NOT_KNOWN)
    found = calls.pages("describe_subnets", "Subnets", Filters=_filters(cidr_block=cidr, vpc_id=vpc))
    by = "its VPC and CIDR block" if vpc else "its CIDR block and tags"
    return Findings(
        found=tuple(
            Found(object_id=each["SubnetId"], by=by, exact=bool(vpc))
            for each in found
            if vpc or _has_tags(each, arguments)
        )
    )


def security_group(calls: Calls, arguments: Mapping[str, Any]) -> Findings:
    """Find a security group by its name and VPC."""
    name, vpc = text(arguments, "name"), text(arguments, "vpc_id")
    prefix = text(arguments, "name_prefix") or GENERATED_PREFIX
    pattern = name or f"{prefix}*"
    groups = calls.pages(
        "describe_security_groups", "SecurityGroups", Filters=_filters(group_name=pattern, vpc_id=vpc)
    )
    found = (
        Found(
            object_id=each["GroupId"],
            name=each["GroupName"],
            by="its name and VPC" if vpc else "its name",
            exact=bool(vpc),
        )
        for each in groups
        # In a filter `*` and `?` stand for anything, in a name for themselves.
        if not name or each["GroupName"] == name
    )
    if name:
        return Findings(found=tuple(found))
    return Findings(
        found=tuple(generated(found, prefix)),
        gap="" if text(arguments, "name_prefix") else NAME_NOT_KNOWN,
    )


def _filters(**wanted: str) -> list[dict[str, Any]]:
    return [{"Name": name.replace("_", "-"), "Values": [value]} for name, value in wanted.items() if value]


def _has_tags(item: Mapping[str, Any], arguments: Mapping[str, Any]) -> bool:
    """Tell whether an object has the planned tags, or none of its own where none are planned."""
    planned = arguments.get("tags_all") or arguments.get("tags") or {}
    tags = {each["Key"]: each["Value"] for each in item.get("Tags", ())}
    if not planned:
        return all(name.startswith("aws:") for name in tags)
    return all(tags.get(name) == value for name, value in planned.items())
