"""Log groups."""

from tests.support.readers.case import Case

CASES = {
    "aws_cloudwatch_log_group": Case(
        change=lambda client, it: client("logs").put_retention_policy(
            logGroupName=it["name"], retentionInDays=7
        ),
        drifts=frozenset({"retention_in_days"}),
        delete=lambda client, it: client("logs").delete_log_group(logGroupName=it["name"]),
    )
}
