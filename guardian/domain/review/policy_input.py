"""One change as a rule of the project's policy sees it. docs/policy.md documents each field; they are stable.

Secrets are masked before any rule sees them, so that no message can hold one. Only text is masked for its
name: whether `manage_master_user_password` is set, or how long a password must be, is what rules are about.
"""

from collections.abc import Iterable, Mapping
from itertools import chain, repeat
from typing import Any

from guardian.domain.difference import dotted
from guardian.domain.plan import Action
from guardian.domain.redaction import MASK, Path
from guardian.domain.review.change import Change
from guardian.domain.review.undo.verdict import Reversibility
from guardian.domain.review.values import without_keys
from guardian.domain.scrubbing import scrubbed

FIELDS = (
    "address",
    "previous_address",
    "type",
    "name",
    "module",
    "provider",
    "action",
    "actions",
    "reason",
    "before",
    "after",
    "unknown",
    "changed",
    "replace_paths",
    "reversibility",
    "reversibility_reasons",
)
_ACTIONS = {
    Action.CREATE: ["create"],
    Action.UPDATE: ["update"],
    Action.DELETE: ["delete"],
    Action.FORGET: ["forget"],
    Action.MOVE: ["no-op"],
    Action.IMPORT: ["no-op"],
}


def policy_input(
    change: Change, *, reversibility: Reversibility, changed: Iterable[Path]
) -> Mapping[str, Any]:
    """Return the document of one change, secrets masked.

    Args:
        change: The change, with its values.
        reversibility: The verdict on it.
        changed: What `differing` found of an update or a replacement.
    """
    intent = change.intent
    values = (
        intent.address,
        intent.previous_address,
        intent.resource_type,
        change.name,
        change.module,
        change.provider,
        str(intent.action),
        _actions(change),
        intent.reason,
        _masked(change.before, change.sensitive_before),
        _masked(change.after, change.sensitive_after),
        change.unknown,
        [dotted(each) for each in changed],
        [dotted(each) for each in change.replace_paths],
        str(reversibility.undo),
        [each.words for each in reversibility.reasons],
    )
    return dict(zip(FIELDS, values, strict=True))


def _actions(change: Change) -> list[str]:
    if change.action is Action.REPLACE:
        return ["create", "delete"] if change.create_before_destroy else ["delete", "create"]
    return _ACTIONS[change.action]


def _masked(value: Any, marks: Any) -> Any:
    return scrubbed(_without_marked(value, marks), text=without_keys, only_text=True)


def _without_marked(value: Any, marks: Any) -> Any:
    """Mask what Terraform marks: `marks` is True, or a tree of it."""
    if value is None or not marks:
        return value
    if marks is True:
        return MASK
    if isinstance(value, dict) and isinstance(marks, dict):
        return {name: _without_marked(each, marks.get(name)) for name, each in value.items()}
    if isinstance(value, list) and isinstance(marks, list):
        items = chain(marks, repeat(None))
        return [_without_marked(each, mark) for each, mark in zip(value, items, strict=False)]
    return value
