"""Functions of Lambda. AWS tells when one was last changed, not when it was made."""

from datetime import datetime

from guardian.adapters.aws.calls import Calls
from guardian.adapters.aws.declare import Found, LiveType, Named


def _function(calls: Calls, name: str) -> Found | None:
    answer = calls.ask("get_function_configuration", absent={"ResourceNotFoundException"}, FunctionName=name)
    if answer is None:
        return None
    changed = datetime.fromisoformat(answer["LastModified"])
    return Found(object_id=name, name=name, changed_at=changed)


TYPES = {
    "aws_lambda_function": LiveType(
        service="lambda", find=Named(one=_function, argument="function_name").find
    )
}
