"""Which attributes of which types hold a policy of IAM, and of what kind."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Holder(StrEnum):
    """Whose policy it is.

    `identity`: what somebody may do. `trust`: who may be a role. `resource`: who may do what with one thing.
    `limit`: what nobody of an organization may exceed, whatever else allows it.
    """

    IDENTITY = "identity"
    TRUST = "trust"
    RESOURCE = "resource"
    LIMIT = "limit"


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyAttribute:
    """One attribute with a document; of blocks the name of the list and of the attribute in it."""

    name: str
    holder: Holder
    block: str = ""

    @property
    def top(self) -> str:
        """The attribute or block of the resource that it is in."""
        return self.block or self.name


def _identity(name: str = "policy", *, block: str = "") -> PolicyAttribute:
    return PolicyAttribute(name=name, holder=Holder.IDENTITY, block=block)


def _resource(name: str = "policy") -> tuple[PolicyAttribute, ...]:
    return (PolicyAttribute(name=name, holder=Holder.RESOURCE),)


POLICY_ATTRIBUTES: Mapping[str, tuple[PolicyAttribute, ...]] = {
    "aws_iam_policy": (_identity(),),
    "aws_iam_role_policy": (_identity(),),
    "aws_iam_user_policy": (_identity(),),
    "aws_iam_group_policy": (_identity(),),
    "aws_ssoadmin_permission_set_inline_policy": (_identity("inline_policy"),),
    "aws_iam_role": (
        PolicyAttribute(name="assume_role_policy", holder=Holder.TRUST),
        _identity(block="inline_policy"),
    ),
    "aws_organizations_policy": (PolicyAttribute(name="content", holder=Holder.LIMIT),),
    "aws_s3_bucket": _resource(),
    "aws_s3_bucket_policy": _resource(),
    "aws_s3_access_point": _resource(),
    "aws_s3control_access_point_policy": _resource(),
    "aws_sns_topic": _resource(),
    "aws_sns_topic_policy": _resource(),
    "aws_sqs_queue": _resource(),
    "aws_sqs_queue_policy": _resource(),
    "aws_kms_key": _resource(),
    "aws_kms_key_policy": _resource(),
    "aws_kms_external_key": _resource(),
    "aws_kms_replica_key": _resource(),
    "aws_ecr_repository_policy": _resource(),
    "aws_ecr_registry_policy": _resource(),
    "aws_secretsmanager_secret": _resource(),
    "aws_secretsmanager_secret_policy": _resource(),
    "aws_dynamodb_resource_policy": _resource(),
    "aws_kinesis_resource_policy": _resource(),
    "aws_efs_file_system_policy": _resource(),
    "aws_backup_vault_policy": _resource(),
    "aws_cloudwatch_event_bus_policy": _resource(),
    "aws_cloudwatch_log_resource_policy": _resource("policy_document"),
    "aws_cloudwatch_log_destination_policy": _resource("access_policy"),
    "aws_opensearch_domain": _resource("access_policies"),
    "aws_opensearch_domain_policy": _resource("access_policies"),
    "aws_elasticsearch_domain": _resource("access_policies"),
    "aws_elasticsearch_domain_policy": _resource("access_policies"),
    "aws_glacier_vault": _resource("access_policy"),
    "aws_media_store_container_policy": _resource(),
    "aws_codeartifact_domain_permissions_policy": _resource("policy_document"),
    "aws_codeartifact_repository_permissions_policy": _resource("policy_document"),
    "aws_api_gateway_rest_api": _resource(),
    "aws_api_gateway_rest_api_policy": _resource(),
}
