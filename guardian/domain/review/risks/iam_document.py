"""Policies of IAM as data: what a document allows, and whether another one allows it too.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

ANYBODY = "*"
_ARN_PARTS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One statement of a policy.

    Attributes:
        actions, resources, principals: Patterns; of a `NotAction` and the like `*`, with `inverse` set. A
            resource is `*` where the document has none, as in a trust policy.
        inverse: Whether it names what it does not mean.
        condition: The condition as canonical JSON, or empty.
        conditions: The same as told.
        text: The whole statement as canonical JSON.
    """

    allows: bool
    actions: tuple[str, ...]
    resources: tuple[str, ...]
    principals: tuple[str, ...]
    inverse: bool
    condition: str
    conditions: Mapping[str, Any]
    text: str


def statements_of(document: str) -> tuple[Statement, ...]:
    """Read a policy.

    Raises:
        ValueError: It is not the JSON of a policy.
    """
    try:
        tree = json.loads(document)
    except RecursionError as error:
        raise ValueError("nested too deep") from error
    if not isinstance(tree, dict):
        raise ValueError("not an object")  # noqa: TRY004 - the one error of a document that is none
    listed = tree.get("Statement") or []
    return tuple(
        _statement(each)
        for each in (listed if isinstance(listed, list) else [listed])
        if isinstance(each, dict)
    )


def _statement(told: Mapping[str, Any]) -> Statement:
    conditions = told.get("Condition") or {}
    return Statement(
        allows=told.get("Effect") == "Allow",
        actions=tuple(each.lower() for each in texts(told.get("Action"))) or (ANYBODY,),
        resources=tuple(map(_completed, texts(told.get("Resource")))) or (ANYBODY,),
        principals=tuple(_principals(told.get("Principal")))
        or ((ANYBODY,) if "NotPrincipal" in told else ()),
        inverse=any(name in told for name in ("NotAction", "NotResource", "NotPrincipal")),
        condition=_canonical(conditions) if conditions else "",
        conditions=conditions if isinstance(conditions, Mapping) else {},
        text=_canonical({name: value for name, value in told.items() if name != "Sid"}),
    )


def _principals(told: Any) -> Iterator[str]:
    if isinstance(told, str):
        yield told
    elif isinstance(told, Mapping):
        for named in told.values():
            yield from texts(named)


def _completed(resource: str) -> str:
    """Return an ARN with a wildcard for each part that it lacks: that is what IAM makes of it.

    Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html
    """
    missing = _ARN_PARTS - 1 - resource.count(":")
    return f"{resource}{':*' * missing}" if missing > 0 and resource.startswith("arn:") else resource


def texts(told: Any) -> tuple[str, ...]:
    """Return one text or a list of them as the texts that there are."""
    if isinstance(told, str):
        return (told,)
    return tuple(each for each in told if isinstance(each, str)) if isinstance(told, list) else ()


def _canonical(value: Any) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"))


def covers(pattern: str, text: str) -> bool:
    """Tell whether a pattern with `*` and `?` fits all that another pattern can stand for."""
    if pattern in (ANYBODY, text):
        return True
    # Most patterns are told apart by what stands before their first wildcard.
    fixed = len(pattern.partition(ANYBODY)[0].partition("?")[0])
    if fixed == len(pattern) or not text.startswith(pattern[:fixed]):
        return False
    # No regular expression: of a hostile pattern with many asterisks one would never come to an end.
    at = star = -1
    here = there = fixed
    while there < len(text):
        if here < len(pattern) and pattern[here] == ANYBODY:
            star, at = here, there
            here += 1
        elif here < len(pattern) and pattern[here] in ("?", text[there]):
            here, there = here + 1, there + 1
        elif star >= 0:
            at += 1
            here, there = star + 1, at
        else:
            return False
    return not pattern[here:].strip(ANYBODY)
