"""Attribute differences by deepdiff."""

from collections.abc import Mapping
from typing import Any

from guardian.domain.difference import PathChange
from guardian.domain.state import State


class DeepDiffer:
    """Implements `ports.differ.Differ`. deepdiff takes 0.3 s to import: it is, on first use."""

    def paths(self, before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[PathChange, ...]:
        """See the port."""
        from deepdiff import DeepDiff

        tree = DeepDiff(dict(before), dict(after), view="tree", threshold_to_diff_deeper=0)
        changes = [
            PathChange(
                path=tuple(level.path(output_format="list")),
                before=_shown(level.t1),
                after=_shown(level.t2),
            )
            for levels in tree.values()
            for level in levels
        ]
        return tuple(sorted(changes, key=lambda each: [str(step) for step in each.path]))

    def narrow(self, before: bytes, after: bytes) -> tuple[State, State]:
        """See the port."""
        from guardian.adapters.differ.narrow import narrow

        return narrow(before, after)


def _shown(value: Any) -> Any:
    """Turn deepdiff's marker for "nothing there" into None."""
    return None if type(value).__name__ == "NotPresent" else value
