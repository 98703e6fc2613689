"""The `s3` backend's objects, read with the backend's own configuration.

Only configurations that are understood in full are read here; every other one is read by Terraform itself.
"""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from guardian.adapters.terraform.address import s3_key
from guardian.errors import BackendError

HONOURED = frozenset(
    {
        "access_key",
        "bucket",
        "custom_ca_bundle",
        "endpoint",
        "endpoints",
        "force_path_style",
        "insecure",
        "key",
        "profile",
        "region",
        "secret_key",
        "token",
        "use_dualstack_endpoint",
        "use_fips_endpoint",
        "use_path_style",
        "workspace_key_prefix",
    }
)
WITHOUT_EFFECT_ON_READING = frozenset(
    {
        "acl",
        "dynamodb_endpoint",
        "dynamodb_table",
        "encrypt",
        "iam_endpoint",
        "kms_key_id",
        "max_retries",
        "retry_mode",
        "sts_endpoint",
        "sts_region",
        "use_lockfile",
    }
)
"""`kms_key_id` names the key for writing; S3 itself decrypts for whoever may use it."""

CHANGES_READING = frozenset({"AWS_SSE_CUSTOMER_KEY"})
MISSING = frozenset({"NoSuchKey", "404", "NotFound"})
ATTEMPTS = 5
CONNECT_S, READ_S = 10, 60


def is_readable(config: Mapping[str, Any], environment: Mapping[str, str]) -> bool:
    """Tell whether every part of the configuration is understood here."""
    known = HONOURED | WITHOUT_EFFECT_ON_READING
    used = {name for name, value in config.items() if value not in (None, "", [], {}, False)}
    unknown = {name for name in used - known if not name.startswith("skip_")}
    return not unknown and not any(environment.get(name) for name in CHANGES_READING)


def read_object(
    config: Mapping[str, Any], workspace: str, environment: Mapping[str, str], *, suffix: str = ""
) -> bytes | None:
    """Return the state's object, or the one beside it with `suffix`; None when there is none.

    Raises:
        BackendError: Credentials, permissions, bucket or network.
    """
    body: bytes | None = _from_object(
        config, workspace, environment, suffix=suffix, take=lambda answer: answer["Body"].read()
    )
    return body


def read_version(
    config: Mapping[str, Any], workspace: str, environment: Mapping[str, str], *, suffix: str
) -> tuple[bytes, str] | None:
    """Return as `read_object` does, with the object's ETag."""
    found: tuple[bytes, str] | None = _from_object(
        config,
        workspace,
        environment,
        suffix=suffix,
        take=lambda answer: (answer["Body"].read(), answer["ETag"]),
    )
    return found


def has_object(config: Mapping[str, Any], workspace: str, environment: Mapping[str, str]) -> bool:
    """Tell whether there is a state's object, without fetching it; raise `BackendError` as `read_object`."""

    def close(answer: Any) -> bool:
        answer["Body"].close()
        return True

    return bool(_from_object(config, workspace, environment, suffix="", take=close))


def _from_object(
    config: Mapping[str, Any],
    workspace: str,
    environment: Mapping[str, str],
    *,
    suffix: str,
    take: Callable[[Any], Any],
) -> Any:
    from botocore.exceptions import BotoCoreError, ClientError

    key = s3_key(config, workspace) + suffix
    try:
        return take(client("s3", config, environment).get_object(Bucket=config["bucket"], Key=key))
    except ClientError as error:
        code = str(error.response.get("Error", {}).get("Code", ""))
        if code in MISSING:
            return None
        raise _cannot_read(config, key, code, _hint(code, config)) from error
    except BotoCoreError as error:
        raise _cannot_read(
            config, key, str(error), "check the credentials, the region and the network"
        ) from error


def client(name: str, config: Mapping[str, Any], environment: Mapping[str, str]) -> Any:
    """Return a boto3 client that reaches the service as the backend does.

    Credentials come from the configuration, else from where boto3 finds them.
    """
    import boto3
    from botocore.config import Config
    from botocore.session import Session

    # A new session each time: an apply may outlive the credentials that it began with.
    core = Session()
    core.register_component("data_loader", _definitions())
    session: Any = boto3.Session(
        botocore_session=core,
        aws_access_key_id=config.get("access_key") or None,
        aws_secret_access_key=config.get("secret_key") or None,
        aws_session_token=config.get("token") or None,
        profile_name=config.get("profile") or None,
        # boto3 does not look at AWS_REGION, Terraform does, and first.
        region_name=config.get("region") or environment.get("AWS_REGION") or None,
    )
    path_style = config.get("use_path_style") or config.get("force_path_style")
    settings = Config(
        connect_timeout=CONNECT_S,
        read_timeout=READ_S,
        retries={"mode": "standard", "total_max_attempts": ATTEMPTS},
        s3={"addressing_style": "path"} if path_style else None,
        request_checksum_calculation="when_required" if config.get("skip_s3_checksum") else "when_supported",
        response_checksum_validation="when_required",
        use_fips_endpoint=config.get("use_fips_endpoint") or None,
        use_dualstack_endpoint=config.get("use_dualstack_endpoint") or None,
    )
    return session.client(
        name,
        endpoint_url=_endpoint(name, config, environment),
        verify=False if config.get("insecure") else (config.get("custom_ca_bundle") or None),
        config=settings,
    )


@cache
def _definitions() -> Any:
    """Return what botocore knows of AWS's services; reading it is most of the cost of a client."""
    from botocore.loaders import create_loader
    from botocore.session import Session

    return create_loader(Session().get_config_variable("data_path"))


def _endpoint(name: str, config: Mapping[str, Any], environment: Mapping[str, str]) -> str | None:
    older = {"s3": "endpoint", "dynamodb": "dynamodb_endpoint"}[name]
    variable = {"s3": "AWS_S3_ENDPOINT", "dynamodb": "AWS_DYNAMODB_ENDPOINT"}[name]
    return (
        (config.get("endpoints") or {}).get(name)
        or config.get(older)
        or environment.get(f"AWS_ENDPOINT_URL_{name.upper()}")
        or environment.get(variable)
        or environment.get("AWS_ENDPOINT_URL")
        or None
    )


def _cannot_read(config: Mapping[str, Any], key: str, why: str, hint: str) -> BackendError:
    return BackendError(f"cannot read the state s3://{config['bucket']}/{key}: {why}", hint=hint)


def _hint(code: str, config: Mapping[str, Any]) -> str:
    match code:
        case "AccessDenied" | "403":
            return (
                "allow s3:GetObject on it, and s3:ListBucket on the bucket: S3 hides missing objects without"
            )
        case "NoSuchBucket":
            return f"check that the bucket {config['bucket']} exists in that account and region"
        case "ExpiredToken" | "InvalidAccessKeyId" | "SignatureDoesNotMatch":
            return "renew the AWS credentials"
        case _:
            return "guardian doctor    # checks the backend"
