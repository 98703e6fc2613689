"""Streams."""

from tests.support.readers.case import Case

CASES = {
    "aws_kinesis_stream": Case(
        change=lambda client, it: client("kinesis").increase_stream_retention_period(
            StreamName=it["name"], RetentionPeriodHours=72
        ),
        drifts=frozenset({"retention_period"}),
        delete=lambda client, it: client("kinesis").delete_stream(
            StreamName=it["name"], EnforceConsumerDeletion=True
        ),
    )
}
