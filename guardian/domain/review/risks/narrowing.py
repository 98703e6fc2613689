"""Conditions of policies: whether one narrows anybody down to some.

Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html
"""

from collections.abc import Callable, Mapping
from typing import Any

from guardian.domain.review.risks.iam_document import ANYBODY, Statement, texts
from guardian.domain.review.risks.ranges import is_world

_ARN_PARTS = 6
_SERVICE, _ACCOUNT, _THING = 2, 4, 5
# Who may sign in there is not the account's to say: only the subject tells whose token it is.
# Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create_for-idp_oidc.html
_SHARED_PROVIDERS = frozenset(
    {"token.actions.githubusercontent.com", "gitlab.com", "app.terraform.io", "accounts.google.com"}
)


def has_wildcard(value: str) -> bool:
    """Tell whether a pattern stands for more than itself."""
    return "*" in value or "?" in value


def is_fixed_arn(value: str) -> bool:
    """Tell whether an ARN is of one account, or of one thing where it names no account.

    A bucket's ARN may leave its account open: its name is the only one in the world.
    """
    parts = value.split(":", _ARN_PARTS - 1)
    if len(parts) < _ARN_PARTS or has_wildcard(parts[_SERVICE]):
        return False
    if parts[_SERVICE] == "s3" or not parts[_ACCOUNT]:
        return _starts_fixed(parts[_THING], "/")
    return not has_wildcard(parts[_ACCOUNT])


def is_fixed_subject(value: str) -> bool:
    """Tell whether the subject of a token is of one owner: `repo:owner/…`, `organization:owner:…`.

    Source: https://docs.github.com/en/actions/reference/security/oidc
    """
    claim, separator, rest = value.partition(":")
    if not separator:  # a number, as of Google
        return not has_wildcard(value)
    owner = min(rest.partition("/")[0], rest.partition(":")[0], key=len)
    return not has_wildcard(claim) and bool(owner) and not has_wildcard(owner)


def _starts_fixed(value: str, end: str) -> bool:
    start = value.partition(end)[0]
    return bool(start) and not has_wildcard(start)


def _is_fixed(value: str) -> bool:
    return bool(value) and not has_wildcard(value)


_Fixed = Callable[[str], bool]
_NARROWING: Mapping[str, _Fixed] = {
    "aws:sourcearn": is_fixed_arn,
    "aws:principalarn": is_fixed_arn,
    "s3:dataaccesspointarn": is_fixed_arn,
    "aws:sourceaccount": _is_fixed,
    "aws:sourceowner": _is_fixed,
    "aws:sourceorgid": _is_fixed,
    "aws:sourcevpc": _is_fixed,
    "aws:sourcevpce": _is_fixed,
    "aws:principalorgid": _is_fixed,
    "aws:principalaccount": _is_fixed,
    "s3:dataaccesspointaccount": _is_fixed,
    "kms:calleraccount": _is_fixed,
    # The organization comes first, then its units; the unique id of a role, then the session.
    "aws:sourceorgpaths": lambda value: _starts_fixed(value, "/"),
    "aws:principalorgpaths": lambda value: _starts_fixed(value, "/"),
    "aws:userid": lambda value: _starts_fixed(value, ":"),
}
_NARROWING_OPERATORS = ("string", "arn", "ipaddress")
_NOT = ("stringnot", "arnnot")


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
            if _narrows(key.lower(), texts(values)):
                return True
    return False


def _narrows(key: str, values: tuple[str, ...]) -> bool:
    """Tell whether each value, for any of them is enough, means some and not anybody."""
    if key == "aws:sourceip":
        return not is_world(values)
    fixed = is_fixed_subject if key.endswith(":sub") else _NARROWING.get(key)
    return fixed is not None and all(map(fixed, values))
