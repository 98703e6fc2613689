"""A review as SARIF 2.1.0, as GitHub's code scanning takes it.

Source: https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html and
https://docs.github.com/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning
"""

import json
from collections.abc import Iterable
from hashlib import sha256
from typing import Any
from urllib.parse import quote

from guardian import __version__
from guardian.cli.views.review.parts import THE_PLAN
from guardian.cli.views.review.told import Level, Told, numbered, told
from guardian.cli.views.terminal import visible
from guardian.domain.configuration import Place
from guardian.domain.review.review import Review
from guardian.domain.review.risks.codes import DANGERS

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
# GitHub: over 7.0 is high, over 4.0 is medium, the rest is low.
_MEANINGS = {each.code: each.meaning for each in DANGERS}
_URI = "/:?#[]@!$&'()*+,;=-._~%"
_SECURITY = {Level.ERROR: "8.0", Level.WARNING: "5.0", Level.NOTE: "1.0"}


def review_sarif(review: Review) -> dict[str, Any]:
    """Return the log: one rule for each code, one result for each risk, finding and overwritten change.

    A result whose resource is declared at no known place stands at the first line of the root module, for
    GitHub takes none without a file; its address is its logical location either way.
    """
    objections = told(review)
    rules = _rules(objections)
    ids = list(rules)
    return {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {"name": "guardian", "version": __version__, "rules": list(rules.values())}
                },
                # Tells the root modules of one repository apart: an upload replaces the last one of its kind.
                "automationDetails": {"id": f"guardian/{_part(review.root)}/{_part(review.workspace)}/"},
                "columnKind": "unicodeCodePoints",
                "results": [_result(each, number, ids, review) for number, each in numbered(objections)],
            }
        ],
    }


def _rules(objections: Iterable[Told]) -> dict[str, dict[str, Any]]:
    """Return the rules by id; the worst of a code comes first and decides."""
    found: dict[str, dict[str, Any]] = {}
    for each in objections:
        if each.code not in found:
            name = _text(each.code)
            found[each.code] = {
                "id": name,
                "shortDescription": {"text": _MEANINGS.get(each.code, name)},
                **(
                    {"helpUri": quote(each.source, safe=_URI)}
                    if each.source.isascii() and each.source.startswith("https://")
                    else {}
                ),
                "defaultConfiguration": {"level": str(each.level)},
                "properties": {"security-severity": _SECURITY[each.level], "tags": ["security"]},
            }
    return found


def _result(each: Told, number: int, ids: list[str], review: Review) -> dict[str, Any]:
    address = _text(each.address or THE_PLAN)
    what = json.dumps([review.project, review.root, review.workspace, each.code, each.address])
    excused = [{"kind": "external", "justification": _text(each.excused)}] if each.excused else []
    return {
        "ruleId": _text(each.code),
        "ruleIndex": ids.index(each.code),
        "level": str(each.level),
        "message": {"text": f"{address}: {_text(each.words)}"},
        "locations": [
            {
                "physicalLocation": _physical(each.place or _first_place(review)),
                "logicalLocations": [{"fullyQualifiedName": address, "kind": "resource"}],
            }
        ],
        # The one name of a fingerprint that GitHub reads. Of the address, not of the line: lines move.
        "partialFingerprints": {
            "primaryLocationLineHash": f"{sha256(what.encode()).hexdigest()[:16]}:{number}"
        },
        **({"suppressions": excused} if excused else {}),
    }


def _physical(place: Place) -> dict[str, Any]:
    return {
        "artifactLocation": {"uri": quote(place.file.replace("\\", "/"), errors="replace")},
        "region": {"startLine": max(1, place.line)},
    }


def _first_place(review: Review) -> Place:
    """Return the first line of the root module's first file that is known, else of its usual one."""
    files = sorted(each.place.file for each in review.changes if each.place is not None)
    usual = "main.tf" if review.root in {"", "."} else f"{review.root}/main.tf"
    return Place(file=files[0] if files else usual, line=1)


def _part(text: str) -> str:
    return quote(text or ".", safe="", errors="replace")


def _text(text: str) -> str:
    """Encode a message: `[words](target)` would be a link.

    Source: SARIF 2.1.0, 3.11.6 "Messages with embedded links".
    """
    return visible(text).replace("](", "]\\x28")
