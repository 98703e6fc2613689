"""Repositories of container images."""

from collections.abc import Mapping, Sequence
from typing import Any

from guardian.adapters.aws.calls import Calls
from guardian.adapters.aws.declare import Found, LiveType, Named
from guardian.adapters.aws.read import Asked, Attributes, Identity, Read, by, tags_of
from guardian.domain.fingerprint import Shape

_NO_REPOSITORY = "RepositoryNotFoundException"


def _repository(calls: Calls, name: str) -> Found | None:
    answer = calls.ask(
        "describe_repositories", absent={"RepositoryNotFoundException"}, repositoryNames=[name]
    )
    if answer is None:
        return None
    return Found(object_id=name, name=name, created_at=answer["repositories"][0].get("createdAt"))


def _listed(asked: Asked, _: Sequence[Attributes]) -> dict[str, dict[str, Any]]:
    listed = asked.every("describe_repositories", "repositories", maxResults=1000)
    return {each["repositoryName"]: each for each in listed}


def _bulk(item: Mapping[str, Any]) -> Attributes:
    encryption, scanning = item.get("encryptionConfiguration"), item.get("imageScanningConfiguration")
    return {
        "arn": item["repositoryArn"],
        "name": item["repositoryName"],
        "registry_id": item["registryId"],
        "repository_url": item["repositoryUri"],
        "image_tag_mutability": item.get("imageTagMutability"),
        "encryption_configuration": [
            {"encryption_type": encryption["encryptionType"], "kms_key": encryption.get("kmsKey")}
        ]
        if encryption
        else [],
        "image_scanning_configuration": [{"scan_on_push": scanning.get("scanOnPush")}] if scanning else [],
    }


def _detail(asked: Asked, item: Mapping[str, Any], _: Attributes) -> Attributes:
    answer = asked.need("list_tags_for_resource", gone={_NO_REPOSITORY}, resourceArn=item["repositoryArn"])
    return {"tags": tags_of(answer.get("tags", ()))}


def _policy(asked: Asked, item: Mapping[str, Any], _: Attributes) -> Attributes:
    answer = asked.need(
        "get_lifecycle_policy",
        gone={_NO_REPOSITORY, "LifecyclePolicyNotFoundException"},
        repositoryName=item["repositoryName"],
    )
    return {"policy": answer["lifecyclePolicyText"]}


TYPES = {
    "aws_ecr_repository": LiveType(
        service="ecr",
        find=Named(one=_repository).find,
        read=Read(
            calls={"describe_repositories", "list_tags_for_resource"},
            listed=_listed,
            key=by("name"),
            bulk=_bulk,
            detail=_detail,
            detailed={"tags"},
            identity=lambda item: Identity(name=item["repositoryName"]),
        ),
    ),
    "aws_ecr_lifecycle_policy": LiveType(
        service="ecr",
        read=Read(
            calls={"describe_repositories", "get_lifecycle_policy"},
            listed=_listed,
            key=by("repository"),
            bulk=lambda item: {"repository": item["repositoryName"], "registry_id": item["registryId"]},
            detail=_policy,
            detailed={"policy"},
            shape=Shape(documents=frozenset({"policy"})),
        ),
    ),
}
