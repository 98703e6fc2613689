"""What making again gives of who may do what, and of accounts."""

from guardian.domain.review.undo.rule import AWS, UndoRule, anew, same

_IDS = f"{AWS}/IAM/latest/UserGuide/reference_identifiers.html"
_COGNITO = f"{AWS}/cognito-user-identity-pools/latest/APIReference"

_ACCESS = (
    anew("aws_iam_role", "unique_id", _IDS),
    anew("aws_iam_service_linked_role", "unique_id", _IDS),
    anew("aws_iam_user", "unique_id", _IDS),
    anew("aws_iam_group", "unique_id", _IDS),
    anew("aws_iam_instance_profile", "unique_id", _IDS),
    anew("aws_iam_policy", "policy_id", _IDS, gone=("its earlier versions",)),
    anew("aws_iam_access_key", "id secret", _IDS),
    anew("aws_iam_server_certificate", "id", _IDS),
    anew("aws_iam_user_login_profile", "password encrypted_password"),
    anew("aws_iam_user_ssh_key", "ssh_public_key_id"),
    same("aws_iam_openid_connect_provider", "url"),
    same("aws_iam_role_policy", "role name"),
    same("aws_iam_user_policy", "user name"),
    same("aws_iam_group_policy", "group name"),
    same("aws_iam_role_policy_attachment", "role policy_arn"),
    same("aws_iam_user_policy_attachment", "user policy_arn"),
    same("aws_iam_group_policy_attachment", "group policy_arn"),
    same("aws_iam_policy_attachment", "policy_arn roles users groups"),
    same("aws_iam_group_membership", "group users"),
    same("aws_iam_user_group_membership", "user groups"),
    same("aws_iam_account_alias", "account_alias"),
    same("aws_iam_account_password_policy", "minimum_password_length"),
    same("aws_ssoadmin_account_assignment", "instance_arn permission_set_arn principal_id target_id"),
    same("aws_ssoadmin_managed_policy_attachment", "instance_arn permission_set_arn managed_policy_arn"),
    anew("aws_ssoadmin_permission_set", "arn"),
)

_POOLS = (
    anew(
        "aws_cognito_user_pool", "id arn endpoint", f"{_COGNITO}/API_DeleteUserPool.html", gone=("its users",)
    ),
    anew("aws_cognito_user_pool_client", "id client_secret"),
    same("aws_cognito_identity_provider", "user_pool_id provider_name"),
    same("aws_cognito_resource_server", "user_pool_id identifier"),
    anew("aws_cognito_user_group", "", f"{_COGNITO}/API_DeleteGroup.html", gone=("its members",)),
    anew(
        "aws_cognito_identity_pool",
        "id arn",
        f"{AWS}/cognitoidentity/latest/APIReference/API_DeleteIdentityPool.html",
        gone=("its identities",),
    ),
)

_ORGANIZATION = (
    anew("aws_organizations_account", "id arn"),
    anew("aws_organizations_organization", "id arn"),
    anew("aws_organizations_organizational_unit", "id arn"),
    anew("aws_organizations_policy", "id arn"),
    same("aws_organizations_policy_attachment", "policy_id target_id"),
    anew("aws_ram_resource_share", "arn"),
    same("aws_ram_principal_association", "resource_share_arn principal"),
    same("aws_ram_resource_association", "resource_share_arn resource_arn"),
)

_WATCHED = (
    same("aws_cloudtrail", "name"),
    anew("aws_cloudtrail_event_data_store", "arn", gone=("its events",)),
    same("aws_config_configuration_recorder", "name"),
    same("aws_config_configuration_recorder_status", "name"),
    same("aws_config_delivery_channel", "name"),
    anew("aws_config_config_rule", "rule_id arn"),
    anew(
        "aws_guardduty_detector",
        "id arn",
        f"{AWS}/guardduty/latest/ug/guardduty_suspend-disable.html",
        gone=("its findings",),
    ),
    anew("aws_shield_subscription", "id"),
    same("aws_budgets_budget", "account_id name"),
)

IDENTITY: tuple[UndoRule, ...] = (*_ACCESS, *_POOLS, *_ORGANIZATION, *_WATCHED)
