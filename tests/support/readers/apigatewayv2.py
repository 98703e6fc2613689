"""APIs, their stages, routes and integrations."""

from collections.abc import Mapping
from typing import Any

from tests.support.readers.case import Case, Client


def _make_stage_anew(client: Client, it: Mapping[str, Any]) -> None:
    # moto does not update stages.
    api = client("apigatewayv2")
    stage = api.get_stage(ApiId=it["api_id"], StageName=it["name"])
    api.delete_stage(ApiId=it["api_id"], StageName=it["name"])
    kept = stage.keys() - {"ResponseMetadata", "CreatedDate", "LastUpdatedDate", "StageVariables"}
    api.create_stage(
        ApiId=it["api_id"], StageVariables={"table": "others"}, **{name: stage[name] for name in kept}
    )


CASES = {
    "aws_apigatewayv2_stage": Case(
        change=_make_stage_anew,
        drifts=frozenset({"stage_variables"}),
        delete=lambda client, it: client("apigatewayv2").delete_stage(
            ApiId=it["api_id"], StageName=it["name"]
        ),
    ),
    "aws_apigatewayv2_route": Case(
        change=lambda client, it: client("apigatewayv2").update_route(
            ApiId=it["api_id"], RouteId=it["id"], AuthorizationScopes=["orders:read"]
        ),
        drifts=frozenset({"authorization_scopes"}),
        delete=lambda client, it: client("apigatewayv2").delete_route(ApiId=it["api_id"], RouteId=it["id"]),
    ),
    "aws_apigatewayv2_integration": Case(
        change=lambda client, it: client("apigatewayv2").update_integration(
            ApiId=it["api_id"], IntegrationId=it["id"], TimeoutInMillis=7000
        ),
        drifts=frozenset({"timeout_milliseconds"}),
        delete=lambda client, it: client("apigatewayv2").delete_integration(
            ApiId=it["api_id"], IntegrationId=it["id"]
        ),
    ),
    "aws_apigatewayv2_api": Case(
        change=lambda client, it: client("apigatewayv2").update_api(ApiId=it["id"], Description="other"),
        drifts=frozenset({"description"}),
        delete=lambda client, it: client("apigatewayv2").delete_api(ApiId=it["id"]),
    ),
}
