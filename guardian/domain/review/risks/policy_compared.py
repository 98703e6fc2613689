"""What one policy allows beyond another: new grants with wildcards, new principals, dropped conditions."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from guardian.domain.review.risks.escalation import ESCALATING
from guardian.domain.review.risks.iam_document import ANYBODY, Statement, covers
from guardian.domain.review.risks.narrowing import has_wildcard, is_public

_ARN_PARTS = 6
# Of one statement; a policy may hold thousands, and the first that are new say enough.
_GRANTS_MAX = 1_000
_SERVICE = 2
_EVERY_ACTION = (ANYBODY, "*:*")

Grant = tuple[str, str]
"""An action and a resource, each a pattern."""


def new_grants(old: Sequence[Statement], new: Sequence[Statement]) -> Iterator[Grant]:
    """Yield what nothing before allowed as well, where its action or resource is worth a word.

    That is an action with a wildcard, one that escalates, or any on a wide resource.
    """
    kept = {each.text for each in old}
    for each in new:
        if each.allows and each.text not in kept:
            for action, resource in islice(_telling(each), _GRANTS_MAX):
                if not any(_allows(before, action, resource, each) for before in old):
                    yield action, resource


def new_actions(old: Sequence[Statement], new: Sequence[Statement]) -> Iterator[tuple[str, str]]:
    """Yield the principals that were there by name, each with an action that nothing before allowed it."""
    kept = {each.text for each in old}
    known = set(_named(old))
    for each in new:
        if not each.allows or each.text in kept:
            continue
        pairs = ((name, action) for name in each.principals if name in known for action in each.actions)
        for name, action in islice(pairs, _GRANTS_MAX):
            if not any(_lets(before, name, action) for before in old):
                yield name, action


def is_full(grant: Grant) -> bool:
    """Tell whether a grant is every action on every resource."""
    action, resource = grant
    return action in _EVERY_ACTION and not resource.removeprefix("arn:aws").strip(":*")


def is_full_without_condition(statements: Iterable[Statement]) -> bool:
    """Tell whether a statement allows every action on every resource, whatever the circumstances."""
    return any(
        is_full((action, resource))
        for each in statements
        if each.allows and not each.inverse and not each.condition
        for action in each.actions
        for resource in each.resources
    )


def allowed_somewhere(statements: Iterable[Statement], action: str) -> bool:
    """Tell whether an action was allowed already, if only on some resource."""
    return any(
        covers(allowed, action)
        for each in statements
        if each.allows and not each.inverse
        for allowed in each.actions
    )


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
    """Tell whether a statement that denied is gone, and none denies as much."""
    kept = {each.text for each in new}
    denials = [each for each in new if not each.allows]
    return any(
        not each.allows and each.text not in kept and not any(_denies_as_much(one, each) for one in denials)
        for each in old
    )


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


def _telling(statement: Statement) -> Iterator[Grant]:
    wide = [each for each in statement.resources if is_wide(each)]
    for action in statement.actions:
        for resource in statement.resources if has_wildcard(action) or action in ESCALATING else wide:
            yield action, resource


def _lets(before: Statement, principal: str, action: str) -> bool:
    return (
        before.allows
        and any(covers(each, principal) for each in before.principals)
        and (before.inverse or any(covers(each, action) for each in before.actions))
    )


def _denies_as_much(now: Statement, before: Statement) -> bool:
    return (
        not now.inverse
        and not before.inverse
        and now.condition in ("", before.condition)
        and set(before.principals) <= set(now.principals)
        and all(any(covers(each, action) for each in now.actions) for action in before.actions)
        and all(any(covers(each, one) for each in now.resources) for one in before.resources)
    )


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
