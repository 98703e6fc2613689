"""One change as a rule of the project's policy sees it. docs/policy.md documents each field; they are stable.

Secrets are masked before any rule sees them, so that no message can hold one. Only text is masked for its
name: whether `manage_master_user_password` is set, or how long a password must be, is what rules are about.
"""

import json
from collections.abc import Iterable, Mapping
from functools import lru_cache
from itertools import chain, repeat
from typing import Any

from guardian.domain.difference import dotted
from guardian.domain.plan import Action
from guardian.domain.redaction import MASK, Path, is_secret, scrubbed
from guardian.domain.review.change import Change
from guardian.domain.review.undo.verdict import Reversibility

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
_UNMARKED: Mapping[str, Any] = {}
_PAIR_NAMES = ("name", "key", "Name", "Key")


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
        _masked(change.before, change.sensitive_before, telling=False),
        _masked(change.after, change.sensitive_after, telling=False),
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


def _masked(value: Any, marks: Any, *, telling: bool) -> Any:
    """Mask a value and all within it.

    Args:
        value: Any part of a change's values.
        marks: Terraform's marks on it: True, or a tree of it.
        telling: Whether the name of what holds it tells of a secret.
    """
    if value is None:
        return None
    if marks is True:
        return MASK
    if isinstance(value, str):
        return MASK if telling and value else _masked_text(value)
    if isinstance(value, dict):
        inner = marks if isinstance(marks, dict) else _UNMARKED
        pair = _is_telling_pair(value)
        return {
            name: _masked(
                each,
                inner.get(name),
                telling=telling or _tells(name) or (pair and name in ("value", "Value")),
            )
            for name, each in value.items()
        }
    if isinstance(value, list):
        items = chain(marks if isinstance(marks, list) else (), repeat(None))
        return [_masked(each, mark, telling=telling) for each, mark in zip(value, items, strict=False)]
    return value


def _masked_text(text: str) -> Any:
    """Mask within a JSON document, such as a container definition; a password in a URL masks all of it."""
    if not text.startswith(("{", "[")):
        return scrubbed(text) if "://" in text else text
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        return scrubbed(text)
    masked = _masked(document, None, telling=False)
    return text if masked == document else json.dumps(masked, ensure_ascii=False)


def _is_telling_pair(value: Mapping[str, Any]) -> bool:
    """Tell whether it is a pair such as `{name = "DB_PASSWORD", value = ...}`."""
    if "value" not in value and "Value" not in value:
        return False
    names = (value.get(each) for each in _PAIR_NAMES)
    return any(isinstance(each, str) and _tells(each) for each in names)


@lru_cache(maxsize=4096)
def _tells(name: str) -> bool:
    return is_secret((name,), ())
