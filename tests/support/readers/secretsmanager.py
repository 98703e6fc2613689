"""Secrets."""

from tests.support.readers.case import Case

CASES = {
    "aws_secretsmanager_secret": Case(
        change=lambda client, it: client("secretsmanager").update_secret(
            SecretId=it["arn"], Description="opens all"
        ),
        drifts=frozenset({"description"}),
        # Only scheduled, as anybody would: the secret can still be described.
        delete=lambda client, it: client("secretsmanager").delete_secret(SecretId=it["arn"]),
    )
}
