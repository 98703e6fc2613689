"""What one policy allows beyond another: new grants with wildcards, new principals, dropped conditions."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from guardian.domain.review.risks.iam_document import ANYBODY, Statement, covers, is_public

_ARN_PARTS = 6
# Of one statement; a policy may hold thousands, and the first that are new say enough.
_GRANTS_MAX = 1_000
_SERVICE = 2

Grant = tuple[str, str]
"""An action and a resource, each a pattern."""


def new_wildcards(old: Sequence[Statement], new: Sequence[Statement]) -> Iterator[Grant]:
    """Yield the grants with a wildcard action or a wide resource that nothing before allowed as well."""
    kept = {each.text for each in old}
    for each in new:
        if each.allows and each.text not in kept:
            for action, resource in islice(_wild(each), _GRANTS_MAX):
                if not any(_allows(before, action, resource, each) for before in old):
                    yield action, resource


def has_new_inverse(old: Sequence[Statement], new: Sequence[Statement]) -> bool:
    """Tell whether a statement that allows all but what it names was not there before."""
    kept = {each.text for each in old}
    return any(each.allows and each.inverse and each.text not in kept for each in new)


def opens_to_anybody(old: Sequence[Statement], new: Sequence[Statement]) -> bool:
    """Tell whether anybody may do what not everybody could do before."""
    return any(is_public(each) and not any(_opens_as_much(before, each) for before in old) for each in new)


def new_principals(old: Sequence[Statement], new: Sequence[Statement]) -> set[str]:
    """Return the principals by name that nothing before allowed anything."""
    known = {name for each in old if each.allows for name in each.principals}
    return {name for name in _named(new) if not any(covers(before, name) for before in known)}


def drops_condition(old: Sequence[Statement], new: Sequence[Statement]) -> bool:
    """Tell whether a principal that stood under a condition alone now stands without one."""
    bound = set(_named(each for each in old if each.condition))
    free = set(_named(each for each in old if not each.condition))
    return bool((bound - free) & set(_named(each for each in new if not each.condition)))


def loses_denial(old: Sequence[Statement], new: Sequence[Statement]) -> bool:
    """Tell whether a statement that denied is gone, or is another."""
    kept = {each.text for each in new}
    return any(not each.allows and each.text not in kept for each in old)


def is_wide(resource: str) -> bool:
    """Tell whether a resource pattern means all of a service or of a kind, and not what is in one thing."""
    if resource == ANYBODY:
        return True
    parts = resource.split(":", _ARN_PARTS - 1)
    if len(parts) < _ARN_PARTS:
        return False
    what = parts[-1]
    if what.startswith(ANYBODY):
        return True
    kind, _, rest = what.partition("/" if "/" in what else ":")
    return rest == ANYBODY and parts[_SERVICE] != "s3" and kind.replace("-", "").isalpha()


def _wild(statement: Statement) -> Iterator[Grant]:
    wide = [each for each in statement.resources if is_wide(each)]
    for action in statement.actions:
        for resource in statement.resources if ANYBODY in action else wide:
            yield action, resource


def _named(statements: Iterable[Statement]) -> Iterator[str]:
    for each in statements:
        if each.allows:
            yield from (name for name in each.principals if name != ANYBODY)


def _allows(before: Statement, action: str, resource: str, now: Statement) -> bool:
    return (
        before.allows
        and not before.inverse
        and before.condition in ("", now.condition)
        and set(now.principals) <= set(before.principals)
        and any(covers(each, action) for each in before.actions)
        and any(covers(each, resource) for each in before.resources)
    )


def _opens_as_much(before: Statement, now: Statement) -> bool:
    return (
        is_public(before)
        and all(any(covers(each, action) for each in before.actions) for action in now.actions)
        and all(any(covers(each, one) for each in before.resources) for one in now.resources)
    )
