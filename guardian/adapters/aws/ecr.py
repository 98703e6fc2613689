"""Repositories of container images."""

from guardian.adapters.aws.calls import Calls
from guardian.adapters.aws.declare import Found, LiveType, Named


def _repository(calls: Calls, name: str) -> Found | None:
    answer = calls.ask(
        "describe_repositories", absent={"RepositoryNotFoundException"}, repositoryNames=[name]
    )
    if answer is None:
        return None
    return Found(object_id=name, name=name, created_at=answer["repositories"][0].get("createdAt"))


TYPES = {"aws_ecr_repository": LiveType(service="ecr", find=Named(one=_repository).find)}
