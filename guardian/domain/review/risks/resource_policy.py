"""Policies of IAM that allow more than before: documents held against each other, statement by statement."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from guardian.domain.review.change import Change, is_marked
from guardian.domain.review.risks.codes import IAM_WIDENED, KNOWN_AFTER_APPLY, OPENED_TO_THE_WORLD
from guardian.domain.review.risks.facts import RiskFacts
from guardian.domain.review.risks.iam_document import Statement, statements_of
from guardian.domain.review.risks.policy_attributes import POLICY_ATTRIBUTES, Holder, PolicyAttribute
from guardian.domain.review.risks.policy_compared import (
    drops_condition,
    has_new_inverse,
    is_wide,
    loses_denial,
    new_principals,
    new_wildcards,
    opens_to_anybody,
)
from guardian.domain.review.risks.risk import Risk, Severity

_READING = ("get", "list", "describe", "head", "batchget", "lookup", "view", "search", "scan", "query")
_NAMED_MAX = 3
_ACCOUNT = 4
_PRINCIPALS = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html"


def widened_policies(change: Change, facts: RiskFacts) -> Iterator[Risk]:
    """Yield what the documents of a change allow beyond those that there are."""
    for attribute in POLICY_ATTRIBUTES[change.resource_type]:
        top = attribute.top
        if is_marked(change.unknown, (top,)):
            if facts.configures(change, top):
                words = f"{top} is known only after the apply: whom it lets do what cannot be told"
                yield KNOWN_AFTER_APPLY.of(change.address, words, source=IAM_WIDENED.source)
            continue
        before = _documents(change.before.get(top), attribute)
        after = _documents(change.after.get(top), attribute)
        if after and before != after:
            yield from _compared(change, attribute, before, after)


def _documents(value: Any, attribute: PolicyAttribute) -> tuple[str, ...]:
    if attribute.block:
        listed = value if isinstance(value, list) else ()
        value = [each.get(attribute.name) for each in listed if isinstance(each, dict)]
    else:
        value = [value]
    return tuple(each for each in value if isinstance(each, str) and each.strip())


def _compared(
    change: Change, attribute: PolicyAttribute, before: Sequence[str], after: Sequence[str]
) -> Iterator[Risk]:
    try:
        new = [each for document in after for each in statements_of(document)]
    except ValueError:
        words = f"{attribute.top} is not the JSON of a policy: whom it lets do what cannot be told"
        yield IAM_WIDENED.of(change.address, words, severity=Severity.AMBER)
        return
    try:
        old = [each for document in before for each in statements_of(document)]
    except ValueError:  # what cannot be read allows nothing, so that all of the new one is named
        old = []
    if attribute.holder is not Holder.IDENTITY:
        yield from _principals(change, attribute, old, new)
    # Of a new resource's policy wildcards are the usual: `kms:*` for the own account, `sqs:*` for a queue.
    if attribute.holder is Holder.IDENTITY or (old and attribute.holder is Holder.RESOURCE):
        yield from _wildcards(change, attribute, old, new)
    if loses_denial(old, new):
        words = f"{attribute.top}: a statement that denies is gone, or is another"
        yield IAM_WIDENED.of(change.address, words, severity=Severity.AMBER)


def _wildcards(
    change: Change, attribute: PolicyAttribute, old: Sequence[Statement], new: Sequence[Statement]
) -> Iterator[Risk]:
    if has_new_inverse(old, new):
        words = (
            f"{attribute.top}: a new statement allows everything but what it names (NotAction, NotResource)"
        )
        yield IAM_WIDENED.of(change.address, words)
        return
    grants = set(new_wildcards(old, new))
    wild = {action: _only_reads(action) for action, _ in grants if "*" in action}
    if wild:
        words = f"{attribute.top}: new wildcards in actions{_named(change, attribute, wild)}"
        yield IAM_WIDENED.of(change.address, words, severity=_severity(wild.values()))
    anywhere = {
        action: _only_reads(action) for action, resource in grants if action not in wild and is_wide(resource)
    }
    # In the policy of a resource, every resource is that one.
    if anywhere and attribute.holder is Holder.IDENTITY:
        words = f"{attribute.top}: allowed on every resource from now on{_named(change, attribute, anywhere)}"
        yield IAM_WIDENED.of(change.address, words, severity=_severity(anywhere.values()))


def _principals(
    change: Change, attribute: PolicyAttribute, old: Sequence[Statement], new: Sequence[Statement]
) -> Iterator[Risk]:
    """Yield who may do now what they may not do before: anybody, then others by name."""
    if opens_to_anybody(old, new):
        what = "be this role" if attribute.holder is Holder.TRUST else "use it"
        words = (
            f"{attribute.top} lets anybody {what}: its principal is anybody, and no condition narrows that"
        )
        yield OPENED_TO_THE_WORLD.of(change.address, words, source=_PRINCIPALS)
    if not old:
        return  # every policy of trust or of a resource names somebody
    account = _account(change)
    strangers = {name: _is_near(name, account) for name in new_principals(old, new)}
    if strangers:
        words = f"{attribute.top}: new principals{_named(change, attribute, strangers)}"
        yield IAM_WIDENED.of(change.address, words, severity=_severity(strangers.values()))
    if drops_condition(old, new):
        words = f"{attribute.top}: a condition that narrowed a principal down is gone"
        yield IAM_WIDENED.of(change.address, words)


def _only_reads(action: str) -> bool:
    return action.partition(":")[2].startswith(_READING)


def _is_near(principal: str, account: str) -> bool:
    """Tell whether a principal is a service, or known to be of the same account."""
    if principal.endswith((".amazonaws.com", ".amazonaws.com.cn")):
        return True
    parts = principal.split(":")
    return bool(account) and account in (principal, parts[_ACCOUNT] if len(parts) > _ACCOUNT else "")


def _account(change: Change) -> str:
    parts = str(change.before.get("arn") or "").split(":")
    return parts[_ACCOUNT] if len(parts) > _ACCOUNT else ""


def _severity(harmless: Collection[bool]) -> Severity:
    return Severity.AMBER if all(harmless) else Severity.RED


def _named(change: Change, attribute: PolicyAttribute, names: Mapping[str, bool]) -> str:
    """Return the worst names, a few of them; nothing where the policy is marked as sensitive."""
    if is_marked(change.sensitive_after, (attribute.top,)):
        return ""
    listed = sorted(names, key=lambda each: (names[each], each))
    more = f" and {len(listed) - _NAMED_MAX} more" if len(listed) > _NAMED_MAX else ""
    return f": {', '.join(listed[:_NAMED_MAX])}{more}"
