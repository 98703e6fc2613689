"""Repositories of images, and which of the images go."""

from collections.abc import Mapping
from typing import Any

from tests.support.readers.case import Case, Client


def keep_fewer(client: Client, it: Mapping[str, Any]) -> None:
    client("ecr").put_lifecycle_policy(
        repositoryName=it["repository"], lifecyclePolicyText=it["policy"].replace(":30", ":3")
    )


CASES = {
    "aws_ecr_lifecycle_policy": Case(
        change=keep_fewer,
        drifts=frozenset({"policy"}),
        delete=lambda client, it: client("ecr").delete_lifecycle_policy(repositoryName=it["repository"]),
    ),
    "aws_ecr_repository": Case(
        change=lambda client, it: client("ecr").put_image_tag_mutability(
            repositoryName=it["name"], imageTagMutability="MUTABLE"
        ),
        drifts=frozenset({"image_tag_mutability"}),
        delete=lambda client, it: client("ecr").delete_repository(repositoryName=it["name"]),
    ),
}
