"""docs/drift.md lists every type that is read, and the calls that read it. UPDATE_GOLDENS=1 writes it."""

import os
import re
from pathlib import Path

from guardian.adapters.aws.declared import TYPES

PAGE = Path(__file__).parents[2] / "docs" / "drift.md"
LIST = re.compile(r"(<!-- types: [^\n]*-->\n)(.*)(<!-- end of types -->)", re.DOTALL)


def written() -> str:
    services: dict[str, list[str]] = {}
    calls: dict[str, set[str]] = {}
    for name, each in sorted(TYPES.items()):
        if each.read is not None:
            services.setdefault(each.service, []).append(f"`{name}`")
            calls.setdefault(each.service, set()).update(f"`{call}`" for call in each.read.calls)
    total = sum(map(len, services.values()))
    lines = [
        f"{total} types of {len(services)} services:",
        "",
        "| service | types | calls |",
        "| --- | --- | --- |",
    ]
    lines += [
        f"| {service} | {', '.join(types)} | {', '.join(sorted(calls[service]))} |"
        for service, types in sorted(services.items())
    ]
    return "\n" + "\n".join(lines) + "\n\n"


def test_every_type_that_is_read_is_listed_with_its_calls():
    page = PAGE.read_text()
    if os.environ.get("UPDATE_GOLDENS"):
        page = LIST.sub(lambda found: found[1] + written() + found[3], page)
        PAGE.write_text(page)
    found = LIST.search(page)
    assert found
    assert found[2] == written()
