"""What making again gives of interfaces, events and what is watched."""

from guardian.domain.review.undo.rule import AWS, UndoRule, anew, same

_APIS = (
    anew("aws_apigatewayv2_api", "id arn api_endpoint"),
    same("aws_apigatewayv2_stage", "api_id name"),
    anew("aws_apigatewayv2_route", "id"),
    anew("aws_apigatewayv2_integration", "id"),
    anew("aws_apigatewayv2_authorizer", "id"),
    anew("aws_apigatewayv2_deployment", "id"),
    anew("aws_apigatewayv2_api_mapping", "id"),
    anew("aws_apigatewayv2_vpc_link", "id arn"),
    anew("aws_api_gateway_rest_api", "id root_resource_id execution_arn"),
    anew("aws_api_gateway_resource", "id"),
    anew("aws_api_gateway_deployment", "id"),
    anew("aws_api_gateway_authorizer", "id"),
    anew("aws_api_gateway_api_key", "id value"),
    anew("aws_api_gateway_usage_plan", "id arn"),
    same("aws_api_gateway_stage", "rest_api_id stage_name"),
    same("aws_api_gateway_method", "rest_api_id resource_id http_method"),
    same("aws_api_gateway_integration", "rest_api_id resource_id http_method"),
    same("aws_api_gateway_method_response", "rest_api_id resource_id http_method status_code"),
    same("aws_api_gateway_integration_response", "rest_api_id resource_id http_method status_code"),
    same("aws_api_gateway_base_path_mapping", "domain_name base_path"),
)

_EDGE = (
    anew("aws_cloudfront_distribution", "id arn domain_name"),
    anew("aws_cloudfront_origin_access_control", "id"),
    anew("aws_cloudfront_origin_access_identity", "id iam_arn"),
    anew("aws_cloudfront_cache_policy", "id"),
    anew("aws_cloudfront_origin_request_policy", "id"),
    anew("aws_cloudfront_response_headers_policy", "id"),
    anew("aws_cloudfront_key_group", "id"),
    anew("aws_cloudfront_public_key", "id"),
    same("aws_cloudfront_function", "name"),
)

_EVENTS = (
    same("aws_cloudwatch_event_bus", "name"),
    same("aws_cloudwatch_event_rule", "event_bus_name name"),
    same("aws_cloudwatch_event_target", "event_bus_name rule target_id"),
    same("aws_cloudwatch_event_permission", "event_bus_name statement_id"),
    anew("aws_cloudwatch_event_connection", "arn"),
    anew("aws_cloudwatch_event_api_destination", "arn"),
    anew(
        "aws_cloudwatch_event_archive",
        "",
        f"{AWS}/eventbridge/latest/APIReference/API_DeleteArchive.html",
        gone=("its events",),
    ),
    same("aws_scheduler_schedule", "group_name name"),
    anew("aws_sns_topic", "", f"{AWS}/sns/latest/api/API_DeleteTopic.html", gone=("all its subscriptions",)),
    same("aws_sns_topic_policy", "arn"),
    anew("aws_sns_topic_subscription", "arn", gone=("its confirmation",)),
)

_WATCH = (
    anew("aws_grafana_workspace", "id arn endpoint"),
    same("aws_cloudwatch_metric_alarm", "alarm_name"),
    same("aws_cloudwatch_composite_alarm", "alarm_name"),
    same("aws_cloudwatch_dashboard", "dashboard_name"),
)

DELIVERY: tuple[UndoRule, ...] = (*_APIS, *_EDGE, *_EVENTS, *_WATCH)
