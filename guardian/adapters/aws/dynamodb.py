"""Tables."""

from guardian.adapters.aws.calls import Calls
from guardian.adapters.aws.declare import Found, LiveType, Named


def _table(calls: Calls, name: str) -> Found | None:
    answer = calls.ask("describe_table", absent={"ResourceNotFoundException"}, TableName=name)
    if answer is None:
        return None
    table = answer["Table"]
    return Found(
        object_id=name,
        name=name,
        created_at=table.get("CreationDateTime"),
        doubt="it is being deleted" if table.get("TableStatus") == "DELETING" else "",
    )


TYPES = {"aws_dynamodb_table": LiveType(service="dynamodb", find=Named(one=_table).find)}
