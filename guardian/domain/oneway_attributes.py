"""Attributes that go one way. Each rule names the page of the vendor that says so; when in doubt, no rule."""

from guardian.domain.oneway_rule import Rule, grows, rises, stays_on

_AWS = "https://docs.aws.amazon.com"
_EBS = f"{_AWS}/ebs/latest/userguide/ebs-modify-volume.html"
_EKS = f"{_AWS}/eks/latest/userguide"
_OPENSEARCH = f"{_AWS}/opensearch-service/latest/developerguide"
_AURORA = f"{_AWS}/AmazonRDS/latest/AuroraUserGuide"
_RDS = f"{_AWS}/AmazonRDS/latest/UserGuide"
_CACHE = f"{_AWS}/AmazonElastiCache/latest/dg"
_ORGANIZATIONS = f"{_AWS}/organizations/latest/userguide"

_GROWTH = (
    grows("aws_db_instance", "allocated_storage", f"{_RDS}/USER_PIOPS.ModifyingExisting.html"),
    grows("aws_ebs_volume", "size", _EBS, what="a volume"),
    grows("aws_instance", "root_block_device.volume_size", _EBS, what="a volume"),
    grows(
        "aws_fsx_lustre_file_system",
        "storage_capacity",
        f"{_AWS}/fsx/latest/LustreGuide/managing-storage-capacity.html",
    ),
    grows(
        "aws_fsx_openzfs_file_system",
        "storage_capacity",
        f"{_AWS}/fsx/latest/OpenZFSGuide/managing-storage-capacity.html",
    ),
    grows(
        "aws_fsx_windows_file_system",
        "storage_capacity",
        f"{_AWS}/fsx/latest/WindowsGuide/managing-storage-capacity.html",
    ),
    grows(
        "aws_msk_cluster",
        "broker_node_group_info.storage_info.ebs_storage_info.volume_size",
        f"{_AWS}/msk/latest/developerguide/msk-update-storage.html",
        what="the storage of its brokers",
    ),
    grows(
        "aws_sagemaker_notebook_instance",
        "volume_size",
        f"{_AWS}/sagemaker/latest/APIReference/API_UpdateNotebookInstance.html",
        what="its volume",
    ),
)

_VERSIONS = (
    rises("aws_db_instance", "engine_version", f"{_RDS}/USER_UpgradeDBInstance.Upgrading.html"),
    rises("aws_rds_cluster", "engine_version", f"{_AURORA}/Aurora.VersionPolicy.html"),
    rises("aws_rds_cluster_instance", "engine_version", f"{_AURORA}/Aurora.VersionPolicy.html"),
    rises("aws_rds_global_cluster", "engine_version", f"{_AURORA}/aurora-global-database-upgrade.html"),
    rises("aws_docdb_cluster", "engine_version", f"{_AWS}/documentdb/latest/developerguide/docdb-mvu.html"),
    rises("aws_neptune_cluster", "engine_version", f"{_AWS}/neptune/latest/userguide/engine-updates.html"),
    rises(
        "aws_neptune_cluster_instance",
        "engine_version",
        f"{_AWS}/neptune/latest/userguide/engine-updates.html",
    ),
    rises(
        "aws_redshift_cluster",
        "cluster_version",
        f"{_AWS}/redshift/latest/APIReference/API_ModifyCluster.html",
    ),
    rises("aws_elasticache_cluster", "engine_version", f"{_CACHE}/VersionManagement.html"),
    rises("aws_elasticache_replication_group", "engine_version", f"{_CACHE}/VersionManagement.html"),
    rises("aws_elasticache_global_replication_group", "engine_version", f"{_CACHE}/VersionManagement.html"),
    rises(
        "aws_memorydb_cluster",
        "engine_version",
        f"{_AWS}/memorydb/latest/APIReference/API_UpdateCluster.html",
    ),
    rises(
        "aws_opensearch_domain",
        "engine_version",
        f"{_OPENSEARCH}/version-migration.html",
        order=("Elasticsearch", "OpenSearch"),
    ),
    rises("aws_elasticsearch_domain", "elasticsearch_version", f"{_OPENSEARCH}/version-migration.html"),
    rises("aws_msk_cluster", "kafka_version", f"{_AWS}/msk/latest/developerguide/version-upgrades.html"),
    rises("aws_eks_cluster", "version", f"{_EKS}/update-cluster.html", what="Kubernetes"),
    rises(
        "aws_eks_node_group",
        "version",
        f"{_AWS}/eks/latest/APIReference/API_UpdateNodegroupVersion.html",
        what="the nodes' Kubernetes",
    ),
    rises(
        "aws_eks_node_group",
        "release_version",
        f"{_AWS}/eks/latest/APIReference/API_UpdateNodegroupVersion.html",
        what="the nodes' image",
    ),
    rises(
        "aws_grafana_workspace",
        "grafana_version",
        f"{_AWS}/grafana/latest/userguide/AMG-workspace-version-update.html",
        what="Grafana",
    ),
)

_SEARCH_DOMAINS = ("aws_opensearch_domain", "aws_elasticsearch_domain")
_SWITCHES = (
    stays_on(
        "aws_s3_bucket_versioning",
        "versioning_configuration.status",
        "versioning that was once enabled can be suspended, and never be disabled again",
        f"{_AWS}/AmazonS3/latest/userguide/Versioning.html",
        on=("Enabled", "Suspended"),
    ),
    *(
        stays_on(
            each,
            "encrypt_at_rest.enabled",
            "encryption at rest cannot be switched off",
            f"{_OPENSEARCH}/encryption-at-rest.html",
        )
        for each in _SEARCH_DOMAINS
    ),
    *(
        stays_on(
            each,
            "node_to_node_encryption.enabled",
            "encryption between the nodes cannot be switched off",
            f"{_OPENSEARCH}/ntn.html",
        )
        for each in _SEARCH_DOMAINS
    ),
    *(
        stays_on(
            each,
            "advanced_security_options.enabled",
            "fine-grained access control cannot be switched off",
            f"{_OPENSEARCH}/fgac.html",
        )
        for each in _SEARCH_DOMAINS
    ),
    stays_on(
        "aws_eks_cluster",
        "encryption_config",
        "envelope encryption of secrets cannot be switched off",
        f"{_EKS}/enable-kms.html",
    ),
    *(
        stays_on(
            "aws_eks_cluster",
            "access_config.authentication_mode",
            "a cluster that knows access entries cannot go back to a mode without them",
            f"{_EKS}/setting-up-access-entries.html",
            on=modes,
        )
        for modes in (("API_AND_CONFIG_MAP", "API"), ("API",))
    ),
    stays_on(
        "aws_elasticache_replication_group",
        "cluster_mode",
        "cluster mode cannot be switched off",
        f"{_CACHE}/modify-cluster-mode.html",
        on=("enabled",),
    ),
    stays_on(
        "aws_organizations_organization",
        "feature_set",
        "an organization with all features cannot go back to consolidated billing",
        f"{_ORGANIZATIONS}/orgs_manage_org_support-all-features.html",
        on=("ALL",),
    ),
    stays_on(
        "aws_cognito_user_pool",
        "schema",
        "an attribute of a user pool can be added, and never be removed",
        f"{_AWS}/cognito/latest/developerguide/user-pool-settings-attributes.html",
    ),
)

# What was cut off empties its argument: null from a configuration, the empty text from a state.
_EMPTY = ("", None)
_ALONE = "a replica that was promoted stands alone, and can never follow its source again"
_LEFT = "a cluster that left its global cluster can never join one again"
_PARTINGS = (
    stays_on(
        "aws_db_instance", "replicate_source_db", _ALONE, f"{_RDS}/USER_ReadRepl.Promote.html", on=_EMPTY
    ),
    stays_on(
        "aws_rds_cluster",
        "replication_source_identifier",
        _ALONE,
        f"{_AURORA}/AuroraMySQL.Replication.CrossRegion.Promote.html",
        on=_EMPTY,
    ),
    stays_on(
        "aws_rds_cluster",
        "global_cluster_identifier",
        _LEFT,
        f"{_AURORA}/aurora-global-database-detaching.html",
        on=_EMPTY,
    ),
    stays_on(
        "aws_docdb_cluster",
        "global_cluster_identifier",
        _LEFT,
        f"{_AWS}/documentdb/latest/developerguide/global-clusters.manage.html",
        on=_EMPTY,
    ),
)

ATTRIBUTE_RULES: tuple[Rule, ...] = (*_GROWTH, *_VERSIONS, *_SWITCHES, *_PARTINGS)
