"""Distributions. Their list tells nearly all; what follows from a change (etag, status) is left out."""

from collections.abc import Mapping
from typing import Any

from guardian.adapters.aws.declare import LiveType
from guardian.adapters.aws.read import Asked, Attributes, Identity, Read, block, tags_of
from guardian.domain.fingerprint import Shape

_GONE = frozenset({"NoSuchDistribution", "NoSuchResource"})
_AT_ONCE = "100"


def _listed(asked: Asked, _: Any) -> dict[str, Any]:
    found: dict[str, Any] = {}
    following: dict[str, str] = {}
    while True:
        answer = asked.need("list_distributions", gone=(), MaxItems=_AT_ONCE, **following)
        page = answer["DistributionList"]
        # An empty list is left out.
        found |= {each["Id"]: each for each in (page["Items"] if page["Quantity"] else ())}
        if not page["IsTruncated"]:
            return found
        following = {"Marker": page["NextMarker"]}


def _items(quantity: Mapping[str, Any] | None) -> list[Any]:
    """Return the items of one of the service's lists, which are left out when there are none."""
    return list((quantity or {}).get("Items") or ())


def _bulk(item: Mapping[str, Any]) -> Attributes:
    return {
        "arn": item["ARN"],
        "domain_name": item["DomainName"],
        "aliases": _items(item.get("Aliases")),
        "comment": item.get("Comment"),
        "enabled": item["Enabled"],
        # The list may tell it in capitals.
        "http_version": item["HttpVersion"].lower(),
        "is_ipv6_enabled": item.get("IsIPV6Enabled"),
        "price_class": item["PriceClass"],
        "web_acl_id": item.get("WebACLId"),
        "origin": [_origin(each) for each in _items(item["Origins"])],
        "origin_group": [_origin_group(each) for each in _items(item.get("OriginGroups"))],
        "default_cache_behavior": [_behavior(item["DefaultCacheBehavior"])],
        "ordered_cache_behavior": [
            {"path_pattern": each["PathPattern"], **_behavior(each)}
            for each in _items(item.get("CacheBehaviors"))
        ],
        "custom_error_response": [
            {
                "error_code": each["ErrorCode"],
                "error_caching_min_ttl": each.get("ErrorCachingMinTTL"),
                "response_code": int(each.get("ResponseCode") or 0),
                "response_page_path": each.get("ResponsePagePath"),
            }
            for each in _items(item.get("CustomErrorResponses"))
        ],
        "restrictions": [
            {
                "geo_restriction": [
                    {"restriction_type": each["RestrictionType"], "locations": _items(each)}
                    for each in block(item["Restrictions"].get("GeoRestriction"))
                ]
            }
        ],
        "viewer_certificate": [_certificate(each) for each in block(item.get("ViewerCertificate"))],
    }


def _origin(item: Mapping[str, Any]) -> Attributes:
    shield, identity = item.get("OriginShield") or {}, item.get("S3OriginConfig") or {}
    return {
        "domain_name": item["DomainName"],
        "origin_id": item["Id"],
        "origin_path": item.get("OriginPath"),
        "connection_attempts": item.get("ConnectionAttempts"),
        "connection_timeout": item.get("ConnectionTimeout"),
        "origin_access_control_id": item.get("OriginAccessControlId"),
        "custom_header": [
            {"name": each["HeaderName"], "value": each["HeaderValue"]}
            for each in _items(item.get("CustomHeaders"))
        ],
        "custom_origin_config": [
            {
                "http_port": each["HTTPPort"],
                "https_port": each["HTTPSPort"],
                "origin_keepalive_timeout": each.get("OriginKeepaliveTimeout"),
                "origin_protocol_policy": each["OriginProtocolPolicy"],
                "origin_read_timeout": each.get("OriginReadTimeout"),
                "origin_ssl_protocols": _items(each.get("OriginSslProtocols")),
            }
            for each in block(item.get("CustomOriginConfig"))
        ],
        "origin_shield": [
            {"enabled": True, "origin_shield_region": each}
            for each in block(shield.get("OriginShieldRegion"))
        ]
        if shield.get("Enabled")
        else [],
        "s3_origin_config": [
            {"origin_access_identity": each} for each in block(identity.get("OriginAccessIdentity") or None)
        ],
        "vpc_origin_config": [
            {
                "vpc_origin_id": each["VpcOriginId"],
                "origin_keepalive_timeout": each.get("OriginKeepaliveTimeout"),
                "origin_read_timeout": each.get("OriginReadTimeout"),
            }
            for each in block(item.get("VpcOriginConfig"))
        ],
    }


def _origin_group(item: Mapping[str, Any]) -> Attributes:
    return {
        "origin_id": item["Id"],
        "failover_criteria": [{"status_codes": _items(item["FailoverCriteria"]["StatusCodes"])}],
        "member": [{"origin_id": each["OriginId"]} for each in _items(item["Members"])],
    }


def _behavior(item: Mapping[str, Any]) -> dict[str, Any]:
    methods = item.get("AllowedMethods") or {}
    return {
        "target_origin_id": item["TargetOriginId"],
        "viewer_protocol_policy": item["ViewerProtocolPolicy"],
        "allowed_methods": _items(methods),
        "cached_methods": _items(methods.get("CachedMethods")),
        "cache_policy_id": item.get("CachePolicyId"),
        "origin_request_policy_id": item.get("OriginRequestPolicyId"),
        "response_headers_policy_id": item.get("ResponseHeadersPolicyId"),
        "realtime_log_config_arn": item.get("RealtimeLogConfigArn"),
        "field_level_encryption_id": item.get("FieldLevelEncryptionId"),
        "compress": item.get("Compress"),
        "smooth_streaming": item.get("SmoothStreaming"),
        "min_ttl": item.get("MinTTL"),
        "default_ttl": item.get("DefaultTTL"),
        "max_ttl": item.get("MaxTTL"),
        "trusted_key_groups": _items(item.get("TrustedKeyGroups")),
        "trusted_signers": _items(item.get("TrustedSigners")),
        "forwarded_values": [_forwarded(each) for each in block(item.get("ForwardedValues"))],
        "function_association": [
            {"event_type": each["EventType"], "function_arn": each["FunctionARN"]}
            for each in _items(item.get("FunctionAssociations"))
        ],
        "lambda_function_association": [
            {
                "event_type": each["EventType"],
                "lambda_arn": each["LambdaFunctionARN"],
                "include_body": each.get("IncludeBody"),
            }
            for each in _items(item.get("LambdaFunctionAssociations"))
        ],
        "grpc_config": [{"enabled": each["Enabled"]} for each in block(item.get("GrpcConfig"))],
    }


def _forwarded(item: Mapping[str, Any]) -> Attributes:
    return {
        "query_string": item["QueryString"],
        "query_string_cache_keys": _items(item.get("QueryStringCacheKeys")),
        "headers": _items(item.get("Headers")),
        "cookies": [
            {"forward": each["Forward"], "whitelisted_names": _items(each.get("WhitelistedNames"))}
            for each in block(item.get("Cookies"))
        ],
    }


def _certificate(item: Mapping[str, Any]) -> Attributes:
    own = "IAMCertificateId" in item or "ACMCertificateArn" in item
    return {
        "iam_certificate_id": item.get("IAMCertificateId"),
        "acm_certificate_arn": item.get("ACMCertificateArn"),
        "cloudfront_default_certificate": item.get("CloudFrontDefaultCertificate"),
        "minimum_protocol_version": item.get("MinimumProtocolVersion"),
        # Of CloudFront's own certificate the provider does not write it.
        "ssl_support_method": item.get("SSLSupportMethod") if own else None,
    }


def _detail(asked: Asked, item: Mapping[str, Any], _: Attributes) -> Attributes:
    distribution = asked.need("get_distribution", gone=_GONE, Id=item["Id"])["Distribution"]
    tags = asked.need("list_tags_for_resource", gone=_GONE, Resource=item["ARN"])["Tags"]
    config = distribution["DistributionConfig"]
    logging = config.get("Logging") or {}
    return {
        "caller_reference": config["CallerReference"],
        "default_root_object": config.get("DefaultRootObject"),
        "continuous_deployment_policy_id": config.get("ContinuousDeploymentPolicyId"),
        "staging": config.get("Staging"),
        "logging_config": [
            {
                "bucket": logging["Bucket"],
                "include_cookies": logging["IncludeCookies"],
                "prefix": logging["Prefix"],
            }
        ]
        if logging.get("Enabled")
        else [],
        "tags": tags_of(_items(tags)),
    }


TYPES: Mapping[str, LiveType] = {
    "aws_cloudfront_distribution": LiveType(
        service="cloudfront",
        read=Read(
            calls={"list_distributions", "get_distribution", "list_tags_for_resource"},
            listed=_listed,
            bulk=_bulk,
            detail=_detail,
            detailed={
                "caller_reference",
                "continuous_deployment_policy_id",
                "default_root_object",
                "logging_config",
                "staging",
                "tags",
            },
            shape=Shape(ordered=frozenset({"ordered_cache_behavior", "origin_group.member"})),
            identity=lambda _: Identity(),
            region="us-east-1",
        ),
    )
}
