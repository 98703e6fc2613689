"""Network ACLs with their entries."""

from collections.abc import Mapping, Sequence
from operator import itemgetter
from typing import Any

from guardian.adapters.aws.apart import Others, shared, together, without
from guardian.adapters.aws.ec2.words import PAGE, Item, Pair, beside, identity, tags
from guardian.adapters.aws.read import Asked, Attributes, Read

# What AWS ends every list with, for IPv4 and IPv6: it can be neither changed nor recorded.
_LAST = {32767, 32768}
# AWS knows numbers alone. The provider reads numbers, too, but records a new entry as it is configured.
# Source: https://www.iana.org/assignments/protocol-numbers
_PROTOCOLS = {
    "all": "-1",
    "icmp": "1",
    "igmp": "2",
    "tcp": "6",
    "udp": "17",
    "gre": "47",
    "esp": "50",
    "ah": "51",
    "ipv6-icmp": "58",
    "ospfigp": "89",
    "ipip": "94",
    "sctp": "132",
}


def network_acls(asked: Asked) -> list[Item]:
    """Return every network ACL."""
    return asked.every("describe_network_acls", "NetworkAcls", MaxResults=PAGE)


def _listed(asked: Asked, known: Sequence[Attributes]) -> dict[str, Pair]:
    return beside(network_acls(asked), "NetworkAclId", known)


def _bulk(pair: Pair) -> Attributes:
    item, record = pair
    return {
        "egress": _entries(item, record.get("egress"), egress=True),
        "ingress": _entries(item, record.get("ingress"), egress=False),
        "owner_id": item["OwnerId"],
        "subnet_ids": [each["SubnetId"] for each in item["Associations"]],
        "tags": tags(item),
        "vpc_id": item["VpcId"],
    }


def _entries(item: Item, record: Any, *, egress: bool) -> list[Mapping[str, Any]]:
    recorded = {each["rule_no"]: each["protocol"] for each in record or ()}
    return [
        _entry(each, recorded.get(each["RuleNumber"], ""))
        for each in item["Entries"]
        if each["Egress"] == egress and each["RuleNumber"] not in _LAST
    ]


def _entry(item: Item, recorded: str) -> Mapping[str, Any]:
    ports, icmp = item.get("PortRange", {}), item.get("IcmpTypeCode", {})
    protocol = item["Protocol"]
    return {
        "action": item["RuleAction"],
        "cidr_block": item.get("CidrBlock"),
        "from_port": ports.get("From"),
        "icmp_code": icmp.get("Code"),
        "icmp_type": icmp.get("Type"),
        "ipv6_cidr_block": item.get("Ipv6CidrBlock"),
        "protocol": recorded if _PROTOCOLS.get(recorded) == protocol else protocol,
        "rule_no": item["RuleNumber"],
        "to_port": ports.get("To"),
    }


def _entries_apart(live: Attributes, record: Attributes, others: Others) -> Attributes:
    """Leave to rules that stand alone the entries of their numbers."""
    rules = others.of("aws_network_acl_rule", "network_acl_id", record.get("id"))
    for name in ("egress", "ingress"):
        theirs = {each["rule_number"] for each in rules if bool(each.get("egress")) == (name == "egress")}
        live = without(live, record, name, theirs, itemgetter("rule_no"))
    return live


NETWORK_ACL = Read(
    calls={"describe_network_acls"},
    listed=_listed,
    bulk=_bulk,
    apart=together(
        _entries_apart,
        shared("subnet_ids", "id", ("aws_network_acl_association", "network_acl_id", "subnet_id")),
    ),
    identity=lambda pair: identity(pair[0], own=pair[0]["IsDefault"]),
)
