"""The comment on a pull request: what must be known before the merge, cut to what the host takes.

One comment belongs to a repository, a root module and a workspace; it is found again by its first line.
"""

import json
from hashlib import sha256

from guardian.cli.views.plan import counts_text
from guardian.cli.views.review.fit import whole
from guardian.cli.views.review.items import name
from guardian.cli.views.review.parts import (
    alarm_words,
    identity_words,
    summary_of,
    undone_words,
    whole_words,
)
from guardian.cli.views.review.sections import sections
from guardian.domain.review.host import Host
from guardian.domain.review.review import Review

# What stands in every comment, however short it must be, is short itself.
SHOWN_HERE = 200


def marker(review: Review, *, repository: str, host: Host) -> str:
    """Return the hidden line that a comment is found by: the same for each review of one root module.

    Args:
        review: Whose root module and workspace are meant.
        repository: As the host names it.
        host: Bitbucket shows HTML, so that there the line is a definition that nothing refers to.
    """
    what = json.dumps([repository, review.root, review.workspace])
    hidden = f"guardian-review: {sha256(what.encode()).hexdigest()}"
    return f"[//]: # ({hidden})" if host is Host.BITBUCKET else f"<!-- {hidden} -->"


def review_markdown(review: Review, *, repository: str, limit: int, host: Host, rest: str) -> str:
    """Return the comment; empty where applying would change nothing.

    Args:
        review: What is said.
        repository: As the host names it; for the marker.
        limit: The longest comment, in characters; at least 16,000. The host's own is `host.limit`.
        host: Decides on the form.
        rest: The command that shows what had to be left out.
    """
    if review.is_empty:
        return ""
    first = "\n\n".join([marker(review, repository=repository, host=host), *_verdict(review)])

    def notice(left_out: str) -> str:
        return f"**Truncated** to {limit} characters. Left out: {left_out}. To see all of it: {name(rest)}"

    return whole(first, sections(review, host, limit), _identity(review), most=limit, notice=notice)


def _verdict(review: Review) -> list[str]:
    told = "; ".join(filter(None, [alarm_words(review), whole_words(review)]))
    root, workspace, project = (
        name(each, most=SHOWN_HERE) for each in (review.root or ".", review.workspace, review.project)
    )
    undone = f" Undo: {undone_words(review)}." if review.changes else ""
    return [
        f"## Plan for {project}: {told}",
        f"**{counts_text(summary_of(review))}**{undone} Root module {root}, workspace {workspace}.",
    ]


def _identity(review: Review) -> str:
    return "\n".join(f"- {label}: {name(text, most=SHOWN_HERE)}" for label, text in identity_words(review))
