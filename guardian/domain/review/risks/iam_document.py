"""Policies of IAM as data: what a document allows, and whether another one allows it too.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

ANYBODY = "*"


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
        actions=tuple(each.lower() for each in _texts(told.get("Action"))) or (ANYBODY,),
        resources=_texts(told.get("Resource")) or (ANYBODY,),
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
            yield from _texts(named)


def _texts(told: Any) -> tuple[str, ...]:
    if isinstance(told, str):
        return (told,)
    return tuple(each for each in told if isinstance(each, str)) if isinstance(told, list) else ()


def _canonical(value: Any) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"))


def covers(pattern: str, text: str) -> bool:
    """Tell whether a pattern with `*` and `?` fits all that another pattern can stand for."""
    if pattern in (ANYBODY, text):
        return True
    # No regular expression: of a hostile pattern with many asterisks one would never come to an end.
    at = star = -1
    here = there = 0
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


# What narrows a statement for anybody down to some: an operator that demands, with a value that is fixed.
# Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html
_NARROWING_KEYS = frozenset(
    {
        "aws:sourcearn",
        "aws:sourceaccount",
        "aws:sourceowner",
        "aws:sourceorgid",
        "aws:sourceorgpaths",
        "aws:sourcevpc",
        "aws:sourcevpce",
        "aws:sourceip",
        "aws:principalorgid",
        "aws:principalorgpaths",
        "aws:principalaccount",
        "aws:principalarn",
        "aws:userid",
        "s3:dataaccesspointarn",
        "s3:dataaccesspointaccount",
        "kms:calleraccount",
    }
)
_NARROWING_OPERATORS = ("string", "arn", "ipaddress")
_NOT = ("stringnot", "arnnot")
_WHOLE_WORLD = frozenset({"0.0.0.0/0", "::/0"})
# Who may sign in there is not the account's to say: only the subject tells whose token it is.
# Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create_for-idp_oidc.html
_SHARED_PROVIDERS = frozenset(
    {"token.actions.githubusercontent.com", "gitlab.com", "app.terraform.io", "accounts.google.com"}
)


def is_public(statement: Statement) -> bool:
    """Tell whether a statement allows anybody, without a condition that makes that some."""
    anybody = any(each == ANYBODY or _is_shared(each) for each in statement.principals)
    return statement.allows and anybody and not _is_narrowed(statement.conditions)


def _is_shared(principal: str) -> bool:
    """Tell an identity provider that everybody can sign in to."""
    return principal.rpartition("/")[2] in _SHARED_PROVIDERS


def _is_narrowed(conditions: Mapping[str, Any]) -> bool:
    for operator, keys in conditions.items():
        # `ForAllValues` and `IfExists` also hold where the request does not have the key.
        kind = operator.lower().removeprefix("foranyvalue:")
        if not kind.startswith(_NARROWING_OPERATORS) or kind.startswith(_NOT) or kind.endswith("ifexists"):
            continue
        for key, values in keys.items() if isinstance(keys, Mapping) else ():
            known = key.lower() in _NARROWING_KEYS or key.lower().endswith(":sub")
            if known and not any(_is_anything(each) for each in _texts(values)):
                return True
    return False


def _is_anything(value: str) -> bool:
    """Tell whether a value narrows nothing: `*`, the whole world, or every repository (`repo:*:*`)."""
    return value in _WHOLE_WORLD or not value.removeprefix("repo:").strip("*:/")
