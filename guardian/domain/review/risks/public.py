"""Buckets, databases, functions and images that become public by a setting of their own."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from guardian.domain.review.change import Change, is_marked, value_at
from guardian.domain.review.risks.codes import KNOWN_AFTER_APPLY, OPENED_TO_THE_WORLD
from guardian.domain.review.risks.facts import RiskFacts
from guardian.domain.review.risks.narrowing import has_wildcard, is_fixed_arn
from guardian.domain.review.risks.ranges import is_world
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
        new_is_mild: Whether what is made open is amber, as much of its kind is meant to be.
    """

    attributes: tuple[str, ...]
    is_open: Callable[[Mapping[str, Any]], bool]
    words: str
    source: str
    severity: Severity = Severity.RED
    narrowing: tuple[str, ...] = ()
    new_is_mild: bool = False


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
    if values.get("principal") != "*":
        return False
    arn = values.get("source_arn")
    return not any(values.get(name) for name in _CALLERS[1:]) and not (arn and is_fixed_arn(str(arn)))


def _anybody_sends(values: Mapping[str, Any]) -> bool:
    if values.get("principal") != "*":
        return False
    demanded = value_at(values, ("condition", 0, "value"))
    return not isinstance(demanded, str) or has_wildcard(demanded)


def _unsigned(attribute: str, method: str) -> Callable[[Mapping[str, Any]], bool]:
    """Tell a way into an API that asks nobody who they are; a browser asks so before its real request."""
    return lambda values: (
        values.get(attribute) == "NONE" and not str(values.get(method) or "").startswith("OPTIONS")
    )


def _open_endpoint(values: Mapping[str, Any]) -> bool:
    if value_at(values, ("vpc_config", 0, "endpoint_public_access")) is not True:
        return False
    ranges = value_at(values, ("vpc_config", 0, "public_access_cidrs"))
    # Where it does not say, it is the whole world.
    listed = [each for each in ranges if isinstance(each, str)] if isinstance(ranges, list) else []
    return is_world(listed) if listed else True


def _lists(name: str, everybody: str) -> Callable[[Mapping[str, Any]], bool]:
    return lambda values: isinstance(values.get(name), list) and everybody in values[name]


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


def _snapshot(source: str) -> Public:
    return Public(
        attributes=("shared_accounts",),
        is_open=_lists("shared_accounts", "all"),
        words="anybody with an AWS account may restore the snapshot",
        source=source,
    )


_ENDPOINTS = f"{_AWS}/vpc/latest/privatelink/configure-endpoint-service.html#add-remove-permissions"
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
    "aws_lambda_layer_version_permission": (
        Public(
            attributes=("principal",),
            narrowing=("organization_id",),
            is_open=lambda values: values.get("principal") == "*" and not values.get("organization_id"),
            words="anybody with an AWS account may use the layer, and read its code",
            source=f"{_AWS}/lambda/latest/dg/permissions-layer-cross-account.html",
        ),
    ),
    "aws_cloudwatch_event_permission": (
        Public(
            attributes=("principal",),
            narrowing=("condition",),
            is_open=_anybody_sends,
            words="anybody with an AWS account may send events to the bus",
            source=f"{_AWS}/eventbridge/latest/userguide/eb-event-bus-perms.html",
        ),
    ),
    "aws_vpc_endpoint_service_allowed_principal": (
        Public(
            attributes=("principal_arn",),
            is_open=_is("principal_arn", "*"),
            words="anybody with an AWS account may ask for an endpoint to the service",
            source=_ENDPOINTS,
        ),
    ),
    "aws_vpc_endpoint_service": (
        Public(
            attributes=("allowed_principals",),
            is_open=_lists("allowed_principals", "*"),
            words="anybody with an AWS account may ask for an endpoint to the service",
            source=_ENDPOINTS,
        ),
    ),
    "aws_api_gateway_method": (
        Public(
            attributes=("authorization",),
            is_open=_unsigned("authorization", "http_method"),
            words="who calls the method need not say who they are (authorization is NONE)",
            source=f"{_AWS}/apigateway/latest/developerguide/apigateway-control-access-to-api.html",
            new_is_mild=True,
        ),
    ),
    "aws_apigatewayv2_route": (
        Public(
            attributes=("authorization_type",),
            is_open=_unsigned("authorization_type", "route_key"),
            words="who calls the route need not say who they are (authorization_type is NONE)",
            source=f"{_AWS}/apigateway/latest/developerguide/http-api-access-control.html",
            new_is_mild=True,
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
    "aws_db_snapshot": (_snapshot(f"{_AWS}/AmazonRDS/latest/UserGuide/USER_ShareSnapshot.html"),),
    "aws_db_cluster_snapshot": (
        _snapshot(f"{_AWS}/AmazonRDS/latest/AuroraUserGuide/aurora-share-snapshot.html"),
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
            mild = each.new_is_mild and not change.before
            severity = Severity.AMBER if mild else each.severity
            yield OPENED_TO_THE_WORLD.of(change.address, each.words, severity=severity, source=each.source)


def _more_open(change: Change) -> bool:
    return any(change.before.get(name) is True and change.after.get(name) is False for name in _BLOCKS)
