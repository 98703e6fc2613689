"""Certificates."""

from tests.support.readers.case import Case

CASES = {
    "aws_acm_certificate": Case(
        change=lambda client, it: client("acm").add_tags_to_certificate(
            CertificateArn=it["arn"], Tags=[{"Key": "team", "Value": "other"}]
        ),
        drifts=frozenset({"tags"}),
        delete=lambda client, it: client("acm").delete_certificate(CertificateArn=it["arn"]),
    )
}
