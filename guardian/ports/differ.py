"""Finding which instances of two states, and which attributes of two objects, differ."""

from collections.abc import Mapping
from typing import Any, Protocol

from guardian.domain.difference import PathChange
from guardian.domain.state import State


class Differ(Protocol):
    """Compares states and attribute maps."""

    def narrow(self, before: bytes, after: bytes) -> tuple[State, State]:
        """Return both states without the instances that are spelled alike in both: those cannot differ.

        Raises:
            WrongStateError: One of them is no state.
        """
        ...

    def paths(self, before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[PathChange, ...]:
        """Return the differing paths, sorted, values unmasked: the domain masks them."""
        ...
