"""Attributes that the provider writes and cannot read back, so that a state can lie about them for ever.

After an update that ended half-way the record holds the old or the new value of such an attribute, whatever
is true; no refresh tells. Doubted, which is set to null in the record, it is written by the next plan.

Left out, on purpose:

- what would then replace the object (`aws_directory_service_directory.password`,
  `aws_secretsmanager_secret_version.secret_string_wo_version`, `aws_kms_external_key.key_material_base64`,
  `aws_api_gateway_domain_name.certificate_private_key`,
  `aws_datasync_location_fsx_windows_file_system.password`);
- passwords of people, who may have changed them since (`aws_cognito_user`, `aws_connect_user`);
- what lies within a block that can stand several times (`aws_mq_broker`), or that AWS generates in part
  (`aws_opensearch_domain`);
- what AWS does tell: the secrets of Secrets Manager and SSM, the connections of Glue, the keys of a VPN.

A write-only argument is never in the record; its version is, and stands for it.

Source: the type's page below https://registry.terraform.io/providers/hashicorp/aws/5.100.0/docs/resources/
(what an import leaves out), and tests/e2e/test_tables.py, which asks the provider's own plan.
"""

from collections.abc import Mapping

UNREADABLE: Mapping[str, tuple[str, ...]] = {
    "aws_acm_certificate": ("private_key",),
    "aws_amplify_app": ("access_token", "oauth_token"),
    "aws_datasync_location_object_storage": ("secret_key",),
    "aws_datasync_location_smb": ("password",),
    "aws_db_instance": ("password", "password_wo_version"),
    "aws_directory_service_radius_settings": ("shared_secret",),
    "aws_dms_endpoint": ("password",),
    "aws_docdb_cluster": ("master_password", "master_password_wo_version"),
    "aws_docdbelastic_cluster": ("admin_user_password",),
    "aws_elasticache_replication_group": ("auth_token",),
    "aws_elasticache_user": ("passwords",),
    "aws_fsx_ontap_file_system": ("fsx_admin_password",),
    "aws_fsx_ontap_storage_virtual_machine": ("svm_admin_password",),
    "aws_lightsail_database": ("master_password",),
    "aws_rds_cluster": ("master_password", "master_password_wo_version"),
    "aws_redshift_cluster": ("master_password", "master_password_wo_version"),
    "aws_redshiftserverless_namespace": ("admin_user_password", "admin_user_password_wo_version"),
    "aws_sns_platform_application": ("platform_credential", "platform_principal"),
    "aws_ssm_parameter": ("value_wo_version",),
    "aws_storagegateway_file_system_association": ("password",),
    "aws_storagegateway_gateway": ("smb_guest_password",),
    "aws_transfer_server": ("host_key",),
}
"""Top-level attributes by resource type. Where another one is used instead, they are null and stay so."""

WITHIN_A_BLOCK: Mapping[str, tuple[str, ...]] = {"aws_memorydb_user": ("authentication_mode.passwords",)}
"""The same within a block that stands once: its name, a dot, and the attribute.

Proven by tests/e2e/test_secrets_in_flight.py.
"""
