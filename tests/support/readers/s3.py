"""Buckets and their settings, one bucket having them all."""

from collections.abc import Mapping
from typing import Any

from tests.support.readers.case import Case, Client

BUCKET = "aws_s3_bucket.it"


def left(name: str) -> Mapping[str, frozenset[str]]:
    return {BUCKET: frozenset({name})}


def suspend(client: Client, it: Mapping[str, Any]) -> None:
    client("s3").put_bucket_versioning(Bucket=it["bucket"], VersioningConfiguration={"Status": "Suspended"})


def encrypt_otherwise(client: Client, it: Mapping[str, Any]) -> None:
    rule = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}, "BucketKeyEnabled": True}
    client("s3").put_bucket_encryption(
        Bucket=it["bucket"], ServerSideEncryptionConfiguration={"Rules": [rule]}
    )


def widen(client: Client, it: Mapping[str, Any]) -> None:
    client("s3").put_bucket_policy(
        Bucket=it["bucket"], Policy=it["policy"].replace("s3:GetObject", "s3:*Object")
    )


def unblock(client: Client, it: Mapping[str, Any]) -> None:
    client("s3").put_public_access_block(
        Bucket=it["bucket"],
        PublicAccessBlockConfiguration={"BlockPublicAcls": True, "BlockPublicPolicy": False},
    )


def own(client: Client, it: Mapping[str, Any]) -> None:
    client("s3").put_bucket_ownership_controls(
        Bucket=it["bucket"], OwnershipControls={"Rules": [{"ObjectOwnership": "ObjectWriter"}]}
    )


def let_all_in(client: Client, it: Mapping[str, Any]) -> None:
    rule = {"AllowedMethods": ["GET"], "AllowedOrigins": ["*"]}
    client("s3").put_bucket_cors(Bucket=it["bucket"], CORSConfiguration={"CORSRules": [rule]})


def log_elsewhere(client: Client, it: Mapping[str, Any]) -> None:
    client("s3").put_bucket_logging(
        Bucket=it["bucket"],
        BucketLoggingStatus={
            "LoggingEnabled": {"TargetBucket": it["target_bucket"], "TargetPrefix": "elsewhere/"}
        },
    )


def tell_of_less(client: Client, it: Mapping[str, Any]) -> None:
    only = it["topic"][0]
    rules = [{"Name": "prefix", "Value": "in/"}, {"Name": "suffix", "Value": ".json"}]
    client("s3").put_bucket_notification_configuration(
        Bucket=it["bucket"],
        NotificationConfiguration={
            "TopicConfigurations": [
                {
                    "Id": only["id"],
                    "TopicArn": only["topic_arn"],
                    "Events": ["s3:ObjectCreated:*"],
                    "Filter": {"Key": {"FilterRules": rules}},
                }
            ]
        },
    )


def tag(client: Client, it: Mapping[str, Any]) -> None:
    client("s3").put_bucket_tagging(
        Bucket=it["bucket"], Tagging={"TagSet": [{"Key": "team", "Value": "other"}]}
    )


def goes_with_the_bucket(client: Client, it: Mapping[str, Any]) -> None:
    """Wait for the next case to delete the bucket: it always has the setting."""


CASES = {
    "aws_s3_bucket_server_side_encryption_configuration": Case(
        change=encrypt_otherwise,
        drifts=frozenset({"rule"}),
        left=left("server_side_encryption_configuration"),
        delete=lambda client, it: client("s3").delete_bucket_encryption(Bucket=it["bucket"]),
    ),
    "aws_s3_bucket_policy": Case(
        change=widen,
        drifts=frozenset({"policy"}),
        left=left("policy"),
        delete=lambda client, it: client("s3").delete_bucket_policy(Bucket=it["bucket"]),
    ),
    "aws_s3_bucket_public_access_block": Case(
        change=unblock,
        drifts=frozenset({"block_public_policy"}),
        delete=lambda client, it: client("s3").delete_public_access_block(Bucket=it["bucket"]),
    ),
    "aws_s3_bucket_ownership_controls": Case(
        change=own,
        drifts=frozenset({"rule"}),
        delete=lambda client, it: client("s3").delete_bucket_ownership_controls(Bucket=it["bucket"]),
    ),
    "aws_s3_bucket_cors_configuration": Case(
        change=let_all_in,
        drifts=frozenset({"cors_rule"}),
        left=left("cors_rule"),
        delete=lambda client, it: client("s3").delete_bucket_cors(Bucket=it["bucket"]),
    ),
    "aws_s3_bucket_logging": Case(
        change=log_elsewhere,
        drifts=frozenset({"target_prefix"}),
        left=left("logging"),
        delete=lambda client, it: client("s3").put_bucket_logging(
            Bucket=it["bucket"], BucketLoggingStatus={}
        ),
    ),
    "aws_s3_bucket_notification": Case(
        change=tell_of_less, drifts=frozenset({"topic"}), delete=goes_with_the_bucket
    ),
    "aws_s3_bucket_versioning": Case(
        change=suspend,
        drifts=frozenset({"versioning_configuration"}),
        left=left("versioning"),
        delete=lambda client, it: client("s3").delete_bucket(Bucket=it["bucket"]),
    ),
    "aws_s3_bucket": Case(
        name="replicated",
        change=tag,
        drifts=frozenset({"tags"}),
        # The tags of its filter, that moto does not keep: null when made, then an empty map.
        unread=frozenset({"replication_configuration"}),
        delete=lambda client, it: client("s3").delete_bucket(Bucket=it["bucket"]),
    ),
}
