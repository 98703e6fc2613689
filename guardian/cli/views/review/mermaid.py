"""The blast radius as a Mermaid flowchart, where Mermaid can draw it.

Source: https://mermaid.js.org/config/schema-docs/config.html (`maxEdges` 500, `maxTextSize` 50,000), which no
diagram in a comment can raise.
"""

import re
from collections.abc import Iterable

from guardian.domain.review.blast import Blast

MOST_EDGES = 500
MOST_CHARACTERS = 50_000
_OTHERS = re.compile(r"[^A-Za-z0-9_. -]")


def flowchart(blast: Blast, *, gone: Iterable[str]) -> str:
    """Return the diagram, or nothing where there is nothing to draw or too much.

    Args:
        blast: Whose edges are drawn.
        gone: Resources that are destroyed or replaced, without keys.
    """
    if not 0 < len(blast.edges) <= MOST_EDGES:
        return ""
    names = sorted({each for edge in blast.edges for each in edge})
    ids = {name: f"n{index}" for index, name in enumerate(names)}
    lines = ["flowchart LR"]
    lines += [f'  {ids[each]}["{_label(each)}"]' for each in names]
    lines += [f"  {ids[dependency]} --> {ids[dependent]}" for dependent, dependency in blast.edges]
    destroyed = set(gone)
    whole, partly = destroyed - blast.partly, destroyed & blast.partly
    red = "stroke:#cf222e,stroke-width:3px"
    classes = (
        ("gone", red, [ids[each] for each in names if each in whole]),
        ("partly", f"{red},stroke-dasharray:6 4", [ids[each] for each in names if each in partly]),
        (
            "changed",
            "stroke:#bf8700,stroke-width:2px",
            [ids[each] for each in names if each in blast.direct and each not in destroyed],
        ),
    )
    for name, style, members in classes:
        if members:
            lines += [f"  classDef {name} {style}", f"  class {','.join(members)} {name}"]
    text = "\n".join(lines)
    return text if len(text) <= MOST_CHARACTERS else ""


def _label(name: str) -> str:
    """Encode a label: each character that Mermaid or its Markdown may read becomes an entity of it.

    Source: https://mermaid.js.org/syntax/flowchart.html#entity-codes-to-escape-characters
    """
    return _OTHERS.sub(lambda found: f"#{ord(found[0])};", name)
