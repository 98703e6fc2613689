"""Policies of IAM that allow more than before: documents held against each other, statement by statement."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from guardian.domain.review.change import Change, is_marked
from guardian.domain.review.risks.codes import IAM_WIDENED, KNOWN_AFTER_APPLY, OPENED_TO_THE_WORLD
from guardian.domain.review.risks.escalation import ESCALATING, ESCALATION, PASSING
from guardian.domain.review.risks.facts import RiskFacts
from guardian.domain.review.risks.iam_document import Statement, statements_of
from guardian.domain.review.risks.loosened import Looser, loosened
from guardian.domain.review.risks.narrowing import has_wildcard
from guardian.domain.review.risks.policy_attributes import POLICY_ATTRIBUTES, Holder, PolicyAttribute
from guardian.domain.review.risks.policy_compared import (
    allowed_somewhere,
    drops_condition,
    has_new_inverse,
    is_full,
    is_full_without_condition,
    is_wide,
    loses_denial,
    new_actions,
    new_grants,
    new_principals,
    opens_to_anybody,
)
from guardian.domain.review.risks.risk import Risk, Severity

_READING = ("get", "list", "describe", "head", "batchget", "lookup", "view", "search", "scan", "query")
_NAMED_MAX = 3
_ACCOUNT = 4
_NAMING = frozenset({Holder.TRUST, Holder.RESOURCE})
_CONDITIONS = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition.html"
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
    if attribute.holder in _NAMING:
        yield from _principals(change, attribute, old, new)
    # Of a new resource's policy wildcards are the usual: `kms:*` for the own account, `sqs:*` for a queue.
    if attribute.holder is Holder.IDENTITY or (old and attribute.holder is not Holder.TRUST):
        yield from _wildcards(change, attribute, old, new)
    looser = Looser.NO if opens_to_anybody(old, new) else loosened(old, new)
    if looser is not Looser.NO:
        words = f"{attribute.top}: a condition lets more through than before"
        severity = Severity.RED if looser is Looser.ANY else Severity.AMBER
        yield IAM_WIDENED.of(change.address, words, severity=severity, source=_CONDITIONS)
    if loses_denial(old, new):
        words = f"{attribute.top}: a statement that denies is gone, or denies less"
        severity = Severity.RED if attribute.holder is Holder.LIMIT else Severity.AMBER
        yield IAM_WIDENED.of(change.address, words, severity=severity)


def _wildcards(
    change: Change, attribute: PolicyAttribute, old: Sequence[Statement], new: Sequence[Statement]
) -> Iterator[Risk]:
    if has_new_inverse(old, new):
        words = (
            f"{attribute.top}: a new statement allows everything but what it names (NotAction, NotResource)"
        )
        yield IAM_WIDENED.of(change.address, words)
        return
    grants = set(new_grants(old, new))
    # In the policy of a resource, every resource is that one.
    is_identity = attribute.holder is not Holder.RESOURCE
    if is_identity and any(map(is_full, grants)):
        when = "" if is_full_without_condition(new) else ", under a condition"
        words = f"{attribute.top}: full access: every action is allowed on every resource{when}"
        yield IAM_WIDENED.of(change.address, words)
        return
    everywhere = {action for action, resource in grants if is_identity and is_wide(resource)}
    spread = {each for each in everywhere if "*" not in each or allowed_somewhere(old, each)}
    wild = {action for action, _ in grants if has_wildcard(action)} - spread
    if wild:
        told = {
            f"{each} on every resource" if each in everywhere else each: _only_reads(each) for each in wild
        }
        words = f"{attribute.top}: new wildcards in actions{_named(change, attribute, told)}"
        yield IAM_WIDENED.of(change.address, words, severity=_severity(told.values()))
    if spread:
        told = {each: _only_reads(each) for each in spread}
        words = f"{attribute.top}: allowed on every resource from now on{_named(change, attribute, told)}"
        yield IAM_WIDENED.of(change.address, words, severity=_severity(told.values()))
    escalating = {action for action, _ in grants if is_identity and action in ESCALATING} - spread
    if escalating:
        told = {each: each in PASSING for each in escalating}
        words = (
            f"{attribute.top}: allowed from now on, and a way to more rights{_named(change, attribute, told)}"
        )
        severity = _severity(told.values())
        yield IAM_WIDENED.of(change.address, words, severity=severity, source=ESCALATION)


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
    if attribute.holder is Holder.RESOURCE:
        yield from _more_actions(change, attribute, old, new)
    if drops_condition(old, new):
        words = f"{attribute.top}: a condition that narrowed a principal down is gone"
        yield IAM_WIDENED.of(change.address, words)


def _more_actions(
    change: Change, attribute: PolicyAttribute, old: Sequence[Statement], new: Sequence[Statement]
) -> Iterator[Risk]:
    """Yield what principals of another account, as far as known, may do that they may not do before."""
    account = _account(change)
    actions = {
        action: _only_reads(action)
        for name, action in new_actions(old, new)
        # Wildcards are told of everybody.
        if not has_wildcard(action) and not _is_near(name, account)
    }
    if actions:
        words = f"{attribute.top}: a principal of another account may do more"
        if not account:
            words = f"{attribute.top}: a principal, of another account perhaps, may do more"
        severity = _severity(actions.values()) if account else Severity.AMBER
        words += _named(change, attribute, actions)
        yield IAM_WIDENED.of(change.address, words, severity=severity, source=_PRINCIPALS)


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
