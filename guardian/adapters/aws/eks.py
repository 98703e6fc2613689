"""Kubernetes clusters: they take ten minutes to make, so that a cut-off creation is likely."""

from guardian.adapters.aws.calls import Calls
from guardian.adapters.aws.declare import Found, LiveType, Named

_DOUBTS = {"CREATING": "it is still being created", "DELETING": "it is being deleted"}


def _cluster(calls: Calls, name: str) -> Found | None:
    answer = calls.ask("describe_cluster", absent={"ResourceNotFoundException"}, name=name)
    if answer is None:
        return None
    cluster = answer["cluster"]
    return Found(
        object_id=name,
        name=name,
        created_at=cluster.get("createdAt"),
        doubt=_DOUBTS.get(cluster.get("status", ""), ""),
    )


TYPES = {"aws_eks_cluster": LiveType(service="eks", find=Named(one=_cluster).find)}
