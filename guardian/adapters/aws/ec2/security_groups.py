"""Security groups with all of their rules."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from guardian.adapters.aws.apart import Others
from guardian.adapters.aws.ec2.permissions import Source, group_of, of_rule, recorded, source
from guardian.adapters.aws.ec2.words import PAGE, Item, Pair, beside, identity, tags
from guardian.adapters.aws.read import Asked, Attributes, Read

_RULES = {
    "egress": "aws_vpc_security_group_egress_rule",
    "ingress": "aws_vpc_security_group_ingress_rule",
}


def security_groups(asked: Asked) -> list[Item]:
    """Return every security group."""
    return asked.every("describe_security_groups", "SecurityGroups", MaxResults=PAGE)


def _listed(asked: Asked, known: Sequence[Attributes]) -> dict[str, Pair]:
    return beside(security_groups(asked), "GroupId", known)


def _bulk(pair: Pair) -> Attributes:
    item, record = pair
    return {
        "arn": item.get("SecurityGroupArn"),
        "description": item["Description"],
        "name": item["GroupName"],
        "owner_id": item["OwnerId"],
        "vpc_id": item.get("VpcId"),
        "ingress": _as_recorded(_permitted(item, "IpPermissions"), record.get("ingress")),
        "egress": _as_recorded(_permitted(item, "IpPermissionsEgress"), record.get("egress")),
        "tags": tags(item),
    }


def _permitted(item: Item, member: str) -> dict[Source, str]:
    """Return the description of each source."""
    return {
        source(each["IpProtocol"], (each.get("FromPort"), each.get("ToPort")), kind, name): description or ""
        for each in item[member]
        for kind, name, description in _sources(each, item)
    }


def _sources(permission: Item, group: Item) -> Iterator[tuple[str, str, str | None]]:
    for each in permission.get("IpRanges", ()):
        yield "cidr_blocks", each["CidrIp"], each.get("Description")
    for each in permission.get("Ipv6Ranges", ()):
        yield "ipv6_cidr_blocks", each["CidrIpv6"], each.get("Description")
    for each in permission.get("PrefixListIds", ()):
        yield "prefix_list_ids", each["PrefixListId"], each.get("Description")
    for each in permission.get("UserIdGroupPairs", ()):
        itself = each["GroupId"] == group["GroupId"]
        kind, name = ("self", "") if itself else ("security_groups", group_of(each, group["OwnerId"]))
        yield kind, name, each.get("Description")


def _as_recorded(live: Mapping[Source, str], record: Any) -> list[Mapping[str, Any]]:
    """Return what is live in the blocks of the record, as far as these are live, and the rest in its own.

    AWS does not keep which sources were one block: the provider, too, reads them into the blocks it knows.
    Source: `matchRules` in its internal/service/ec2/vpc_security_group.go.
    """
    kept, rest = [], dict(live)
    for block in record or ():
        words, sources = block.get("description") or "", list(recorded(block))
        if sources and all(live.get(each) == words for each in sources):
            kept.append(block)
            rest = {each: text for each, text in rest.items() if each not in sources}
    return [*kept, *_blocks(rest)]


def _blocks(permitted: Mapping[Source, str]) -> list[Mapping[str, Any]]:
    """Return one block for all sources of the same ports and description."""
    found: dict[tuple[Any, ...], dict[str, Any]] = defaultdict(dict)
    for each, words in permitted.items():
        block = found[*each[:3], words]
        block |= zip(("protocol", "from_port", "to_port", "description"), (*each[:3], words), strict=True)
        if each.kind == "self":
            block["self"] = True
        else:
            block.setdefault(each.kind, []).append(each.name)
    return list(found.values())


def _apart(live: Attributes, record: Attributes, others: Others) -> Attributes:
    """Leave to rules that stand alone what they permit."""
    theirs = _theirs(str(record.get("id")), others)
    found = {}
    for name, added in theirs.items():
        own = {each: words for each, words in _described(live[name]) if each not in added}
        as_recorded = {each: words for each, words in _described(record.get(name)) if each in added}
        found[name] = _as_recorded(own | as_recorded, record.get(name))
    return {**live, **found}


def _theirs(group: str, others: Others) -> dict[str, set[Source]]:
    """Return what known rules of a group permit."""
    several = others.of("aws_security_group_rule", "security_group_id", group)
    return {
        name: {
            *(one for each in others.of(kind, "security_group_id", group) for one in of_rule(each)),
            *(one for each in several if each["type"] == name for one in recorded(each, group=group)),
        }
        for name, kind in _RULES.items()
    }


def _described(blocks: Any) -> Iterator[tuple[Source, str]]:
    for block in blocks or ():
        for each in recorded(block):
            yield each, block.get("description") or ""


SECURITY_GROUP = Read(
    calls={"describe_security_groups"},
    listed=_listed,
    bulk=_bulk,
    apart=_apart,
    # Every VPC has one of this name, and no other group may have it.
    identity=lambda pair: identity(pair[0], name=pair[0]["GroupName"], own=pair[0]["GroupName"] == "default"),
)
