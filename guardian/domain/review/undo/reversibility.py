"""The verdict on one change: what undoing it would give back.

Undoing means what `guardian restore` does: the old configuration is planned on the state as it is then.
"""

from collections.abc import Iterator, Mapping

from guardian.domain.oneway import at, holding, rules_of, untold
from guardian.domain.oneway_rule import KEEPS, Ground, always
from guardian.domain.plan import Action, PlannedChange
from guardian.domain.review.change import Change
from guardian.domain.review.undo.rule import UndoRule, lost
from guardian.domain.review.undo.rules import UNDO_RULES
from guardian.domain.review.undo.traces import traces_of
from guardian.domain.review.undo.verdict import Reason, Reversibility, Undo, worst
from guardian.domain.unreadable import UNREADABLE

_Found = tuple[Undo, Reason]

_EXACT = Reversibility(undo=Undo.EXACT)
_OF_DELETION = frozenset({Ground.WINDOW, Ground.NAME, Ground.UNIQUE})
_RECORD_ALONE = frozenset({Action.MOVE, Action.IMPORT, Action.FORGET, Action.NOOP, Action.READ})
_NO_RULE = Reason(words="no rule says what undoing a change of this type gives back")
_IMPORTED = Reason(
    words="it is imported and changed at once: the undo only forgets it again, and what was changed stays"
)
_DEPOSED = Reason(words="it is left over from an earlier replacement: no configuration makes it again")
_PROVISIONED = Reason(words="it has provisioners: what their commands did, no undo takes back")
_UNPLANNED = Reason(words="nothing of it is known before the apply")
_WAITS = "the undo deletes it again, and it waits out its window, in which its name or id is not free"
_BY_FILE: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "aws_lambda_function": ("filename", ("filename", "source_code_hash")),
    "aws_lambda_layer_version": ("filename", ("filename", "source_code_hash")),
    "aws_s3_object": ("source", ("source", "source_hash", "etag")),
    "local_file": ("source", ("source",)),
    "local_sensitive_file": ("source", ("source",)),
}
"""By type the argument that names the file of its content, and what changes with the file."""


def reversibility_of(change: Change, *, provisioned: frozenset[str] = frozenset()) -> Reversibility:
    """Return the verdict on one change, with its reasons, the worst first.

    Args:
        change: As planned.
        provisioned: Addresses without keys of resources that have provisioners.
    """
    # Two rules may say the same of one attribute.
    found = tuple(dict.fromkeys(_found(change, provisioned)))
    if not found:
        return _EXACT
    if len(found) == 1:
        return Reversibility(undo=found[0][0], reasons=(found[0][1],))
    return Reversibility(
        undo=worst(undo for undo, _ in found),
        reasons=tuple(reason for each in reversed(Undo) for undo, reason in found if undo is each),
    )


def reversibility_of_type(intent: PlannedChange) -> Reversibility:
    """Return the verdict on a deletion or replacement by its type alone, where no values are known."""
    if intent.deposed:
        return Reversibility(undo=Undo.IMPOSSIBLE, reasons=(_DEPOSED,))
    rule = UNDO_RULES.get(intent.resource_type)
    if rule is None:
        return Reversibility(undo=Undo.UNKNOWN, reasons=(_NO_RULE,))
    for each in rules_of(intent.resource_type):
        if each.ground in _OF_DELETION and each.when is always:
            return Reversibility(
                undo=Undo.IMPOSSIBLE, reasons=(Reason(words=each.words, source=each.source),)
            )
    words = lost(rule, {})
    if not words:
        return _EXACT
    return Reversibility(undo=Undo.NEW_OBJECT, reasons=(Reason(words=words, source=rule.source),))


def _found(change: Change, provisioned: frozenset[str]) -> Iterator[_Found]:
    if change.action in _RECORD_ALONE:
        return
    if provisioned and change.action is not Action.UPDATE and change.resource in provisioned:
        yield Undo.UNKNOWN, _PROVISIONED
    rule = UNDO_RULES.get(change.resource_type)
    if change.intent.deposed:
        yield Undo.IMPOSSIBLE, _DEPOSED
    elif change.import_id:
        yield Undo.IMPOSSIBLE, _IMPORTED
    elif rule is None:
        yield Undo.UNKNOWN, _NO_RULE
    elif change.unknown is True:
        yield Undo.UNKNOWN, _UNPLANNED
    else:
        yield from _one_way(change)
        yield from _traces(change)
        if change.action is Action.UPDATE:
            yield from _not_compared(change)
            yield from _not_yet_known(change)
            yield from _not_readable(change)
        # What replaces an object that is only forgotten is planned as a creation.
        elif change.destroys or change.before:
            yield from _lost(change, rule)


def _one_way(change: Change) -> Iterator[_Found]:
    if not rules_of(change.resource_type):
        return
    for rule in holding(
        change.resource_type,
        None if change.action is Action.CREATE else change.before,
        None if change.action is Action.DELETE else change.after,
        deleted=change.destroys,
        created=change.makes,
    ):
        # What forces the replacement forces another on the way back, which starts anew.
        if not (rule.ground in KEEPS and change.replace_paths):
            yield Undo.IMPOSSIBLE, Reason(words=rule.words, source=rule.source, attribute=rule.attribute)
    if change.action is Action.CREATE:
        for rule in rules_of(change.resource_type):
            if rule.ground is Ground.WINDOW and rule.when(change.after):
                yield Undo.NEW_OBJECT, Reason(words=_WAITS, source=rule.source)
            elif rule.ground is Ground.NAME:
                yield Undo.IMPOSSIBLE, Reason(words=rule.words, source=rule.source)


def _traces(change: Change) -> Iterator[_Found]:
    for trace in traces_of(change.resource_type):
        if trace.holds(change):
            attribute = trace.attribute if trace.action is Action.UPDATE else ""
            yield trace.undo, Reason(words=trace.words, source=trace.source, attribute=attribute)


def _not_compared(change: Change) -> Iterator[_Found]:
    for rule in untold(change.resource_type, change.before, change.after):
        if not _is_untold(change, rule.attribute):
            words = f"whether {rule.attribute} rises cannot be told from the two: {rule.words}"
            yield Undo.UNKNOWN, Reason(words=words, source=rule.source, attribute=rule.attribute)


def _not_yet_known(change: Change) -> Iterator[_Found]:
    """Find attributes that some values of cannot be left, and whose value only the apply tells."""
    watched = {rule.attribute: rule.source for rule in rules_of(change.resource_type) if rule.ground in KEEPS}
    watched |= {
        trace.attribute: trace.source
        for trace in traces_of(change.resource_type)
        if trace.action is Action.UPDATE and trace.when(change.after)
    }
    for attribute, source in watched.items():
        if _is_untold(change, attribute):
            words = f"{attribute} is known only after the apply, and not every value of it can be undone"
            yield Undo.UNKNOWN, Reason(words=words, source=source, attribute=attribute)


def _not_readable(change: Change) -> Iterator[_Found]:
    for name in UNREADABLE.get(change.resource_type, ()):
        if _differs(change, name):
            words = f"the old {name} cannot be read back: it is only in the old configuration"
            yield Undo.UNKNOWN, Reason(words=words, attribute=name)
    named_by, follows = _BY_FILE.get(change.resource_type, ("", ()))
    if change.before.get(named_by) and any(_differs(change, each) for each in follows):
        yield _only_in_a_file(named_by)


def _lost(change: Change, rule: UndoRule) -> Iterator[_Found]:
    words = lost(rule, change.before)
    if words:
        yield Undo.NEW_OBJECT, Reason(words=words, source=rule.source)
        return
    for name in UNREADABLE.get(change.resource_type, ()):
        if change.before.get(name):
            words = f"its {name} cannot be read back: it is only in the old configuration"
            yield Undo.UNKNOWN, Reason(words=words, attribute=name)
    named_by, _ = _BY_FILE.get(change.resource_type, ("", ()))
    if change.before.get(named_by):
        yield _only_in_a_file(named_by)


def _only_in_a_file(named_by: str) -> _Found:
    words = f"the old content is only in the file that {named_by} names in the old configuration"
    return Undo.UNKNOWN, Reason(words=words, attribute=named_by)


def _is_untold(change: Change, attribute: str) -> bool:
    return change.is_unknown(attribute.partition(".")[0]) or at(change.unknown, attribute) is True


def _differs(change: Change, name: str) -> bool:
    return change.is_unknown(name) or change.before.get(name) != change.after.get(name)
