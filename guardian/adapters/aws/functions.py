"""Functions of Lambda. AWS tells when one was last changed, not when it was made."""

from datetime import datetime

from guardian.adapters.aws.calls import Calls
from guardian.adapters.aws.declare import Found, LiveType, Named
from guardian.adapters.aws.event_sources import EVENT_SOURCE_MAPPING
from guardian.adapters.aws.functions_read import ALIAS, FUNCTION, LAYER, PERMISSION


def _function(calls: Calls, name: str) -> Found | None:
    answer = calls.ask("get_function_configuration", absent={"ResourceNotFoundException"}, FunctionName=name)
    if answer is None:
        return None
    changed = datetime.fromisoformat(answer["LastModified"])
    return Found(object_id=name, name=name, changed_at=changed)


TYPES = {
    "aws_lambda_function": LiveType(
        service="lambda",
        find=Named(one=_function, argument="function_name").find,
        asks={"get_function_configuration"},
        read=FUNCTION,
    ),
    "aws_lambda_alias": LiveType(service="lambda", read=ALIAS),
    "aws_lambda_permission": LiveType(service="lambda", read=PERMISSION),
    "aws_lambda_event_source_mapping": LiveType(service="lambda", read=EVENT_SOURCE_MAPPING),
    "aws_lambda_layer_version": LiveType(service="lambda", read=LAYER),
}
