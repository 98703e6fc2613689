"""Rules of security groups and network ACLs that let the whole world in, or everything out."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from guardian.domain.review.change import Change, is_marked
from guardian.domain.review.risks.codes import KNOWN_AFTER_APPLY, OPENED_TO_THE_WORLD, OUTBOUND_TO_THE_WORLD
from guardian.domain.review.risks.facts import RiskFacts
from guardian.domain.review.risks.ranges import world_size
from guardian.domain.review.risks.risk import Risk, Severity

_GROUPS = "https://docs.aws.amazon.com/vpc/latest/userguide/security-group-rules.html"
_ACLS = "https://docs.aws.amazon.com/vpc/latest/userguide/nacl-rules.html"
_ALL = "-1"
_WEB = (80, 443)
_PORTS = (0, 65_535)

_RULE_DIRECTIONS = {
    "aws_vpc_security_group_ingress_rule": "ingress",
    "aws_vpc_security_group_egress_rule": "egress",
}
_RULES_WITHIN = frozenset(
    {"aws_security_group", "aws_default_security_group", "aws_network_acl", "aws_default_network_acl"}
)
_ACL_TYPES = frozenset({"aws_network_acl", "aws_default_network_acl", "aws_network_acl_rule"})
NETWORK_TYPES = frozenset({*_RULES_WITHIN, *_ACL_TYPES, *_RULE_DIRECTIONS, "aws_security_group_rule"})
_RANGES = ("cidr_blocks", "ipv6_cidr_blocks", "cidr_block", "ipv6_cidr_block", "cidr_ipv4", "cidr_ipv6")


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """One range of ports, open to more than a private network.

    Attributes:
        protocol: As the provider normalises it; `-1` for all.
        first, last: Ports; all of them where the protocol has none.
        six: Whether it is open by IPv6, and not by IPv4.
        size: How much of the world it is open to, as `world_size` counts.
    """

    inbound: bool
    protocol: str
    first: int
    last: int
    six: bool = False
    size: int = 1

    def contains(self, other: "Opening") -> bool:
        """Tell whether what the other opens is open by this one."""
        return (
            self.inbound == other.inbound
            and self.six == other.six
            and self.size >= other.size
            and self.protocol in {_ALL, other.protocol}
            and self.first <= other.first
            and other.last <= self.last
        )

    @property
    def is_web(self) -> bool:
        """Whether it is a port that the web is served on, alone."""
        return self.first == self.last and self.first in _WEB

    @property
    def is_everything(self) -> bool:
        """Whether it is all that there is."""
        return self.protocol == _ALL or (self.first, self.last) == _PORTS

    def __str__(self) -> str:
        """Return it as a person says it."""
        if self.is_everything:
            return "everything" if self.protocol == _ALL else f"all ports of {self.protocol}"
        ports = f"port {self.first}" if self.first == self.last else f"ports {self.first} to {self.last}"
        return f"{self.protocol} {ports}"


def opened_network(change: Change, facts: RiskFacts) -> Iterator[Risk]:
    """Yield what a change of network rules opens that was not open before."""
    for name in _unknown(change, facts):
        words = f"{name} is known only after the apply: whom it lets in or out cannot be told"
        yield KNOWN_AFTER_APPLY.of(change.address, words, source=_GROUPS)
    before = list(_openings(change.resource_type, change.before))
    new = [
        each
        for each in _openings(change.resource_type, change.after)
        if not any(old.contains(each) for old in before)
    ]
    is_acl = change.resource_type in _ACL_TYPES
    inbound = sorted({each for each in new if each.inbound}, key=lambda each: (each.is_web, str(each)))
    if inbound:
        mild = is_acl or all(each.is_web for each in inbound)
        words = f"{_listed(inbound)} can be reached from anywhere"
        if all(each.six for each in inbound):
            words += " by IPv6"
        if is_acl:
            words += ", as far as security groups let it"
        severity = Severity.AMBER if mild else Severity.RED
        yield OPENED_TO_THE_WORLD.of(
            change.address, words, severity=severity, source=_ACLS if is_acl else _GROUPS
        )
    elif is_acl and _loses_denial(change):
        words = "a rule that denied what comes in is gone, or denies less"
        yield OPENED_TO_THE_WORLD.of(change.address, words, severity=Severity.AMBER, source=_ACLS)
    if not is_acl and any(each.is_everything for each in new if not each.inbound):
        yield OUTBOUND_TO_THE_WORLD.of(change.address, "everything may go out to anywhere")


def _loses_denial(change: Change) -> bool:
    """Tell whether a rule that denied what comes in is not there any more, and none that denies as much."""
    after = list(_denials(change.resource_type, change.after))
    return any(
        not any(opening.contains(lost) and ranges >= told for opening, ranges in after)
        for lost, told in _denials(change.resource_type, change.before)
    )


def _denials(resource_type: str, values: Mapping[str, Any]) -> Iterator[tuple[Opening, frozenset[str]]]:
    for rule, inbound in _rules(resource_type, values):
        if inbound and _action(rule) == "deny":
            protocol, first, last = _ports(rule)
            yield (
                Opening(inbound=True, protocol=protocol, first=first, last=last),
                frozenset(_ranges(rule)),
            )


def _action(rule: Mapping[str, Any]) -> str:
    return str(rule.get("action") or rule.get("rule_action") or "allow").lower()


def _openings(resource_type: str, values: Mapping[str, Any]) -> Iterator[Opening]:
    """Yield what the rules open to the world, the ranges of rules for the same ports taken together."""
    ranges: dict[tuple[bool, str, int, int], list[str]] = {}
    for rule, inbound in _rules(resource_type, values):
        if _action(rule) == "allow":
            ranges.setdefault((inbound, *_ports(rule)), []).extend(_ranges(rule))
    for (inbound, protocol, first, last), told in ranges.items():
        for six in (False, True):
            size = world_size(told, six=six)
            if size:
                yield Opening(inbound=inbound, protocol=protocol, first=first, last=last, six=six, size=size)


def _rules(resource_type: str, values: Mapping[str, Any]) -> Iterator[tuple[Mapping[str, Any], bool]]:
    """Yield each rule, and whether it is about what comes in."""
    if resource_type in _RULES_WITHIN:
        for direction in ("ingress", "egress"):
            listed = values.get(direction)
            for rule in listed if isinstance(listed, list) else ():
                if isinstance(rule, Mapping):
                    yield rule, direction == "ingress"
    elif values:
        if resource_type == "aws_network_acl_rule":
            yield values, not values.get("egress")
        else:
            yield values, (_RULE_DIRECTIONS.get(resource_type) or values.get("type")) == "ingress"


def _ports(rule: Mapping[str, Any]) -> tuple[str, int, int]:
    protocol = str(rule.get("ip_protocol") or rule.get("protocol") or _ALL).lower()
    protocol = {"all": _ALL, "6": "tcp", "17": "udp", "1": "icmp", "58": "icmpv6"}.get(protocol, protocol)
    first, last = _port(rule.get("from_port")), _port(rule.get("to_port"))
    if protocol not in {"tcp", "udp"} or first is None or last is None:
        return (protocol, *_PORTS)
    return protocol, first, last


def _ranges(rule: Mapping[str, Any]) -> Iterator[str]:
    for name in _RANGES:
        told = rule.get(name)
        for each in told if isinstance(told, list) else [told]:
            if isinstance(each, str):
                yield each


def _port(told: Any) -> int | None:
    return int(told) if isinstance(told, int | float) else None


def _unknown(change: Change, facts: RiskFacts) -> Iterator[str]:
    """Yield the attributes whose ranges are not known yet."""
    if change.unknown is True or not isinstance(change.unknown, Mapping):
        return
    for name in _RANGES:
        if is_marked(change.unknown, (name,)) and facts.configures(change, name):
            yield name
    for direction in ("ingress", "egress"):
        told = change.unknown.get(direction)
        ranges = told is True or (
            isinstance(told, list)
            and any(each is True or any(is_marked(each, (name,)) for name in _RANGES) for each in told)
        )
        if ranges and facts.configures(change, direction):
            yield direction


def _listed(openings: Sequence[Opening]) -> str:
    return ", ".join(dict.fromkeys(map(str, openings)))
