"""Clusters of databases. Which instances are in one, the instances tell."""

from collections.abc import Mapping, Sequence
from typing import Any

from guardian.adapters.aws.apart import left_to, shared, together
from guardian.adapters.aws.rds_instances import OTHERS, engine_version, secret_of, with_written_versions
from guardian.adapters.aws.read import Asked, Attributes, Identity, Read, by, named, pages, tags_of

_GLOBAL = "(global)"

_NAMES = {
    "allocated_storage": "AllocatedStorage",
    "arn": "DBClusterArn",
    "availability_zones": "AvailabilityZones",
    "backtrack_window": "BacktrackWindow",
    "backup_retention_period": "BackupRetentionPeriod",
    "cluster_identifier": "DBClusterIdentifier",
    "cluster_resource_id": "DbClusterResourceId",
    "cluster_scalability_type": "ClusterScalabilityType",
    "copy_tags_to_snapshot": "CopyTagsToSnapshot",
    "database_insights_mode": "DatabaseInsightsMode",
    "db_cluster_instance_class": "DBClusterInstanceClass",
    "db_cluster_parameter_group_name": "DBClusterParameterGroup",
    "db_subnet_group_name": "DBSubnetGroup",
    "db_system_id": "DBSystemId",
    "deletion_protection": "DeletionProtection",
    "enable_http_endpoint": "HttpEndpointEnabled",
    "enabled_cloudwatch_logs_exports": "EnabledCloudwatchLogsExports",
    "endpoint": "Endpoint",
    "engine": "Engine",
    "engine_lifecycle_support": "EngineLifecycleSupport",
    "engine_mode": "EngineMode",
    "engine_version_actual": "EngineVersion",
    "hosted_zone_id": "HostedZoneId",
    "iam_database_authentication_enabled": "IAMDatabaseAuthenticationEnabled",
    "iops": "Iops",
    "kms_key_id": "KmsKeyId",
    "master_username": "MasterUsername",
    "monitoring_interval": "MonitoringInterval",
    "monitoring_role_arn": "MonitoringRoleArn",
    "network_type": "NetworkType",
    "performance_insights_enabled": "PerformanceInsightsEnabled",
    "performance_insights_kms_key_id": "PerformanceInsightsKMSKeyId",
    "performance_insights_retention_period": "PerformanceInsightsRetentionPeriod",
    "port": "Port",
    "preferred_backup_window": "PreferredBackupWindow",
    "preferred_maintenance_window": "PreferredMaintenanceWindow",
    "reader_endpoint": "ReaderEndpoint",
    "replication_source_identifier": "ReplicationSourceIdentifier",
    "storage_encrypted": "StorageEncrypted",
    "storage_type": "StorageType",
}


def _listed(asked: Asked, known: Sequence[Attributes]) -> dict[str, dict[str, Any]]:
    clusters = asked.every("describe_db_clusters", "DBClusters", MaxRecords=100)
    # Regions without global databases refuse the question with this code.
    worldwide = pages(
        asked,
        "describe_global_clusters",
        "GlobalClusters",
        absent={"InvalidParameterValue"},
        told="Marker",
        given="Marker",
        MaxRecords=100,
    )
    of = {
        member["DBClusterArn"]: each["GlobalClusterIdentifier"]
        for each in worldwide or ()
        for member in each["GlobalClusterMembers"]
    }
    found = {
        each["DBClusterIdentifier"]: {**each, _GLOBAL: of.get(each["DBClusterArn"])}
        for each in clusters
        if each["Engine"] not in OTHERS
    }
    return with_written_versions(found, known, "cluster_identifier")


def _bulk(item: Mapping[str, Any]) -> Attributes:
    domain: Mapping[str, Any] = next(iter(item.get("DomainMemberships") or ()), {})
    certificate = item.get("CertificateDetails")
    name = item.get("DatabaseName")
    return {
        **{ours: item.get(theirs) for ours, theirs in _NAMES.items()},
        "domain": domain.get("Domain"),
        "domain_iam_role_name": domain.get("IAMRoleName"),
        "engine_version": engine_version(item),
        "global_cluster_identifier": item[_GLOBAL],
        "iam_roles": [each["RoleArn"] for each in item.get("AssociatedRoles") or ()],
        "master_user_secret": secret_of(item),
        "scaling_configuration": named(
            item.get("ScalingConfigurationInfo"),
            auto_pause="AutoPause",
            max_capacity="MaxCapacity",
            min_capacity="MinCapacity",
            seconds_before_timeout="SecondsBeforeTimeout",
            seconds_until_auto_pause="SecondsUntilAutoPause",
            timeout_action="TimeoutAction",
        ),
        "serverlessv2_scaling_configuration": named(
            item.get("ServerlessV2ScalingConfiguration"),
            max_capacity="MaxCapacity",
            min_capacity="MinCapacity",
            seconds_until_auto_pause="SecondsUntilAutoPause",
        ),
        "vpc_security_group_ids": [each["VpcSecurityGroupId"] for each in item["VpcSecurityGroups"]],
        "tags": tags_of(item["TagList"]),
        # AWS takes a name that it then does not tell: the provider keeps what was written.
        **({} if name is None else {"database_name": name}),
        **({} if certificate is None else {"ca_certificate_identifier": certificate.get("CAIdentifier")}),
    }


CLUSTERS = Read(
    calls={"describe_db_clusters", "describe_global_clusters"},
    listed=_listed,
    key=by("cluster_identifier"),
    bulk=_bulk,
    apart=together(
        left_to(
            "arn",
            ("aws_rds_global_cluster", "source_db_cluster_identifier", {"global_cluster_identifier"}),
        ),
        shared(
            "iam_roles",
            "cluster_identifier",
            ("aws_rds_cluster_role_association", "db_cluster_identifier", "role_arn"),
        ),
    ),
    identity=lambda item: Identity(name=item["DBClusterIdentifier"], tags=tags_of(item["TagList"])),
)
