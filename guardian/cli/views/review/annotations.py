"""A review as GitHub's workflow commands: each makes an annotation at the line that declares the resource.

Source: https://docs.github.com/actions/reference/workflow-commands-for-github-actions
"""

from collections.abc import Iterator

from guardian.cli.views.plan import counts_text
from guardian.cli.views.review.parts import (
    THE_PLAN,
    address_of,
    lost,
    others,
    summary_of,
    undone_words,
    whole_fate_words,
    whole_words,
)
from guardian.cli.views.review.told import Level, told
from guardian.cli.views.terminal import visible
from guardian.domain.configuration import Place
from guardian.domain.review.review import Review

_COMMANDS = {Level.ERROR: "error", Level.WARNING: "warning", Level.NOTE: "notice"}


def annotations(review: Review) -> Iterator[str]:
    """Yield one line each: what is red or denied as errors, then warnings, then notices; none for no changes.

    GitHub shows the first ten of each kind.
    """
    if review.is_empty:
        return
    objections = told(review)
    named = {each.address for each in objections}
    for each in objections:
        words = f"{each.address or THE_PLAN}: {each.words}{f' ({each.excused})' if each.excused else ''}"
        yield _command(_COMMANDS[each.level], each.code, words, each.place)
    undo = f" Undo: {undone_words(review)}: {whole_words(review)}." if review.changes else ""
    yield _command("notice", "review", f"{counts_text(summary_of(review))}{undo}", None)
    for kind, changes in (("warning", lost(review)), ("notice", others(review))):
        for change in changes:
            if change.address not in named:
                words = f"{address_of(change.intent)} {whole_fate_words(change)}"
                yield _command(kind, "change", words, change.place)


def _command(name: str, title: str, message: str, place: Place | None) -> str:
    where = {"file": place.file, "line": str(place.line)} if place else {}
    properties = {**where, "title": f"guardian: {title}"}
    told = ",".join(f"{key}={_property(value)}" for key, value in properties.items())
    return f"::{name} {told}::{_data(message)}"


def _data(text: str) -> str:
    """Encode a message, which is on one line already.

    Source: `escapeData` and `escapeProperty` of actions/toolkit, `packages/core/src/command.ts`.
    """
    return visible(text).replace("%", "%25")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
