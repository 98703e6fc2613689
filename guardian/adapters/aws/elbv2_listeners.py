"""Listeners of load balancers, and their rules."""

from collections.abc import Mapping, Sequence
from typing import Any

from guardian.adapters.aws.declare import LiveType
from guardian.adapters.aws.elbv2_tags import attributes_of, flag, with_tags
from guardian.adapters.aws.read import Asked, Attributes, Read, by, pages
from guardian.domain.fingerprint import PLAIN, Shape

_GONE = {"ListenerNotFound"}
_RECORDED = "(recorded)"
_DEFAULT_PRIORITY = 99999
_PAGES: Mapping[str, Any] = {"told": "NextMarker", "given": "Marker", "PageSize": 400}

# Named as AWS names them, but for the dots.
_SETTINGS = {
    "tcp_idle_timeout_seconds",
    "routing_http_request_x_amzn_mtls_clientcert_header_name",
    "routing_http_request_x_amzn_mtls_clientcert_issuer_header_name",
    "routing_http_request_x_amzn_mtls_clientcert_leaf_header_name",
    "routing_http_request_x_amzn_mtls_clientcert_serial_number_header_name",
    "routing_http_request_x_amzn_mtls_clientcert_subject_header_name",
    "routing_http_request_x_amzn_mtls_clientcert_validity_header_name",
    "routing_http_request_x_amzn_tls_cipher_suite_header_name",
    "routing_http_request_x_amzn_tls_version_header_name",
    "routing_http_response_access_control_allow_credentials_header_value",
    "routing_http_response_access_control_allow_headers_header_value",
    "routing_http_response_access_control_allow_methods_header_value",
    "routing_http_response_access_control_allow_origin_header_value",
    "routing_http_response_access_control_expose_headers_header_value",
    "routing_http_response_access_control_max_age_header_value",
    "routing_http_response_content_security_policy_header_value",
    "routing_http_response_server_enabled",
    "routing_http_response_strict_transport_security_header_value",
    "routing_http_response_x_content_type_options_header_value",
    "routing_http_response_x_frame_options_header_value",
}


def _listeners(asked: Asked, known: Sequence[Attributes]) -> dict[str, dict[str, Any]]:
    def of(balancer: str) -> list[Any] | None:
        # There is no list of all listeners.
        absent = {"LoadBalancerNotFound"}
        return pages(
            asked, "describe_listeners", "Listeners", absent=absent, **_PAGES, LoadBalancerArn=balancer
        )

    found = asked.many(of, sorted({str(each["load_balancer_arn"]) for each in known}))
    items = {each["ListenerArn"]: each for listeners in found for each in listeners or ()}
    return _known(asked, known, items, "default_action")


def _rules(asked: Asked, known: Sequence[Attributes]) -> dict[str, dict[str, Any]]:
    def of(listener: str) -> list[Any] | None:
        return pages(asked, "describe_rules", "Rules", absent=_GONE, **_PAGES, ListenerArn=listener)

    found = asked.many(of, sorted({str(each["listener_arn"]) for each in known}))
    items = {each["RuleArn"]: each for rules in found for each in rules or ()}
    return _known(asked, known, items, "action")


def _known(
    asked: Asked, known: Sequence[Attributes], items: Mapping[str, Mapping[str, Any]], actions: str
) -> dict[str, dict[str, Any]]:
    """Return what is known of the items, with tags and with the recorded actions."""
    recorded = {str(each["arn"]): each.get(actions) or () for each in known}
    found = with_tags(asked, {arn: item for arn, item in items.items() if arn in recorded})
    return {arn: {**item, _RECORDED: recorded[arn]} for arn, item in found.items()}


def _listener(item: Mapping[str, Any]) -> Attributes:
    certificates, alpn = item.get("Certificates") or [], item.get("AlpnPolicy") or []
    return {
        "arn": item["ListenerArn"],
        "load_balancer_arn": item["LoadBalancerArn"],
        "port": item.get("Port"),
        "protocol": item.get("Protocol"),
        "ssl_policy": item.get("SslPolicy"),
        "default_action": _actions(item["DefaultActions"], item[_RECORDED]),
        "mutual_authentication": _mutual(item.get("MutualAuthentication")),
        "tags": item["Tags"],
        # Where there are none, the provider keeps what was written.
        **({"certificate_arn": certificates[0]["CertificateArn"]} if len(certificates) == 1 else {}),
        **({"alpn_policy": alpn[0]} if len(alpn) == 1 else {}),
    }


def _mutual(found: Mapping[str, Any] | None) -> list[Attributes]:
    if found is None:
        return []
    if found.get("Mode") == "off":
        return [{"mode": "off"}]
    return [
        {
            "advertise_trust_store_ca_names": found.get("AdvertiseTrustStoreCaNames"),
            "ignore_client_certificate_expiry": found.get("IgnoreClientCertificateExpiry"),
            "mode": found.get("Mode"),
            "trust_store_arn": found.get("TrustStoreArn"),
        }
    ]


def _settings(asked: Asked, item: Mapping[str, Any], _: Attributes) -> Attributes:
    # Source: https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_ListenerAttribute.html
    if item.get("Protocol") == "TLS":
        return {}
    answer = asked.need("describe_listener_attributes", gone=_GONE, ListenerArn=item["ListenerArn"])
    found = {name.replace(".", "_"): value for name, value in attributes_of(answer).items()}
    return {name: _setting(name, value) for name, value in found.items() if name in _SETTINGS}


def _setting(name: str, value: str) -> Any:
    if name.endswith("_enabled"):
        return flag(value)
    return int(value or 0) if name.endswith("_seconds") else value


def _rule(item: Mapping[str, Any]) -> Attributes:
    arn, priority = item["RuleArn"], item["Priority"]
    return {
        "arn": arn,
        "listener_arn": arn.rpartition("/")[0].replace(":listener-rule/", ":listener/"),
        "priority": _DEFAULT_PRIORITY if priority == "default" else int(priority),
        "action": _actions(item["Actions"], item[_RECORDED]),
        "condition": [_condition(each) for each in item["Conditions"]],
        "tags": item["Tags"],
    }


def _condition(found: Mapping[str, Any]) -> Attributes:
    match found["Field"]:
        case "http-header":
            header = found["HttpHeaderConfig"]
            block = {"http_header_name": header["HttpHeaderName"], "values": header["Values"]}
            return {"http_header": [block]}
        case "query-string":
            pairs = found["QueryStringConfig"]["Values"]
            return {"query_string": [{"key": each.get("Key"), "value": each["Value"]} for each in pairs]}
        case _:
            field = str(found["Field"])
            config = "".join(part.capitalize() for part in field.split("-")) + "Config"
            return {field.replace("-", "_"): [{"values": found[config]["Values"]}]}


def _actions(actions: Sequence[Mapping[str, Any]], recorded: Sequence[Attributes]) -> list[Attributes]:
    ordered = sorted(actions, key=lambda each: each.get("Order") or 0)
    return [
        _action(each, recorded[index] if index < len(recorded) else None)
        for index, each in enumerate(ordered)
    ]


def _action(found: Mapping[str, Any], recorded: Attributes | None) -> Attributes:
    block = {"type": found["Type"], "order": found.get("Order")}
    match found["Type"]:
        case "forward":
            return {**block, **_forward(found, recorded)}
        case "redirect":
            return {**block, "redirect": [_snake(found["RedirectConfig"])]}
        case "fixed-response":
            return {**block, "fixed_response": [_snake(found["FixedResponseConfig"])]}
        case "authenticate-cognito":
            return {**block, "authenticate_cognito": [_snake(found["AuthenticateCognitoConfig"])]}
        case "authenticate-oidc":
            # AWS never tells the secret.
            secret = ((recorded or {}).get("authenticate_oidc") or [{}])[0].get("client_secret")
            config = _snake(found["AuthenticateOidcConfig"])
            return {**block, "authenticate_oidc": [{**config, "client_secret": secret}]}
        case _:
            return block


def _forward(found: Mapping[str, Any], recorded: Attributes | None) -> Attributes:
    """Return one group's ARN or the list with weights: AWS tells both, the provider the one in use."""
    if recorded is None:
        return {}
    block: dict[str, Any] = {}
    if recorded.get("forward"):
        config = found.get("ForwardConfig") or {}
        sticky = config.get("TargetGroupStickinessConfig")
        block["forward"] = [
            {
                "target_group": [
                    {"arn": each["TargetGroupArn"], "weight": each.get("Weight")}
                    for each in config.get("TargetGroups") or ()
                ],
                "stickiness": []
                if sticky is None
                else [{"enabled": sticky.get("Enabled"), "duration": sticky.get("DurationSeconds")}],
            }
        ]
    if recorded.get("target_group_arn") or not block:
        block["target_group_arn"] = found.get("TargetGroupArn")
    return block


def _snake(config: Mapping[str, Any]) -> dict[str, Any]:
    """Return a configuration by the provider's names, which are AWS's in another writing."""
    return {
        "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name).lstrip("_"): value
        for name, value in config.items()
        if name != "UseExistingClientSecret"
    }


def _shape(actions: str) -> Shape:
    params = "authentication_request_extra_params"
    return Shape(
        maps=PLAIN.maps
        | {f"{actions}.authenticate_cognito.{params}", f"{actions}.authenticate_oidc.{params}"}
    )


TYPES = {
    "aws_lb_listener": LiveType(
        service="elbv2",
        read=Read(
            calls={"describe_listeners", "describe_tags", "describe_listener_attributes"},
            listed=_listeners,
            key=by("arn"),
            bulk=_listener,
            detail=_settings,
            detailed=_SETTINGS,
            shape=_shape("default_action"),
        ),
    ),
    "aws_lb_listener_rule": LiveType(
        service="elbv2",
        read=Read(
            calls={"describe_rules", "describe_tags"},
            listed=_rules,
            key=by("arn"),
            bulk=_rule,
            shape=_shape("action"),
        ),
    ),
}
