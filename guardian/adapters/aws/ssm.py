"""Parameters; their values are never looked at."""

from guardian.adapters.aws.calls import Calls
from guardian.adapters.aws.declare import Found, LiveType, Named


def _parameter(calls: Calls, name: str) -> Found | None:
    # `describe_parameters` would spare the value, but lags behind what was just made.
    answer = calls.ask("get_parameter", absent={"ParameterNotFound"}, Name=name, WithDecryption=False)
    if answer is None:
        return None
    parameter = answer["Parameter"]
    changed = parameter.get("LastModifiedDate")
    return Found(
        object_id=name,
        name=name,
        created_at=changed if parameter.get("Version") == 1 else None,
        changed_at=changed,
    )


TYPES = {"aws_ssm_parameter": LiveType(service="ssm", find=Named(one=_parameter).find)}
