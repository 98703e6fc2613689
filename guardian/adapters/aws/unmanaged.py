"""Which listed objects belong to a project although no state knows them: by tag or by name."""

from collections.abc import Collection, Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any

from guardian.adapters.aws.read import Identity, Read
from guardian.domain.drift_rules import Scope
from guardian.domain.live import Unmanaged


class Whose:
    """Tells the unknown objects of one type that are in scope.

    Args:
        resource_type: For instance `aws_s3_bucket`.
        region: Where they were listed.
        read: The type's declaration.
        scope: What counts as the project's own.

    Attributes:
        not_listed: By the type, why its unmanaged objects cannot be told; empty where they can.
    """

    def __init__(self, resource_type: str, region: str, read: Read, scope: Scope) -> None:
        self._type, self._region = resource_type, region
        self._identity, self._scope = read.identity, scope
        self.not_listed: dict[str, str] = {}
        if scope.is_set and read.identity is None:
            self.not_listed[resource_type] = "it is read by what the state knows; nothing lists the rest"

    def unknown(self, items: Mapping[str, Any], known: Collection[str]) -> Iterator[Unmanaged]:
        """Yield the objects in scope whose key is not known."""
        if self._identity is None or not self._scope.is_set:
            return
        for key, item in items.items():
            identity = self._identity(item)
            by = "" if key in known or identity.own else self._by(identity)
            if by:
                yield Unmanaged(
                    resource_type=self._type, object_id=key, name=identity.name, by=by, region=self._region
                )

    def _by(self, identity: Identity) -> str:
        for pattern in self._scope.names:
            if identity.name and fnmatchcase(identity.name, pattern):
                return f"its name fits {pattern}"
        if not self._scope.tags:
            return ""
        if identity.tags is None:
            self.not_listed[self._type] = "its list does not tell the tags"
            return ""
        if all(identity.tags.get(name) == value for name, value in self._scope.tags.items()):
            return "its tags"
        return ""
