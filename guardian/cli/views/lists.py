"""Lists of addresses that stay within a screen: sorted as people read them, cut with a count."""

from collections.abc import Iterable

from guardian.cli.views.terminal import by_address, visible


def in_lines(items: Iterable[str], *, shown: int, indent: int, ordered: bool = False) -> list[str]:
    """Return one line an item, made visible, and how many more there are.

    Args:
        items: Addresses, or whatever else is listed.
        shown: How many at most.
        indent: Spaces before each.
        ordered: Whether their order means something and is kept.
    """
    found = list(items) if ordered else sorted(items, key=by_address)
    lines = [visible(each) for each in found[:shown]]
    if len(found) > shown:
        lines.append(f"and {len(found) - shown} more")
    return [f"{'':{indent}}{each}" for each in lines]


def in_a_row(addresses: Iterable[str], *, shown: int) -> str:
    """Return `a, b and 3 more`, made visible; empty for none."""
    found = sorted(addresses, key=by_address)
    words = ", ".join(visible(each) for each in found[:shown])
    return f"{words} and {len(found) - shown} more" if len(found) > shown else words
