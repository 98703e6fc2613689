"""Objects whose deletion or creation cannot be undone; each rule names the page that says so."""

from guardian.domain.oneway_rule import Attributes, Ground, Rule, is_bought, is_gone, waits

_AWS = "https://docs.aws.amazon.com"
_AURORA = f"{_AWS}/AmazonRDS/latest/AuroraUserGuide"
_RDS = f"{_AWS}/AmazonRDS/latest/UserGuide"
_ORGANIZATIONS = f"{_AWS}/organizations/latest/userguide"
_PROVIDER = "https://registry.terraform.io/providers/hashicorp/aws/5.100.0/docs/resources"

_KEYS = f"{_AWS}/kms/latest/developerguide/deleting-keys-scheduling-key-deletion.html"
_KEY_BACK = "aws kms cancel-key-deletion{region} --key-id {id} && aws kms enable-key{region} --key-id {id}"
_KEY_WORDS = "it waits out its deletion window; another key could open nothing that this one sealed"


def _can_be_restored(secret: Attributes) -> bool:
    return secret.get("recovery_window_in_days") != 0


_WAITING = (
    waits("aws_kms_key", _KEY_WORDS, _KEY_BACK, _KEYS),
    waits("aws_kms_external_key", _KEY_WORDS, _KEY_BACK, _KEYS),
    waits("aws_kms_replica_key", _KEY_WORDS, _KEY_BACK, _KEYS),
    waits("aws_kms_replica_external_key", _KEY_WORDS, _KEY_BACK, _KEYS),
    waits(
        "aws_paymentcryptography_key",
        _KEY_WORDS,
        "aws payment-cryptography restore-key{region} --key-identifier {id}",
        f"{_AWS}/payment-cryptography/latest/userguide/keys-deleting.html",
    ),
    waits(
        "aws_secretsmanager_secret",
        "it waits out its recovery window, in which no other secret can have its name",
        "aws secretsmanager restore-secret{region} --secret-id {id}",
        f"{_AWS}/secretsmanager/latest/userguide/manage_restore-secret.html",
        when=_can_be_restored,
    ),
    waits(
        "aws_acmpca_certificate_authority",
        "it waits out its restoration period; another authority could not vouch for what this one signed",
        "aws acm-pca restore-certificate-authority{region} --certificate-authority-arn {id} && "
        "aws acm-pca update-certificate-authority{region} --certificate-authority-arn {id} --status ACTIVE",
        f"{_AWS}/privateca/latest/userguide/PCARestoreCA.html",
    ),
    waits(
        "aws_cloudtrail_event_data_store",
        "it waits seven days to be gone; another store would have none of its events",
        "aws cloudtrail restore-event-data-store{region} --event-data-store {id}",
        f"{_AWS}/awscloudtrail/latest/userguide/query-eds-disable-termination.html",
    ),
    Rule(
        resource_type="aws_organizations_account",
        ground=Ground.NAME,
        attribute="",
        words="no other account can have the email address of an account that was closed or left",
        mend="a closed account can be opened again for 90 days: https://console.aws.amazon.com/support",
        source=f"{_AWS}/accounts/latest/reference/manage-acct-closing.html",
    ),
)

_MOMENT = "a snapshot that is made now holds another moment"


def _is_public(zone: Attributes) -> bool:
    return not zone.get("vpc")


def _asks_for_no_address(eip: Attributes) -> bool:
    return not eip.get("address")


def _has_no_own_addresses(accelerator: Attributes) -> bool:
    return not accelerator.get("ip_addresses")


_LOST = (
    is_gone(
        "aws_ebs_snapshot",
        "",
        _MOMENT,
        f"{_AWS}/ebs/latest/userguide/ebs-deleting-snapshot.html",
        mend="where a rule of the Recycle Bin kept it: "
        "aws ec2 restore-snapshot-from-recycle-bin{region} --snapshot-id {id}",
    ),
    is_gone("aws_ami_from_instance", "", _MOMENT, f"{_AWS}/AWSEC2/latest/UserGuide/deregister-ami.html"),
    is_gone("aws_db_snapshot", "", _MOMENT, f"{_RDS}/USER_DeleteSnapshot.html"),
    is_gone("aws_db_cluster_snapshot", "", _MOMENT, f"{_AURORA}/USER_DeleteSnapshot.html"),
    is_gone(
        "aws_docdb_cluster_snapshot",
        "",
        _MOMENT,
        f"{_AWS}/documentdb/latest/developerguide/backup_restore-delete_cluster_snapshot.html",
    ),
    is_gone(
        "aws_neptune_cluster_snapshot",
        "",
        _MOMENT,
        f"{_AWS}/neptune/latest/apiref/API_DeleteDBClusterSnapshot.html",
    ),
    is_gone(
        "aws_redshift_cluster_snapshot",
        "",
        _MOMENT,
        f"{_AWS}/redshift/latest/APIReference/API_DeleteClusterSnapshot.html",
    ),
    is_gone(
        "aws_redshiftserverless_snapshot",
        "",
        _MOMENT,
        f"{_AWS}/redshift-serverless/latest/APIReference/API_DeleteSnapshot.html",
    ),
    is_gone("aws_fsx_backup", "", _MOMENT, f"{_AWS}/fsx/latest/APIReference/API_DeleteBackup.html"),
    is_gone(
        "aws_eip",
        "public_ip",
        "the address went back to AWS; the new one is another",
        f"{_AWS}/AWSEC2/latest/UserGuide/working-with-eips.html",
        mend="tell those who know the old address",
        when=_asks_for_no_address,
    ),
    is_gone(
        "aws_lightsail_static_ip",
        "ip_address",
        "the address went back to AWS; the new one is another",
        f"{_AWS}/lightsail/2016-11-28/api-reference/API_ReleaseStaticIp.html",
        mend="tell those who know the old address",
    ),
    is_gone(
        "aws_globalaccelerator_accelerator",
        "ip_sets",
        "the addresses went back to AWS; the new ones are others",
        f"{_AWS}/global-accelerator/latest/api/API_DeleteAccelerator.html",
        mend="tell those who know the old addresses",
        when=_has_no_own_addresses,
    ),
    is_gone(
        "aws_route53_zone",
        "name_servers",
        "the new zone has other name servers, so that nobody finds it until its parent names them",
        f"{_AWS}/Route53/latest/DeveloperGuide/DeleteHostedZone.html",
        mend="give the name servers of the new zone to the registrar, or to the parent zone",
        when=_is_public,
    ),
    is_gone(
        "aws_cognito_user_pool",
        "id",
        "the new pool has another id and none of the users, and every client must be told",
        f"{_AWS}/cognito-user-identity-pools/latest/APIReference/API_DeleteUserPool.html",
        mend="give the new id to those who sign in by the pool",
    ),
    is_gone(
        "aws_cognito_identity_pool",
        "id",
        "the new pool has another id and knows none of the identities, and every client must be told",
        f"{_AWS}/cognitoidentity/latest/APIReference/API_DeleteIdentityPool.html",
        mend="give the new id to those who get credentials by the pool",
    ),
    is_gone(
        "aws_iam_access_key",
        "secret",
        "the new key has another id and another secret",
        f"{_AWS}/IAM/latest/UserGuide/id_credentials_access-keys.html",
        mend="give the new key to those who used the old one",
    ),
)


def _is_complete(lock: Attributes) -> bool:
    return lock.get("complete_lock") is True


def _is_committed(throughput: Attributes) -> bool:
    return bool(throughput.get("commitment_duration"))


def _is_not_closed(account: Attributes) -> bool:
    return not account.get("close_on_deletion")


_PAID = "it is paid until its term ends; a destroy would take it from the state alone"

_COMMITTED = (
    is_bought("aws_rds_reserved_instance", _PAID, f"{_PROVIDER}/rds_reserved_instance"),
    is_bought("aws_elasticache_reserved_cache_node", _PAID, f"{_PROVIDER}/elasticache_reserved_cache_node"),
    is_bought("aws_ec2_capacity_block_reservation", _PAID, f"{_PROVIDER}/ec2_capacity_block_reservation"),
    is_bought(
        "aws_shield_subscription",
        "a subscription binds for a year",
        f"{_AWS}/waf/latest/DDOSAPIReference/API_DeleteSubscription.html",
        mend="ask AWS Support: https://console.aws.amazon.com/support",
    ),
    is_bought(
        "aws_bedrock_provisioned_model_throughput",
        "it cannot be deleted before its commitment ends",
        f"{_AWS}/bedrock/latest/userguide/prov-throughput.html",
        when=_is_committed,
    ),
    is_bought(
        "aws_glacier_vault_lock",
        "a lock that is complete can never be removed",
        f"{_AWS}/amazonglacier/latest/dev/vault-lock.html",
        when=_is_complete,
    ),
    is_bought(
        "aws_organizations_account",
        "an account that was made in an organization cannot leave it without a payment method of its own",
        f"{_ORGANIZATIONS}/orgs_account_migration.html",
        mend="close it: aws organizations close-account --account-id {id}",
        when=_is_not_closed,
    ),
)

OBJECT_RULES: tuple[Rule, ...] = (*_WAITING, *_LOST, *_COMMITTED)
