"""Database instances, alone or of a cluster. Which are replicas of one, the replicas tell."""

from collections.abc import Mapping, Sequence
from typing import Any

from guardian.adapters.aws.apart import left_to
from guardian.adapters.aws.declare import LiveType
from guardian.adapters.aws.read import Asked, Attributes, Identity, Read, by, named, tags_of

RECORDED = "(recorded)"
# DocumentDB and Neptune answer in the same lists, and have resource types of their own.
OTHERS = {"docdb", "neptune"}

# The same for both types.
_SHARED = {
    "arn": "DBInstanceArn",
    "auto_minor_version_upgrade": "AutoMinorVersionUpgrade",
    "availability_zone": "AvailabilityZone",
    "ca_cert_identifier": "CACertificateIdentifier",
    "copy_tags_to_snapshot": "CopyTagsToSnapshot",
    "custom_iam_instance_profile": "CustomIamInstanceProfile",
    "engine": "Engine",
    "engine_version_actual": "EngineVersion",
    "identifier": "DBInstanceIdentifier",
    "instance_class": "DBInstanceClass",
    "kms_key_id": "KmsKeyId",
    "monitoring_interval": "MonitoringInterval",
    "monitoring_role_arn": "MonitoringRoleArn",
    "network_type": "NetworkType",
    "performance_insights_enabled": "PerformanceInsightsEnabled",
    "performance_insights_kms_key_id": "PerformanceInsightsKMSKeyId",
    "performance_insights_retention_period": "PerformanceInsightsRetentionPeriod",
    "publicly_accessible": "PubliclyAccessible",
    "storage_encrypted": "StorageEncrypted",
}
_ALONE = {
    "allocated_storage": "AllocatedStorage",
    "backup_retention_period": "BackupRetentionPeriod",
    "backup_target": "BackupTarget",
    "backup_window": "PreferredBackupWindow",
    "character_set_name": "CharacterSetName",
    "customer_owned_ip_enabled": "CustomerOwnedIpEnabled",
    "database_insights_mode": "DatabaseInsightsMode",
    "db_name": "DBName",
    "dedicated_log_volume": "DedicatedLogVolume",
    "deletion_protection": "DeletionProtection",
    "enabled_cloudwatch_logs_exports": "EnabledCloudwatchLogsExports",
    "engine_lifecycle_support": "EngineLifecycleSupport",
    "iam_database_authentication_enabled": "IAMDatabaseAuthenticationEnabled",
    "iops": "Iops",
    "license_model": "LicenseModel",
    "maintenance_window": "PreferredMaintenanceWindow",
    "max_allocated_storage": "MaxAllocatedStorage",
    "multi_az": "MultiAZ",
    "nchar_character_set_name": "NcharCharacterSetName",
    "replica_mode": "ReplicaMode",
    "replicate_source_db": "ReadReplicaSourceDBInstanceIdentifier",
    "resource_id": "DbiResourceId",
    "status": "DBInstanceStatus",
    "storage_throughput": "StorageThroughput",
    "storage_type": "StorageType",
    "timezone": "Timezone",
    "username": "MasterUsername",
}
_OF_CLUSTER = {
    "cluster_identifier": "DBClusterIdentifier",
    "dbi_resource_id": "DbiResourceId",
    "preferred_backup_window": "PreferredBackupWindow",
    "preferred_maintenance_window": "PreferredMaintenanceWindow",
    "promotion_tier": "PromotionTier",
}
_DOMAIN = {
    "domain": "Domain",
    "domain_auth_secret_arn": "AuthSecretArn",
    "domain_dns_ips": "DnsIps",
    "domain_fqdn": "FQDN",
    "domain_iam_role_name": "IAMRoleName",
    "domain_ou": "OU",
}


def engine_version(item: Mapping[str, Any]) -> str | None:
    """Return the version as the provider records it: as written where only the rest of it was left out.

    Source: `compareActualEngineVersion` of the provider.
    """
    written, found = item[RECORDED], item.get("EngineVersion")
    pending = (item.get("PendingModifiedValues") or {}).get("EngineVersion")
    if written and (written == pending or str(found).startswith(f"{written}.")):
        return str(written)
    return found


def with_written_versions(
    items: Mapping[str, Mapping[str, Any]], known: Sequence[Attributes], key: str
) -> dict[str, dict[str, Any]]:
    """Return items with the engine's version as it is recorded."""
    written = {str(each.get(key)): each.get("engine_version") for each in known}
    return {name: {**item, RECORDED: written.get(name)} for name, item in items.items()}


def secret_of(item: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return where AWS keeps the password; what it is, is never read."""
    return named(
        item.get("MasterUserSecret"),
        kms_key_id="KmsKeyId",
        secret_arn="SecretArn",  # noqa: S106 - a name of AWS's
        secret_status="SecretStatus",  # noqa: S106 - a name of AWS's
    )


def _instances(asked: Asked) -> list[dict[str, Any]]:
    found = asked.every("describe_db_instances", "DBInstances", MaxRecords=100)
    return [each for each in found if each["Engine"] not in OTHERS]


def _alone(asked: Asked, known: Sequence[Attributes]) -> dict[str, dict[str, Any]]:
    # By what stays when an instance is renamed.
    found = {each["DbiResourceId"]: each for each in _instances(asked) if not each.get("DBClusterIdentifier")}
    return with_written_versions(found, known, "resource_id")


def _of_clusters(asked: Asked, known: Sequence[Attributes]) -> dict[str, dict[str, Any]]:
    clusters = asked.every("describe_db_clusters", "DBClusters", MaxRecords=100)
    writers = {
        member["DBInstanceIdentifier"]
        for each in clusters
        for member in each["DBClusterMembers"]
        if member["IsClusterWriter"]
    }
    found = {
        each["DBInstanceIdentifier"]: {**each, "IsClusterWriter": each["DBInstanceIdentifier"] in writers}
        for each in _instances(asked)
        if each.get("DBClusterIdentifier")
    }
    return with_written_versions(found, known, "identifier")


def _shared(item: Mapping[str, Any]) -> dict[str, Any]:
    return {
        **{name: item.get(theirs) for name, theirs in _SHARED.items()},
        "engine_version": engine_version(item),
        "tags": tags_of(item["TagList"]),
    }


def _bulk_alone(item: Mapping[str, Any]) -> Attributes:
    end = item.get("Endpoint") or {}
    domain: Mapping[str, Any] = next(iter(item.get("DomainMemberships") or ()), {})
    return {
        **_shared(item),
        **{name: item.get(theirs) for name, theirs in _ALONE.items()},
        **{name: domain.get(theirs) for name, theirs in _DOMAIN.items()},
        "vpc_security_group_ids": [each["VpcSecurityGroupId"] for each in item["VpcSecurityGroups"]],
        "listener_endpoint": named(
            item.get("ListenerEndpoint"), address="Address", hosted_zone_id="HostedZoneId", port="Port"
        ),
        "master_user_secret": secret_of(item),
        "port": end.get("Port") or item.get("DbInstancePort"),
        # What is not there yet, the provider keeps as it was.
        **({"address": end["Address"], "hosted_zone_id": end.get("HostedZoneId")} if end else {}),
        **({"endpoint": f"{end['Address']}:{end['Port']}"} if end else {}),
        **_groups(item, "parameter_group_name"),
        **_first(item.get("OptionGroupMemberships"), "option_group_name", "OptionGroupName"),
    }


def _bulk_of_cluster(item: Mapping[str, Any]) -> Attributes:
    end = item.get("Endpoint") or {}
    return {
        **_shared(item),
        **{name: item.get(theirs) for name, theirs in _OF_CLUSTER.items()},
        "writer": item["IsClusterWriter"],
        **({"endpoint": end["Address"], "port": end["Port"]} if end else {}),
        **_groups(item, "db_parameter_group_name"),
    }


def _groups(item: Mapping[str, Any], parameters: str) -> Attributes:
    subnets = item.get("DBSubnetGroup")
    return {
        **_first(item.get("DBParameterGroups"), parameters, "DBParameterGroupName"),
        **({} if subnets is None else {"db_subnet_group_name": subnets["DBSubnetGroupName"]}),
    }


def _first(found: Sequence[Mapping[str, Any]] | None, name: str, theirs: str) -> Attributes:
    return {name: found[0][theirs]} if found else {}


def _identity(item: Mapping[str, Any]) -> Identity:
    return Identity(name=item["DBInstanceIdentifier"], tags=tags_of(item["TagList"]))


ALONE = Read(
    calls={"describe_db_instances"},
    listed=_alone,
    key=by("resource_id"),
    bulk=_bulk_alone,
    apart=left_to("identifier", ("aws_rds_instance_state", "identifier", {"status"})),
    identity=_identity,
)

TYPES = {
    "aws_rds_cluster_instance": LiveType(
        service="rds",
        read=Read(
            calls={"describe_db_instances", "describe_db_clusters"},
            listed=_of_clusters,
            key=by("identifier"),
            bulk=_bulk_of_cluster,
            identity=_identity,
        ),
    )
}
