"""HTTP and WebSocket APIs, with the stages, routes and integrations of the known ones."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from guardian.adapters.aws.declare import LiveType
from guardian.adapters.aws.read import Asked, Attributes, Identity, Read, block, own_tags, pages
from guardian.domain.fingerprint import Shape

_ABSENT = frozenset({"NotFoundException"})


def _api(item: Mapping[str, Any]) -> Attributes:
    return {
        "name": item["Name"],
        "protocol_type": item["ProtocolType"],
        "description": item.get("Description"),
        "version": item.get("Version"),
        "api_endpoint": item["ApiEndpoint"],
        "api_key_selection_expression": item.get("ApiKeySelectionExpression"),
        "route_selection_expression": item["RouteSelectionExpression"],
        "disable_execute_api_endpoint": item.get("DisableExecuteApiEndpoint"),
        "cors_configuration": [
            {
                "allow_credentials": each.get("AllowCredentials"),
                "allow_headers": each.get("AllowHeaders"),
                "allow_methods": each.get("AllowMethods"),
                "allow_origins": each.get("AllowOrigins"),
                "expose_headers": each.get("ExposeHeaders"),
                "max_age": each.get("MaxAge"),
            }
            for each in block(item.get("CorsConfiguration"))
        ],
        "tags": own_tags(item.get("Tags")),
    }


def _of_api(operation: str, member: str) -> Callable[[Asked, Sequence[Attributes]], dict[str, Any]]:
    """Return the list of what belongs to each known API, by the member that tells them apart."""

    def listed(asked: Asked, known: Sequence[Attributes]) -> dict[str, Any]:
        def ask(api: str) -> dict[str, Any]:
            found = pages(asked, operation, "Items", absent=_ABSENT, ApiId=api)
            return {f"{api}|{each[member]}": each for each in found or ()}

        apis = sorted({str(each.get("api_id")) for each in known})
        return {key: each for found in asked.many(ask, apis) for key, each in found.items()}

    return listed


def _key(recorded: Attributes) -> str:
    return f"{recorded.get('api_id')}|{recorded.get('id')}"


def _stage(item: Mapping[str, Any]) -> Attributes:
    return {
        "name": item["StageName"],
        "description": item.get("Description"),
        "auto_deploy": item.get("AutoDeploy"),
        "client_certificate_id": item.get("ClientCertificateId"),
        # Whatever is changed of an API is a new deployment of a stage that deploys by itself.
        **({} if item.get("AutoDeploy") else {"deployment_id": item.get("DeploymentId")}),
        "access_log_settings": [
            {"destination_arn": each.get("DestinationArn"), "format": each.get("Format")}
            for each in block(item.get("AccessLogSettings"))
        ],
        "default_route_settings": [_settings(each) for each in block(item.get("DefaultRouteSettings"))],
        "route_settings": [
            {"route_key": key, **_settings(each)} for key, each in (item.get("RouteSettings") or {}).items()
        ],
        "stage_variables": item.get("StageVariables"),
        "tags": own_tags(item.get("Tags")),
    }


def _settings(item: Mapping[str, Any]) -> Attributes:
    return {
        "data_trace_enabled": item.get("DataTraceEnabled"),
        "detailed_metrics_enabled": item.get("DetailedMetricsEnabled"),
        "logging_level": item.get("LoggingLevel"),
        "throttling_burst_limit": item.get("ThrottlingBurstLimit"),
        "throttling_rate_limit": item.get("ThrottlingRateLimit"),
    }


def _route(item: Mapping[str, Any]) -> Attributes:
    return {
        "route_key": item["RouteKey"],
        "target": item.get("Target"),
        "api_key_required": item.get("ApiKeyRequired"),
        "authorization_type": item.get("AuthorizationType"),
        "authorization_scopes": item.get("AuthorizationScopes"),
        "authorizer_id": item.get("AuthorizerId"),
        "model_selection_expression": item.get("ModelSelectionExpression"),
        "operation_name": item.get("OperationName"),
        "request_models": item.get("RequestModels"),
        "request_parameter": [
            {"request_parameter_key": key, "required": each.get("Required")}
            for key, each in (item.get("RequestParameters") or {}).items()
        ],
        "route_response_selection_expression": item.get("RouteResponseSelectionExpression"),
    }


def _integration(item: Mapping[str, Any]) -> Attributes:
    return {
        "integration_type": item["IntegrationType"],
        "integration_subtype": item.get("IntegrationSubtype"),
        "integration_method": item.get("IntegrationMethod"),
        "integration_uri": item.get("IntegrationUri"),
        "integration_response_selection_expression": item.get("IntegrationResponseSelectionExpression"),
        "connection_id": item.get("ConnectionId"),
        "connection_type": item.get("ConnectionType"),
        "content_handling_strategy": item.get("ContentHandlingStrategy"),
        "credentials_arn": item.get("CredentialsArn"),
        "description": item.get("Description"),
        "passthrough_behavior": item.get("PassthroughBehavior"),
        "payload_format_version": item.get("PayloadFormatVersion"),
        "request_parameters": item.get("RequestParameters"),
        "request_templates": item.get("RequestTemplates"),
        "response_parameters": [
            {"status_code": code, "mappings": each}
            for code, each in (item.get("ResponseParameters") or {}).items()
            if each
        ],
        "template_selection_expression": item.get("TemplateSelectionExpression"),
        "timeout_milliseconds": item.get("TimeoutInMillis"),
        "tls_config": [
            {"server_name_to_verify": each.get("ServerNameToVerify")} for each in block(item.get("TlsConfig"))
        ],
    }


TYPES: Mapping[str, LiveType] = {
    "aws_apigatewayv2_api": LiveType(
        service="apigatewayv2",
        read=Read(
            calls={"get_apis"},
            listed=lambda asked, _: {each["ApiId"]: each for each in asked.every("get_apis", "Items")},
            bulk=_api,
            identity=lambda item: Identity(name=item["Name"], tags=own_tags(item.get("Tags"))),
        ),
    ),
    "aws_apigatewayv2_stage": LiveType(
        service="apigatewayv2",
        read=Read(
            calls={"get_stages"},
            listed=_of_api("get_stages", "StageName"),
            key=_key,
            bulk=_stage,
            shape=Shape(maps=frozenset({"tags", "tags_all", "stage_variables"})),
        ),
    ),
    "aws_apigatewayv2_route": LiveType(
        service="apigatewayv2",
        read=Read(
            calls={"get_routes"},
            listed=_of_api("get_routes", "RouteId"),
            key=_key,
            bulk=_route,
            shape=Shape(maps=frozenset({"request_models"})),
        ),
    ),
    "aws_apigatewayv2_integration": LiveType(
        service="apigatewayv2",
        read=Read(
            calls={"get_integrations"},
            listed=_of_api("get_integrations", "IntegrationId"),
            key=_key,
            bulk=_integration,
            shape=Shape(
                maps=frozenset({"request_parameters", "request_templates", "response_parameters.mappings"})
            ),
        ),
    ),
}
