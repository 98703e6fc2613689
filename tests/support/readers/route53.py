"""Zones and records."""

from collections.abc import Mapping
from typing import Any

from tests.support.readers.case import Case, Client


def _change(client: Client, it: Mapping[str, Any], action: str, ttl: int) -> None:
    record = {
        "Name": it["fqdn"],
        "Type": it["type"],
        "TTL": ttl,
        "ResourceRecords": [{"Value": each} for each in it["records"]],
    }
    client("route53").change_resource_record_sets(
        HostedZoneId=it["zone_id"],
        ChangeBatch={"Changes": [{"Action": action, "ResourceRecordSet": record}]},
    )


def _delete_zone(client: Client, it: Mapping[str, Any]) -> None:
    route53 = client("route53")
    for record in route53.list_resource_record_sets(HostedZoneId=it["zone_id"])["ResourceRecordSets"]:
        if record["Type"] not in {"NS", "SOA"}:
            route53.change_resource_record_sets(
                HostedZoneId=it["zone_id"],
                ChangeBatch={"Changes": [{"Action": "DELETE", "ResourceRecordSet": record}]},
            )
    route53.delete_hosted_zone(Id=it["zone_id"])


CASES = {
    "aws_route53_record": Case(
        change=lambda client, it: _change(client, it, "UPSERT", 60),
        drifts=frozenset({"ttl"}),
        delete=lambda client, it: _change(client, it, "DELETE", 60),
    ),
    "aws_route53_zone": Case(
        change=lambda client, it: client("route53").update_hosted_zone_comment(
            Id=it["zone_id"], Comment="other"
        ),
        drifts=frozenset({"comment"}),
        delete=_delete_zone,
    ),
}
