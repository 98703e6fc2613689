"""Who may do what, and what is kept from others: IAM, keys, secrets."""

from tests.support.aws_objects.made import NAME, POLICY, TRUST, Client, Made


def role(client: Client) -> Made:
    iam = client("iam")
    iam.create_role(RoleName=NAME, AssumeRolePolicyDocument=TRUST)
    return Made(
        arguments={"name": NAME},
        object_id=NAME,
        import_id=NAME,
        gone=lambda: iam.delete_role(RoleName=NAME),
    )


def policy(client: Client) -> Made:
    iam = client("iam")
    iam.create_policy(PolicyName=NAME + "-longer", PolicyDocument=POLICY)
    arn = iam.create_policy(PolicyName=NAME, Path="/team/", PolicyDocument=POLICY)["Policy"]["Arn"]
    return Made(
        arguments={"name": NAME, "path": "/team/"},
        object_id=arn,
        import_id=arn,
        gone=lambda: iam.delete_policy(PolicyArn=arn),
    )


def user(client: Client) -> Made:
    iam = client("iam")
    iam.create_user(UserName=NAME)
    return Made(
        arguments={"name": NAME},
        object_id=NAME,
        import_id=NAME,
        gone=lambda: iam.delete_user(UserName=NAME),
    )


def group(client: Client) -> Made:
    iam = client("iam")
    iam.create_group(GroupName=NAME)
    return Made(
        arguments={"name": NAME},
        object_id=NAME,
        import_id=NAME,
        gone=lambda: iam.delete_group(GroupName=NAME),
    )


def instance_profile(client: Client) -> Made:
    iam = client("iam")
    iam.create_instance_profile(InstanceProfileName=NAME)
    return Made(
        arguments={"name": NAME},
        object_id=NAME,
        import_id=NAME,
        gone=lambda: iam.delete_instance_profile(InstanceProfileName=NAME),
    )


def alias(client: Client) -> Made:
    kms = client("kms")
    kms.create_alias(AliasName=f"alias/{NAME}", TargetKeyId=kms.create_key()["KeyMetadata"]["KeyId"])
    return Made(
        arguments={"name": f"alias/{NAME}"},
        object_id=f"alias/{NAME}",
        import_id=f"alias/{NAME}",
        gone=lambda: kms.delete_alias(AliasName=f"alias/{NAME}"),
        dated=False,  # AWS does tell, moto does not
    )


def secret(client: Client) -> Made:
    secrets = client("secretsmanager")
    arn = secrets.create_secret(Name=NAME, SecretString="s3cret")["ARN"]
    return Made(
        arguments={"name": NAME},
        object_id=arn,
        import_id=arn,
        gone=lambda: secrets.delete_secret(SecretId=arn, ForceDeleteWithoutRecovery=True),
    )
