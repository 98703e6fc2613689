"""The receipt of a recovery: proven or not, what differs, what could not be undone."""

from guardian.cli.views.markdown import code
from guardian.cli.views.receipt_parts import Item, Section, evidence, headline, sections, took, witness
from guardian.cli.views.table import SHORT_ID
from guardian.cli.views.terminal import Paint, visible
from guardian.domain.receipt import Receipt
from guardian.domain.recovery import Strategy

NOTHING = "There was nothing before that run, and all that it made is gone."
LOOK = "Look for it in the cloud; delete it or import it; then: guardian release --reason '...'"


def receipt_text(receipt: Receipt, paint: Paint) -> str:
    """Return the receipt for a terminal."""
    where = "" if _needs_no_target(receipt) else f" to {visible(receipt.snapshot_id[:SHORT_ID])}"
    verdict, comma, more = headline(receipt).partition(",")
    how = "" if receipt.strategy == Strategy.RECORD else f", by {visible(receipt.strategy)}"
    if receipt.proven:
        lines = [paint.green(paint.bold(f"{verdict}{where}, proven in {took(receipt)}{how}"))]
    else:
        lines = [paint.red(paint.bold(f"{verdict}{where}{comma}{more}")), f"  Took {took(receipt)}{how}."]
    if receipt.proven and receipt.to_nothing:
        lines.append(f"  {NOTHING}")
    lines += [f"  {each}" for each in (evidence(receipt), witness(receipt)) if each]
    if receipt.unaccounted:
        lines.append(f"  {LOOK}")
    for each in sections(receipt):
        lines += _section(each)
    return "\n".join(lines)


def receipt_markdown(receipt: Receipt, *, project: str, run_id: str) -> str:
    """Return the receipt for a ticket; whatever others named or wrote stands in code spans.

    Args:
        receipt: The proof.
        project: Its project.
        run_id: The run that made it.
    """
    verdict = "proven" if receipt.proven else "NOT proven"
    lines = [
        f"# Recovery of {code(project)}: {verdict}",
        "",
        " ".join(filter(None, [f"{headline(receipt)}.", evidence(receipt), witness(receipt)])),
        "",
        f"- Run: {code(run_id)}",
        f"- Snapshot: {code(receipt.snapshot_id)}",
        f"- Strategy: {code(receipt.strategy)}",
        f"- Took: {took(receipt)}",
    ]
    if receipt.proven and receipt.to_nothing:
        lines += ["", NOTHING]
    for each in sections(receipt):
        lines += ["", f"## {each.title}", "", *(line for item in each.items for line in _bullets(item))]
    return "\n".join(lines) + "\n"


def _needs_no_target(receipt: Receipt) -> bool:
    return receipt.to_nothing or receipt.strategy == Strategy.RECORD


def _section(section: Section) -> list[str]:
    lines = [f"  {section.title}:"]
    for each in section.items:
        words = f": {visible(each.words)}" if each.words else ""
        lines.append(f"      {visible(each.name)}{words}")
        lines += [f"        {label}: {visible(text)}" for label, text in each.notes]
    return lines


def _bullets(item: Item) -> list[str]:
    words = f": {code(item.words)}" if item.words else ""
    return [f"- {code(item.name)}{words}", *(f"  - {label}: {code(text)}" for label, text in item.notes)]
