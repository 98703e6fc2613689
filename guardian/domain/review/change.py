"""One change of a plan with its values, as `terraform show -json` tells it. The values are secret."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from guardian.domain.address import resource_of
from guardian.domain.plan import DESTRUCTIVE, Action, PlannedChange
from guardian.domain.redaction import Path

EMPTY: Mapping[str, Any] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One planned change of one object.

    Attributes:
        intent: Address, type, action and reason.
        name: The resource's name, without module and key.
        module: The module's address, or empty for the root module.
        provider: Source address of the provider, `registry.terraform.io/hashicorp/aws`.
        before: Attributes as they are; empty for what does not exist.
        after: Attributes as they will be, without those known only after the apply; empty for what goes.
        unknown: `after_unknown`: True, or a tree of it, where the value is known only after the apply.
        sensitive_before, sensitive_after: True, or a tree of it, where a value is marked.
        replace_paths: Attributes that force a replacement.
        create_before_destroy: Of a replacement, whether the new object is made first.
        import_id: What is imported, or empty.
        key: The instance's key: text for `for_each`, number for `count`, None for neither.
    """

    intent: PlannedChange
    name: str
    module: str
    provider: str
    before: Mapping[str, Any] = field(default_factory=dict)
    after: Mapping[str, Any] = field(default_factory=dict)
    unknown: Any = False
    sensitive_before: Any = False
    sensitive_after: Any = False
    replace_paths: tuple[Path, ...] = ()
    create_before_destroy: bool = False
    import_id: str = ""
    key: str | int | None = None

    @property
    def address(self) -> str:
        """Of the instance."""
        return self.intent.address

    @property
    def resource_type(self) -> str:
        """For instance `aws_s3_bucket`."""
        return self.intent.resource_type

    @property
    def action(self) -> Action:
        """What is done."""
        return self.intent.action

    @property
    def resource(self) -> str:
        """The address without keys."""
        return resource_of(self.intent.address)

    @property
    def destroys(self) -> bool:
        """Whether an object goes."""
        return self.action in DESTRUCTIVE

    @property
    def makes(self) -> bool:
        """Whether an object is made."""
        return self.action in {Action.CREATE, Action.REPLACE}

    def is_unknown(self, attribute: str) -> bool:
        """Tell whether a whole attribute is known only after the apply."""
        return self.unknown is True or (
            isinstance(self.unknown, Mapping) and self.unknown.get(attribute) is True
        )


def differing(change: Change) -> tuple[Path, ...]:
    """Return the paths that an update or replacement changes, sorted by name, none within another.

    What is known only after the apply counts as changed. Lists of one length are compared item by item,
    others as a whole.
    """
    return tuple(_differing(change.before, change.after, change.unknown, ()))


# Trees come from JSON: asking for `dict` costs a fifth of asking for `Mapping`, and is asked for each value.
def _differing(before: Any, after: Any, unknown: Any, path: Path) -> Iterator[Path]:
    if unknown is True:
        yield path
    elif before == after and not _has_unknown(unknown):
        return
    elif isinstance(before, dict) and isinstance(after, dict):
        inner = unknown if isinstance(unknown, dict) else {}
        for name in sorted({**before, **after, **inner}):
            yield from _differing(before.get(name), after.get(name), inner.get(name, False), (*path, name))
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        items: Sequence[Any] = unknown if isinstance(unknown, list) else ()
        for index, (old, new) in enumerate(zip(before, after, strict=True)):
            yield from _differing(old, new, items[index] if index < len(items) else False, (*path, index))
    else:
        yield path


def _has_unknown(tree: Any) -> bool:
    if isinstance(tree, dict):
        return any(map(_has_unknown, tree.values()))
    if isinstance(tree, list):
        return any(map(_has_unknown, tree))
    return tree is True


def value_at(tree: Any, path: Path) -> Any:
    """Return what stands at a path, None where it ends before."""
    for step in path:
        if isinstance(tree, dict):
            tree = tree.get(step)
        elif isinstance(tree, list) and isinstance(step, int) and step < len(tree):
            tree = tree[step]
        else:
            return None
    return tree


def is_marked(tree: Any, path: Path) -> bool:
    """Tell whether a path, a parent or a child of it is marked in a tree of `before_sensitive`."""
    for step in path:
        if tree is True:
            return True
        tree = value_at(tree, (step,))
    return _has_unknown(tree)
