"""Aliases of keys; a key itself has no name to look for."""

from collections.abc import Iterator

from guardian.adapters.aws.calls import Calls
from guardian.adapters.aws.declare import Found, LiveType, Named

_PREFIX = "alias/"


def _aliases(calls: Calls, prefix: str) -> Iterator[Found]:
    for each in calls.pages("list_aliases", "Aliases"):
        name: str = each["AliasName"]
        if name.startswith(prefix):
            yield Found(
                object_id=name,
                name=name,
                created_at=each.get("CreationDate"),
                changed_at=each.get("LastUpdatedDate"),
            )


def _alias(calls: Calls, name: str) -> Found | None:
    return next((each for each in _aliases(calls, name) if each.name == name), None)


TYPES = {
    "aws_kms_alias": LiveType(service="kms", find=Named(one=_alias, several=_aliases, default=_PREFIX).find)
}
