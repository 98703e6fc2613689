"""Buckets, databases, functions and images that become public by a setting of their own."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from guardian.domain.review.change import Change, is_marked, value_at
from guardian.domain.review.risks.codes import KNOWN_AFTER_APPLY, OPENED_TO_THE_WORLD
from guardian.domain.review.risks.facts import RiskFacts
from guardian.domain.review.risks.risk import Risk, Severity

_AWS = "https://docs.aws.amazon.com"
_S3 = f"{_AWS}/AmazonS3/latest/userguide"
_BLOCKS = ("block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets")
_CALLERS = ("source_arn", "source_account", "principal_org_id")
_EVERYBODY = ("/groups/global/AllUsers", "/groups/global/AuthenticatedUsers")


@dataclass(frozen=True, slots=True, kw_only=True)
class Public:
    """How one type becomes public.

    Attributes:
        attributes: The top ones that decide.
        is_open: Whether values as a whole are open.
        words: One plain sentence without a full stop.
        narrowing: Attributes that close it again: while one is not known, it is not known to be open.
    """

    attributes: tuple[str, ...]
    is_open: Callable[[Mapping[str, Any]], bool]
    words: str
    source: str
    severity: Severity = Severity.RED
    narrowing: tuple[str, ...] = ()


def _is_set(name: str) -> Callable[[Mapping[str, Any]], bool]:
    return lambda values: bool(values.get(name))


def _is(name: str, *values: Any) -> Callable[[Mapping[str, Any]], bool]:
    return lambda attributes: attributes.get(name) in values


def _unblocked(values: Mapping[str, Any]) -> bool:
    return bool(values) and any(values.get(name) is False for name in _BLOCKS)


def _granted(values: Mapping[str, Any]) -> bool:
    if str(values.get("acl") or "").startswith(("public-", "authenticated-read")):
        return True
    tree = [values.get("access_control_policy"), values.get("grant")]
    return any(str(uri).endswith(_EVERYBODY) for uri in _uris(tree))


def _uris(tree: Any) -> Iterator[str]:
    if isinstance(tree, list):
        for each in tree:
            yield from _uris(each)
    elif isinstance(tree, Mapping):
        for name, value in tree.items():
            if name == "uri" and isinstance(value, str):
                yield value
            elif isinstance(value, list | Mapping):
                yield from _uris(value)


def _anybody_calls(values: Mapping[str, Any]) -> bool:
    return values.get("principal") == "*" and not any(values.get(name) for name in _CALLERS)


def _open_endpoint(values: Mapping[str, Any]) -> bool:
    if value_at(values, ("vpc_config", 0, "endpoint_public_access")) is not True:
        return False
    ranges = value_at(values, ("vpc_config", 0, "public_access_cidrs"))
    # Where it does not say, it is the whole world.
    return "0.0.0.0/0" in ranges if isinstance(ranges, list) and ranges else True


def _shared_with_all(name: str) -> Callable[[Mapping[str, Any]], bool]:
    return lambda values: isinstance(values.get(name), list) and "all" in values[name]


_ACL = Public(
    attributes=("acl", "access_control_policy", "grant"),
    is_open=_granted,
    words="its ACL lets anybody in",
    source=f"{_S3}/acl-overview.html#canned-acl",
)
_BLOCK = Public(
    attributes=_BLOCKS,
    is_open=_unblocked,
    words="the block of public access is switched off, in part or whole",
    source=f"{_S3}/access-control-block-public-access.html",
)
_WEBSITE = f"{_S3}/WebsiteAccessPermissionsReqd.html"


def _reachable(source: str) -> Public:
    return Public(
        attributes=("publicly_accessible",),
        is_open=_is_set("publicly_accessible"),
        words="it gets a public address (publicly_accessible)",
        source=source,
    )


_RDS = _reachable(f"{_AWS}/AmazonRDS/latest/UserGuide/USER_VPC.WorkingWithRDSInstanceinaVPC.html")
PUBLIC: Mapping[str, tuple[Public, ...]] = {
    "aws_s3_bucket_acl": (_ACL,),
    "aws_s3_object": (_ACL,),
    "aws_s3_bucket": (
        _ACL,
        Public(
            attributes=("website",),
            is_open=_is_set("website"),
            words="it is served as a website to whom its policy lets in",
            source=_WEBSITE,
            severity=Severity.AMBER,
        ),
    ),
    "aws_s3_bucket_website_configuration": (
        Public(
            attributes=(),
            is_open=bool,
            words="the bucket is served as a website to whom its policy lets in",
            source=_WEBSITE,
            severity=Severity.AMBER,
        ),
    ),
    "aws_s3_bucket_public_access_block": (_BLOCK,),
    "aws_s3_account_public_access_block": (_BLOCK,),
    "aws_db_instance": (_RDS,),
    "aws_rds_cluster_instance": (_RDS,),
    "aws_redshift_cluster": (_reachable(f"{_AWS}/redshift/latest/mgmt/managing-clusters-vpc.html"),),
    "aws_dms_replication_instance": (
        _reachable(f"{_AWS}/dms/latest/userguide/CHAP_ReplicationInstance.html"),
    ),
    "aws_mq_broker": (_reachable(f"{_AWS}/amazon-mq/latest/developer-guide/amazon-mq-setting-up.html"),),
    "aws_lambda_permission": (
        Public(
            attributes=("principal",),
            narrowing=_CALLERS,
            is_open=_anybody_calls,
            words="anybody may call the function: its principal is *",
            source=f"{_AWS}/lambda/latest/dg/access-control-resource-based.html",
        ),
    ),
    "aws_lambda_function_url": (
        Public(
            attributes=("authorization_type",),
            is_open=_is("authorization_type", "NONE"),
            words="anybody who knows its URL may call the function",
            source=f"{_AWS}/lambda/latest/dg/urls-auth.html",
        ),
    ),
    "aws_lb": (
        Public(
            attributes=("internal",),
            is_open=_is("internal", False),
            words="the load balancer faces the internet (internal = false)",
            source=f"{_AWS}/elasticloadbalancing/latest/application/application-load-balancers.html",
            severity=Severity.AMBER,
        ),
    ),
    "aws_eks_cluster": (
        Public(
            attributes=("vpc_config",),
            is_open=_open_endpoint,
            words="the API of the cluster can be reached from anywhere",
            source=f"{_AWS}/eks/latest/userguide/cluster-endpoint.html",
        ),
    ),
    "aws_ami_launch_permission": (
        Public(
            attributes=("group",),
            is_open=_is("group", "all"),
            words="anybody with an AWS account may launch the image",
            source=f"{_AWS}/AWSEC2/latest/UserGuide/sharingamis-intro.html",
        ),
    ),
    "aws_db_snapshot": (
        Public(
            attributes=("shared_accounts",),
            is_open=_shared_with_all("shared_accounts"),
            words="anybody with an AWS account may restore the snapshot",
            source=f"{_AWS}/AmazonRDS/latest/UserGuide/USER_ShareSnapshot.html",
        ),
    ),
    "aws_ssm_document": (
        Public(
            attributes=("permissions",),
            is_open=lambda values: value_at(values, ("permissions", "account_ids")) == "All",
            words="anybody with an AWS account may run the document",
            source=f"{_AWS}/systems-manager/latest/userguide/documents-ssm-sharing.html",
        ),
    ),
}


def opened_setting(change: Change, facts: RiskFacts) -> Iterator[Risk]:
    """Yield what becomes public by a change and was not before."""
    for each in PUBLIC[change.resource_type]:
        if each.is_open(change.before):
            # A block that is off in part may be switched off further.
            if each is _BLOCK and _more_open(change):
                yield OPENED_TO_THE_WORLD.of(change.address, each.words, source=each.source)
            continue
        opens = each.is_open(change.after)
        unknown = [
            name
            for name in (each.narrowing if opens else each.attributes)
            if is_marked(change.unknown, (name,)) and facts.configures(change, name)
        ]
        if unknown:
            words = (
                f"{', '.join(unknown)} known only after the apply: whether it becomes public cannot be told"
            )
            yield KNOWN_AFTER_APPLY.of(change.address, words, source=each.source)
        elif opens:
            yield OPENED_TO_THE_WORLD.of(
                change.address, each.words, severity=each.severity, source=each.source
            )


def _more_open(change: Change) -> bool:
    return any(change.before.get(name) is True and change.after.get(name) is False for name in _BLOCKS)
