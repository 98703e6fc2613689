"""Parameters."""

from tests.support.readers.case import Case

CASES = {
    "aws_ssm_parameter": Case(
        change=lambda client, it: client("ssm").put_parameter(
            Name=it["name"], Value="two", Type="String", Overwrite=True
        ),
        drifts=frozenset({"value", "version"}),
        delete=lambda client, it: client("ssm").delete_parameter(Name=it["name"]),
    )
}
