"""What a security group permits, one source at a time: as fine as AWS keeps it."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

# Source: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_IpPermission.html
_PROTOCOLS = {"1": "icmp", "6": "tcp", "17": "udp", "58": "icmpv6", "all": "-1"}
_WITH_PORTS = {"icmp", "icmpv6", "tcp", "udp"}
_LISTS = ("cidr_blocks", "ipv6_cidr_blocks", "prefix_list_ids", "security_groups")
# The names in a rule that has one source, and in a block that has lists.
_ONE = {
    "cidr_ipv4": "cidr_blocks",
    "cidr_ipv6": "ipv6_cidr_blocks",
    "prefix_list_id": "prefix_list_ids",
    "referenced_security_group_id": "security_groups",
}


class Source(NamedTuple):
    """One source or target of traffic; `kind` is the provider's name of its list, or `self`."""

    protocol: str
    from_port: int
    to_port: int
    kind: str
    name: str


def source(protocol: str, ports: tuple[int | None, int | None], kind: str, name: str = "") -> Source:
    """Return a source in its one form: where a protocol has no ports, AWS says so in one of three ways."""
    protocol = protocol_of(protocol)
    first, last = (ports[0] or 0, ports[1] or 0) if protocol in _WITH_PORTS else (0, 0)
    return Source(protocol, first, last, kind, name)


def protocol_of(text: Any) -> str:
    """Return the name of a protocol that has one, else its number."""
    name = str(text or "").lower()
    return _PROTOCOLS.get(name, name)


def group_of(referenced: Mapping[str, Any], owner: str) -> str:
    """Return the id of a group that a permission refers to, after its account where that is another."""
    account = referenced.get("UserId") or owner
    group: str = referenced["GroupId"]
    return group if account == owner else f"{account}/{group}"


def recorded(block: Mapping[str, Any], *, group: str = "") -> Iterator[Source]:
    """Yield the sources of a recorded block, or of a recorded rule of `group`."""
    ports = block.get("from_port"), block.get("to_port")
    for kind in _LISTS:
        for each in block.get(kind) or ():
            yield source(block["protocol"], ports, kind, each)
    one = block.get("source_security_group_id")
    if block.get("self") or (one and one == group):
        yield source(block["protocol"], ports, "self")
    elif one:
        yield source(block["protocol"], ports, "security_groups", one)


def of_rule(rule: Mapping[str, Any]) -> Iterator[Source]:
    """Yield the source of a recorded rule that has one."""
    ports = rule.get("from_port"), rule.get("to_port")
    for name, kind in _ONE.items():
        if rule.get(name):
            itself = rule[name] == rule["security_group_id"]
            yield source(rule["ip_protocol"], ports, *(("self",) if itself else (kind, rule[name])))
