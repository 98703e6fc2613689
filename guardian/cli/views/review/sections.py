"""The sections of a comment, in their order and with what a cut takes first."""

from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from typing import TypeVar

from guardian.cli.typed import Typed
from guardian.cli.views.markdown import fence_of, fenced
from guardian.cli.views.plan import change_lines
from guardian.cli.views.review import items
from guardian.cli.views.review.fit import Section
from guardian.cli.views.review.mermaid import flowchart
from guardian.cli.views.review.parts import by_weight, dangers, flags_of, lost, next_lines, obstacles, others
from guardian.cli.views.terminal import PLAIN, by_address, visible
from guardian.domain.address import resource_of
from guardian.domain.plan import DESTRUCTIVE
from guardian.domain.review.host import Host
from guardian.domain.review.review import Review
from guardian.domain.review.risks.risk import Severity

_DRAWS = frozenset({Host.GITHUB, Host.GITLAB})
_TABLE = "| resource | action | undo | changes | dependents |\n| --- | --- | --- | --- | ---: |"
_Item = TypeVar("_Item")


def sections(review: Review, host: Host, limit: int) -> list[Section]:
    """Return those that hold anything, in the order in which they are shown.

    Args:
        review: What is said.
        host: Decides on the form.
        limit: More than this many characters of the plan are not looked at.
    """
    red, amber = dangers(review, Severity.RED), dangers(review, Severity.AMBER)
    found = (
        _list(0, "obstacles", "### In the way of an apply\n", list(obstacles(review)), items.note),
        _list(1, "red items", "### Red\n", red, items.danger),
        _list(2, "changes that cannot be undone", "### Cannot be undone\n", lost(review), items.irreversible),
        _list(4, "findings of policy", "### Policy\n", by_weight(review.policy), items.finding),
        _list(
            5,
            "overwritten changes by hand",
            "### Changed by hand, and overwritten by the apply\n",
            review.overwritten,
            items.overwritten,
        ),
        _list(7, "amber items", "### Amber\n", amber, items.danger),
        _list(
            8,
            "other changes",
            f"### Other changes\n\n{_TABLE}",
            others(review),
            lambda change: (items.row(change),),
        ),
        _list(9, "outputs", "### Outputs\n", sorted(review.outputs.items()), items.output),
        _blast(review, host),
        _list(
            6,
            "lines on the way back",
            "### Way back, rehearsed\n",
            list(items.way_back(review.rehearsal)) if review.rehearsal else (),
            lambda line: (line,),
        ),
        _planned_back(review, host),
        _list(10, "notes", "### What this review could not know\n", review.notes, items.note),
        _plan(review, host, limit),
        _next(review),
    )
    return [each for each in found if each is not None]


def _list(
    rank: int,
    noun: str,
    head: str,
    listed: Sequence[_Item],
    written: Callable[[_Item], Iterable[str]],
    *,
    tail: str = "",
) -> Section | None:
    if not listed:
        return None
    return Section(
        rank=rank,
        noun=noun,
        head=head,
        items=lambda: ("\n".join(written(each)) for each in listed),
        total=len(listed),
        tail=tail,
    )


def _blast(review: Review, host: Host) -> Section | None:
    reached = {name: names for name, names in review.blast.transitive.items() if names}
    if not reached:
        return None
    number = len(set().union(*reached.values()))
    of_many = any(review.blast.number.get(each, 0) > len(names) for each, names in reached.items())
    depending = (
        f"{'At least ' if of_many else ''}{number} resource{' depends' if number == 1 else 's depend'}"
    )
    told = f"### Blast radius\n\n{depending} on what changes"
    gone = {resource_of(each.address) for each in review.changes if each.intent.action in DESTRUCTIVE}
    drawn = flowchart(review.blast, gone=gone) if host in _DRAWS else ""
    if drawn:
        some = ", dashed where some of its instances stay" if gone & review.blast.partly else ""
        head = f"{told}. An arrow leads to what depends; what is destroyed or replaced is red{some}.\n"
        return _list(11, "drawings", head, [fenced([drawn], language="mermaid")], lambda block: (block,))
    why = f", by {len(review.blast.edges)} edges, which is too much to draw" if host in _DRAWS else ""

    def dependents(resource: str) -> tuple[str]:
        names = items.names(reached[resource], total=review.blast.number.get(resource, 0))
        return (f"- {items.name(resource)}: {names}",)

    ordered = sorted(reached, key=by_address)
    return _list(11, "lists of dependents", f"{told}{why}.\n", ordered, dependents)


def _plan(review: Review, host: Host, limit: int) -> Section | None:
    """Return every change in Terraform's order; not in Terraform's words, which mask what is marked alone."""
    if not review.changes:
        return None
    # More lines than the comment has characters are not made.
    lines = list(islice((line for each in review.changes for line in items.planned(each)), limit))
    values = any(each.values for each in review.changes)
    opened, closed = _folded(host, f"The whole plan, {'secrets masked' if values else 'without values'}")
    fence = fence_of("\n".join(lines))
    return Section(
        rank=13,
        noun="lines of the plan",
        head=f"{opened}\n{fence}text",
        items=lambda: lines,
        total=sum(1 + len(each.values or each.paths) for each in review.changes),
        tail=f"{fence}\n{closed}",
    )


def _planned_back(review: Review, host: Host) -> Section | None:
    """Return every change of the way back that was rehearsed."""
    plan = review.rehearsal.plan if review.rehearsal is not None else None
    if plan is None or not plan.changes:
        return None
    lines = change_lines(plan.changes, PLAIN)
    opened, closed = _folded(host, "The plan of the way back")
    fence = fence_of("\n".join(lines))
    return Section(
        rank=12,
        noun="changes of the way back",
        head=f"{opened}\n{fence}text",
        items=lambda: lines,
        total=len(lines),
        tail=f"{fence}\n{closed}",
    )


def _next(review: Review) -> Section | None:
    lines = [visible(each) for each in next_lines(review, Typed(flags=flags_of(review)))]
    return _list(
        3, "commands to type next", "### Next\n", [fenced(lines, language="sh")], lambda each: (each,)
    )


def _folded(host: Host, title: str) -> tuple[str, str]:
    """Return what stands before and after a part that is shown on a click, where the host can do that."""
    if host is Host.BITBUCKET:
        return f"### {title}\n", ""
    return f"<details><summary>{title}</summary>\n", "\n</details>"
