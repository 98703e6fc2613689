"""The `drift` settings that are no plain values: tags, and rules with a reason and a last day."""

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from guardian.domain.drift_rules import IgnoreRule
from guardian.errors import SettingsError

if TYPE_CHECKING:
    from guardian.settings.document import Document


def read_rules(document: "Document", values: Any) -> tuple[IgnoreRule, ...]:
    """Return the file's rules, in order.

    Args:
        document: The file, for its lines.
        values: The list as the schema allows it.

    Raises:
        SettingsError: A text that cannot be printed, or a day that no calendar has.
    """
    return tuple(_rule(document, number, value) for number, value in enumerate(values))


def _rule(document: "Document", number: int, value: Mapping[str, str]) -> IgnoreRule:
    where = ("drift", "ignore", number)
    for name, text in value.items():
        if not text.isprintable():
            raise SettingsError(
                f"{document.place((*where, name))}: `drift.ignore[{number}].{name}` holds a character that "
                "cannot be printed"
            )
    until = value.get("until")
    try:
        last = date.fromisoformat(until) if until is not None else None
    except ValueError as error:
        place = document.place((*where, "until"))
        raise SettingsError(
            f"{place}: `drift.ignore[{number}].until`: no calendar has the day {until}"
        ) from error
    return IgnoreRule(
        address=value["address"], attribute=value.get("attribute", ""), reason=value["reason"], until=last
    )
