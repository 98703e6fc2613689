"""What counts as no drift: rules of the settings, `ignore_changes`, and what somebody accepted."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from guardian.domain.address import resource_of
from guardian.domain.difference import PathChange, dotted
from guardian.domain.drift_rules import IgnoreRule

ALL = "all"


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """A difference that somebody took for the new expectation, exactly as it was."""

    address: str
    kind: str
    digest: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """What counts as no drift.

    Attributes:
        rules: Those that hold today.
        ignore_changes: Attribute paths by resource, as the configuration says; `all` for every one.
        accepted: What was accepted, the newest first.
    """

    rules: tuple[IgnoreRule, ...] = ()
    ignore_changes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    accepted: tuple[Accepted, ...] = ()

    def divide(
        self, address: str, kind: str, paths: Sequence[PathChange], digest: str
    ) -> tuple[tuple[PathChange, ...] | None, list[tuple[tuple[str, ...], str]]]:
        """Divide a difference into what counts and what does not.

        Returns:
            The paths that count, None when nothing of the difference does; and the dotted paths that do not,
            with the reason.
        """
        for one in self.accepted:
            if (one.address, one.kind, one.digest) == (address, kind, digest):
                return None, [(tuple(dotted(each.path) for each in paths), f"accepted: {one.reason}")]
        for rule in self.rules:
            if not rule.attribute and fits(address, rule.address):
                return None, [(tuple(dotted(each.path) for each in paths), rule.reason)]
        if not paths:
            return (), []
        loud: list[PathChange] = []
        quiet: dict[str, list[str]] = {}
        for each in paths:
            why = self._why(address, dotted(each.path))
            if why:
                quiet.setdefault(why, []).append(dotted(each.path))
            else:
                loud.append(each)
        return (tuple(loud) if loud else None), [(tuple(names), why) for why, names in quiet.items()]

    def _why(self, address: str, path: str) -> str:
        for rule in self.rules:
            if rule.attribute and fits(address, rule.address) and fits_path(path, rule.attribute):
                return rule.reason
        for ignored in self.ignore_changes.get(resource_of(address), ()):
            if ignored in {ALL, path} or path.startswith(f"{ignored}."):
                return "ignore_changes in the configuration"
        return ""


NOTHING_SILENCED = Silence()


def expired(rules: Iterable[IgnoreRule], day: date) -> Iterator[IgnoreRule]:
    """Yield the rules that hold no more."""
    return (each for each in rules if not each.holds_on(day))


def fits(address: str, pattern: str) -> bool:
    """Tell whether an address fits a glob in which only `*` and `?` are special: brackets are keys."""
    return re.fullmatch(_expression(pattern), address, re.DOTALL) is not None


def fits_path(path: str, pattern: str) -> bool:
    """Tell whether a path, or a parent of it, fits a glob."""
    return re.fullmatch(_expression(pattern) + r"(\..*)?", path, re.DOTALL) is not None


def _expression(pattern: str) -> str:
    return re.escape(pattern).replace(r"\*", ".*").replace(r"\?", ".")
