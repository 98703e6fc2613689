"""The tree speaks of itself alone: no path of the machine on which it was written."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
SKIPPED = {".git", ".venv", "__pycache__", ".terraform", ".guardian", ".hypothesis"}
# Taken apart, so that this file does not find itself.
FORBIDDEN = re.compile(
    r"(?<![\w.{}$])/(?:" + "|".join(["wo" + "rk", "ro" + "ot", "opt/" + "tf-plugins"]) + r")/"
)


def test_no_file_names_a_machines_directories():
    found = []
    for each in sorted(ROOT.rglob("*")):
        inside = each.relative_to(ROOT).parts
        if not each.is_file() or SKIPPED & set(inside) or any(part.endswith("_cache") for part in inside):
            continue
        try:
            text = each.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        found += [
            f"{each.relative_to(ROOT)}:{number}: {line.strip()[:80]}"
            for number, line in enumerate(text.splitlines(), 1)
            if FORBIDDEN.search(line)
        ]
    assert found == []
