"""Rules of security groups that stand alone: with one source each, or with several in one."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from guardian.adapters.aws.ec2.permissions import Source, group_of, protocol_of, recorded, source
from guardian.adapters.aws.ec2.words import PAGE, Item, Pair, beside, identity, tags
from guardian.adapters.aws.read import Asked, Attributes, Read, by_id


def _rules(asked: Asked) -> list[Item]:
    return asked.every("describe_security_group_rules", "SecurityGroupRules", MaxResults=PAGE)


def _owner(rule: Item) -> str:
    return str(rule.get("GroupOwnerId") or rule["ReferencedGroupInfo"].get("UserId"))


# With one source


def _of_direction(*, egress: bool) -> Read:
    def listed(asked: Asked, known: Sequence[Attributes]) -> dict[str, Pair]:
        those = [each for each in _rules(asked) if each["IsEgress"] == egress]
        return beside(those, "SecurityGroupRuleId", known)

    return Read(
        calls={"describe_security_group_rules"},
        listed=listed,
        bulk=_bulk,
        identity=lambda pair: identity(pair[0]),
    )


def _bulk(pair: Pair) -> Attributes:
    item, record = pair
    group = item.get("ReferencedGroupInfo")
    return {
        "cidr_ipv4": item.get("CidrIpv4"),
        "cidr_ipv6": item.get("CidrIpv6"),
        "description": item.get("Description"),
        "ip_protocol": _as_written(item["IpProtocol"], record.get("ip_protocol")),
        "from_port": _port(item.get("FromPort"), record.get("from_port")),
        "to_port": _port(item.get("ToPort"), record.get("to_port")),
        "prefix_list_id": item.get("PrefixListId"),
        "referenced_security_group_id": group and group_of(group, _owner(item)),
        "security_group_id": item["GroupId"],
        "security_group_rule_id": item["SecurityGroupRuleId"],
        "tags": tags(item),
    }


def _as_written(protocol: str, record: Any) -> str:
    """Return a protocol by its number where it is recorded so, else by its name."""
    return str(record) if protocol_of(record) == protocol_of(protocol) else protocol


def _port(port: int | None, record: Any) -> int | None:
    # AWS says -1 for all ports, where nothing need be recorded.
    return None if port == -1 and record is None else port


# With several sources


def _bundles(asked: Asked, known: Sequence[Attributes]) -> dict[str, list[Item]]:
    """Return the rules of AWS that each known instance stands for: all of them, or it is not there."""
    live: dict[tuple[str, bool], dict[Source, Item]] = defaultdict(dict)
    for each in _rules(asked):
        live[each["GroupId"], each["IsEgress"]][_source(each)] = each
    found = {}
    for each in known:
        group = each["security_group_id"]
        there = live[group, each["type"] == "egress"]
        wanted = list(recorded(each, group=group))
        if wanted and all(one in there for one in wanted):
            found[by_id(each)] = [there[one] for one in wanted]
    return found


def _source(rule: Item) -> Source:
    group = rule.get("ReferencedGroupInfo")
    if "CidrIpv4" in rule:
        kind, name = "cidr_blocks", rule["CidrIpv4"]
    elif "CidrIpv6" in rule:
        kind, name = "ipv6_cidr_blocks", rule["CidrIpv6"]
    elif group is None:
        kind, name = "prefix_list_ids", rule["PrefixListId"]
    elif group["GroupId"] == rule["GroupId"]:
        kind, name = "self", ""
    else:
        kind, name = "security_groups", group_of(group, _owner(rule))
    return source(rule["IpProtocol"], (rule.get("FromPort"), rule.get("ToPort")), kind, name)


def _bundle(rules: Sequence[Item]) -> Attributes:
    # Whatever else is recorded is what the rules were found by: it cannot have changed.
    return {
        "description": next((each["Description"] for each in rules if each.get("Description")), None),
        "security_group_rule_id": rules[0]["SecurityGroupRuleId"] if len(rules) == 1 else None,
    }


EGRESS_RULE = _of_direction(egress=True)
INGRESS_RULE = _of_direction(egress=False)
RULE = Read(calls={"describe_security_group_rules"}, listed=_bundles, bulk=_bundle)
