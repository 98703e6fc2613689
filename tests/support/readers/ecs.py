"""Containers."""

from tests.support.readers.case import Case

CASES = {
    "aws_ecs_service": Case(
        change=lambda client, it: client("ecs").update_service(
            cluster=it["cluster"], service=it["name"], desiredCount=3
        ),
        drifts=frozenset({"desired_count"}),
        delete=lambda client, it: client("ecs").delete_service(
            cluster=it["cluster"], service=it["name"], force=True
        ),
    ),
    "aws_ecs_cluster": Case(
        change=lambda client, it: client("ecs").update_cluster(
            cluster=it["name"], settings=[{"name": "containerInsights", "value": "disabled"}]
        ),
        drifts=frozenset({"setting"}),
        delete=lambda client, it: client("ecs").delete_cluster(cluster=it["name"]),
    ),
    "aws_ecs_task_definition": Case(
        change=lambda client, it: client("ecs").tag_resource(
            resourceArn=it["arn"], tags=[{"key": "team", "value": "till"}]
        ),
        drifts=frozenset({"tags"}),
        delete=lambda client, it: client("ecs").deregister_task_definition(taskDefinition=it["arn"]),
    ),
}
