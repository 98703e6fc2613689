"""Zones and records. The records of a known zone are listed whole: pages of three hundred."""

from collections.abc import Mapping, Sequence
from operator import itemgetter
from typing import Any

from guardian.adapters.aws.apart import shared
from guardian.adapters.aws.declare import LiveType
from guardian.adapters.aws.read import Asked, Attributes, Identity, Read, block, by_id, chunks, tags_of

# Source: https://docs.aws.amazon.com/Route53/latest/APIReference/API_ListTagsForResources.html
_TAGS_AT_ONCE = 10
_RECORDS_AT_ONCE = 300
_ZONE = "/hostedzone/"
# What Route 53 makes with a zone, at its top.
_OWN = frozenset({"NS", "SOA"})
_ASTERISK = "\\052."


def _zones(asked: Asked) -> dict[str, dict[str, Any]]:
    zones = asked.every("list_hosted_zones", "HostedZones", MaxItems="100")
    return {each["Id"].removeprefix(_ZONE): each for each in zones}


def _known_zones(asked: Asked, known: Sequence[Attributes]) -> dict[str, dict[str, Any]]:
    zones = _zones(asked)
    answers = asked.many(
        lambda ids: asked.one("list_tags_for_resources", ResourceType="hostedzone", ResourceIds=list(ids)),
        chunks([by_id(each) for each in known if by_id(each) in zones], _TAGS_AT_ONCE),
    )
    tags = {each["ResourceId"]: each["Tags"] for answer in answers for each in answer["ResourceTagSets"]}
    return {key: {**each, "ZoneId": key, "Tags": tags.get(key, ())} for key, each in zones.items()}


def _zone(item: Mapping[str, Any]) -> Attributes:
    return {
        "zone_id": item["ZoneId"],
        "name": _no_dot(item["Name"]),
        "comment": item.get("Config", {}).get("Comment"),
        "tags": tags_of(item["Tags"]),
    }


def _zone_detail(asked: Asked, item: Mapping[str, Any], _: Attributes) -> Attributes:
    zone = asked.need("get_hosted_zone", gone={"NoSuchHostedZone"}, Id=item["ZoneId"])
    vpcs = [{"vpc_id": each["VPCId"], "vpc_region": each["VPCRegion"]} for each in zone.get("VPCs", ())]
    servers = zone.get("DelegationSet")
    if servers is None:  # those of a private zone never change
        return {"vpc": vpcs}
    return {
        "vpc": vpcs,
        "delegation_set_id": (servers.get("Id") or "").removeprefix("/delegationset/"),
        "name_servers": servers["NameServers"],
        "primary_name_server": servers["NameServers"][0],
    }


def _no_dot(name: str) -> str:
    return name if name == "." else name.removesuffix(".")


def _fqdn(name: str) -> str:
    """Return a record's name as the provider writes it: a leading asterisk is one, not its octal number."""
    name = _no_dot(name).lower()
    return f"*.{name.removeprefix(_ASTERISK)}" if name.startswith(_ASTERISK) else name


def _zone_of(recorded: Attributes) -> str:
    return str(recorded.get("zone_id")).removeprefix(_ZONE)


def _record_key(zone: str, name: str, kind: str, identifier: str | None) -> str:
    """Return the id of the provider, with the whole name."""
    return "_".join((zone, name, kind, *block(identifier or None)))


def _records(asked: Asked, known: Sequence[Attributes]) -> dict[str, Any]:
    zones = _zones(asked)

    def ask(zone: str) -> dict[str, Any]:
        sets = asked.every(
            "list_resource_record_sets",
            "ResourceRecordSets",
            HostedZoneId=zone,
            MaxItems=str(_RECORDS_AT_ONCE),
        )
        return {
            _record_key(zone, _fqdn(each["Name"]), each["Type"], each.get("SetIdentifier")): {
                **each,
                "OfZone": each["Type"] in _OWN
                and each["Name"].rstrip(".") == zones[zone]["Name"].rstrip("."),
            }
            for each in sets
        }

    asked_for = sorted({_zone_of(each) for each in known} & zones.keys())
    return {key: each for found in asked.many(ask, asked_for) for key, each in found.items()}


def _record(item: Mapping[str, Any]) -> Attributes:
    return {
        "fqdn": _fqdn(item["Name"]),
        "type": item["Type"],
        "ttl": item.get("TTL"),
        "records": [_value(each["Value"], item["Type"]) for each in item.get("ResourceRecords", ())],
        "set_identifier": item.get("SetIdentifier"),
        "health_check_id": item.get("HealthCheckId"),
        "multivalue_answer_routing_policy": item.get("MultiValueAnswer"),
        "alias": [
            {
                "name": _no_dot(each["DNSName"]).lower(),
                "zone_id": each["HostedZoneId"],
                "evaluate_target_health": each["EvaluateTargetHealth"],
            }
            for each in block(item.get("AliasTarget"))
        ],
        "weighted_routing_policy": [{"weight": each} for each in block(item.get("Weight"))],
        "failover_routing_policy": [{"type": each} for each in block(item.get("Failover"))],
        "latency_routing_policy": [{"region": each} for each in block(item.get("Region"))],
        "geolocation_routing_policy": [
            {
                "continent": each.get("ContinentCode"),
                "country": each.get("CountryCode"),
                "subdivision": each.get("SubdivisionCode"),
            }
            for each in block(item.get("GeoLocation"))
        ],
        "geoproximity_routing_policy": [
            {
                "aws_region": each.get("AWSRegion"),
                "bias": each.get("Bias"),
                "local_zone_group": each.get("LocalZoneGroup"),
                "coordinates": [
                    {"latitude": where["Latitude"], "longitude": where["Longitude"]}
                    for where in block(each.get("Coordinates"))
                ],
            }
            for each in block(item.get("GeoProximityLocation"))
        ],
        "cidr_routing_policy": [
            {"collection_id": each["CollectionId"], "location_name": each["LocationName"]}
            for each in block(item.get("CidrRoutingConfig"))
        ],
    }


def _value(value: str, kind: str) -> str:
    """Return a record's value as the provider writes it: texts without their outer quotes."""
    quoted = kind in {"TXT", "SPF"} and len(value) > 1 and value[0] == value[-1] == '"'
    return value[1:-1] if quoted else value


TYPES: Mapping[str, LiveType] = {
    "aws_route53_zone": LiveType(
        service="route53",
        read=Read(
            calls={"list_hosted_zones", "list_tags_for_resources", "get_hosted_zone"},
            listed=_known_zones,
            bulk=_zone,
            detail=_zone_detail,
            detailed={"vpc", "delegation_set_id", "name_servers", "primary_name_server"},
            apart=shared(
                "vpc",
                "zone_id",
                ("aws_route53_zone_association", "zone_id", "vpc_id"),
                entry=itemgetter("vpc_id"),
            ),
            identity=lambda item: Identity(name=_no_dot(item["Name"])),
            region="us-east-1",
        ),
    ),
    "aws_route53_record": LiveType(
        service="route53",
        read=Read(
            calls={"list_hosted_zones", "list_resource_record_sets"},
            listed=_records,
            key=lambda recorded: _record_key(
                _zone_of(recorded),
                _fqdn(str(recorded.get("fqdn"))),
                str(recorded.get("type")),
                recorded.get("set_identifier"),
            ),
            bulk=_record,
            identity=lambda item: Identity(name=_fqdn(item["Name"]), tags={}, own=item["OfZone"]),
            region="us-east-1",
        ),
    ),
}
