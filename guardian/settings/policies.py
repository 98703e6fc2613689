"""The `policy.rules` setting: rules with a name, an expression and words. Nothing is compiled here."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from guardian.domain.review.policy import Effect, PolicyRule
from guardian.errors import SettingsError

if TYPE_CHECKING:
    from guardian.settings.document import Document


def read_policy(document: "Document", values: Any) -> tuple[PolicyRule, ...]:
    """Return the file's rules, in order, each with its place.

    Args:
        document: The file, for its lines.
        values: The list as the schema allows it.

    Raises:
        SettingsError: A text that cannot be printed, or a name that two rules share.
    """
    rules = tuple(_rule(document, number, value) for number, value in enumerate(values))
    first: dict[str, PolicyRule] = {}
    for each in rules:
        if each.name in first:
            raise SettingsError(
                f"{each.place}: a rule named {each.name!r} stands at {first[each.name].place} already",
                hint="give each rule a name of its own: an exception from it names it",
            )
        first[each.name] = each
    return rules


def _rule(document: "Document", number: int, value: Mapping[str, str]) -> PolicyRule:
    where = ("policy", "rules", number)
    for name, text in value.items():
        # An expression and a message may be written over several lines.
        if not (text if name == "name" else text.replace("\n", " ")).isprintable():
            raise SettingsError(
                f"{document.place((*where, name))}: `policy.rules[{number}].{name}` holds a character that "
                "cannot be printed"
            )
    return PolicyRule(
        name=value["name"],
        match=value["match"],
        message=" ".join(value["message"].split()),
        effect=Effect(value["severity"]),
        place=document.place((*where, "match")),
    )
