"""What databases are made with: groups of subnets and of parameters."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from guardian.adapters.aws.declare import LiveType
from guardian.adapters.aws.read import Asked, Attributes, GoneError, Identity, Read, pages, tags_of

_NO_SUBNETS = {"DBSubnetGroupNotFoundFault"}
_NO_PARAMETERS = {"DBParameterGroupNotFound"}


def _tags(asked: Asked, arn: str, gone: set[str]) -> dict[str, str]:
    return tags_of(asked.need("list_tags_for_resource", gone=gone, ResourceName=arn)["TagList"])


def _subnet_groups(asked: Asked, _: Sequence[Attributes]) -> dict[str, dict[str, Any]]:
    found = asked.every("describe_db_subnet_groups", "DBSubnetGroups", MaxRecords=100)
    return {each["DBSubnetGroupName"]: each for each in found}


def _subnet_group(item: Mapping[str, Any]) -> Attributes:
    return {
        "arn": item["DBSubnetGroupArn"],
        "name": item["DBSubnetGroupName"],
        "description": item["DBSubnetGroupDescription"],
        "subnet_ids": [each["SubnetIdentifier"] for each in item["Subnets"]],
        "supported_network_types": item.get("SupportedNetworkTypes"),
        "vpc_id": item["VpcId"],
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class _Parameters:
    """How groups of parameters are asked for: of instances and of clusters alike, but for the names.

    Attributes:
        groups: The operation that lists groups.
        parameters: The operation that lists the parameters of one.
        prefix: What the members of a group are named with.
    """

    groups: str
    parameters: str
    prefix: str

    def listed(self, asked: Asked, _: Sequence[Attributes]) -> dict[str, dict[str, Any]]:
        """Return all groups by name."""
        found = asked.every(self.groups, f"{self.prefix}s", MaxRecords=100)
        return {each[f"{self.prefix}Name"]: each for each in found}

    def bulk(self, item: Mapping[str, Any]) -> Attributes:
        """Return what the list tells."""
        return {
            "arn": item[f"{self.prefix}Arn"],
            "name": item[f"{self.prefix}Name"],
            "description": item["Description"],
            "family": item["DBParameterGroupFamily"],
        }

    def detail(self, asked: Asked, item: Mapping[str, Any], recorded: Attributes) -> Attributes:
        """Return tags, and the parameters that were set, or are recorded."""
        found = self._of(asked, item, Source="user")
        written = {str(each["name"]).lower() for each in recorded.get("parameter") or ()}
        if written - found.keys():
            # One that was set to its default is not told among those that were set.
            everything = self._of(asked, item)
            found |= {name: each for name, each in everything.items() if name in written - found.keys()}
        return {
            "parameter": [
                {
                    "name": name,
                    "value": each.get("ParameterValue"),
                    "apply_method": each["ApplyMethod"].lower(),
                }
                for name, each in found.items()
            ],
            "tags": _tags(asked, item[f"{self.prefix}Arn"], _NO_PARAMETERS),
        }

    def _of(self, asked: Asked, item: Mapping[str, Any], **which: str) -> dict[str, Any]:
        name = f"{self.prefix}Name"
        request = {**which, name: item[name], "MaxRecords": 100}
        found = pages(
            asked,
            self.parameters,
            "Parameters",
            absent=_NO_PARAMETERS,
            told="Marker",
            given="Marker",
            **request,
        )
        if found is None:
            raise GoneError
        return {each["ParameterName"].lower(): each for each in found}

    def identity(self, item: Mapping[str, Any]) -> Identity:
        """Return the name; AWS's own groups are named `default.`."""
        name = item[f"{self.prefix}Name"]
        return Identity(name=name, own=name.startswith("default."))

    @property
    def read(self) -> Read:
        """The declaration."""
        return Read(
            calls={self.groups, self.parameters, "list_tags_for_resource"},
            listed=self.listed,
            bulk=self.bulk,
            detail=self.detail,
            detailed={"parameter", "tags"},
            identity=self.identity,
        )


TYPES = {
    "aws_db_subnet_group": LiveType(
        service="rds",
        read=Read(
            calls={"describe_db_subnet_groups", "list_tags_for_resource"},
            listed=_subnet_groups,
            bulk=_subnet_group,
            detail=lambda asked, item, _: {"tags": _tags(asked, item["DBSubnetGroupArn"], _NO_SUBNETS)},
            detailed={"tags"},
            identity=lambda item: Identity(
                name=item["DBSubnetGroupName"], own=item["DBSubnetGroupName"] == "default"
            ),
        ),
    ),
    "aws_db_parameter_group": LiveType(
        service="rds",
        read=_Parameters(
            groups="describe_db_parameter_groups",
            parameters="describe_db_parameters",
            prefix="DBParameterGroup",
        ).read,
    ),
    "aws_rds_cluster_parameter_group": LiveType(
        service="rds",
        read=_Parameters(
            groups="describe_db_cluster_parameter_groups",
            parameters="describe_db_cluster_parameters",
            prefix="DBClusterParameterGroup",
        ).read,
    ),
}
