"""Finding which attributes of two objects differ."""

from collections.abc import Mapping
from typing import Any, Protocol

from guardian.domain.difference import PathChange


class Differ(Protocol):
    """Compares two attribute maps."""

    def paths(self, before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[PathChange, ...]:
        """Return the differing paths, sorted, values unmasked: the domain masks them."""
        ...
