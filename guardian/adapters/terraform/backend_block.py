"""Whether a root module declares a backend, asked only while Terraform has recorded none."""

import json
import re
from pathlib import Path
from typing import Any

LOOKS_LIKE_ONE = re.compile(r'\bbackend\b\s*"|\bcloud\b\s*\{|"(?:backend|cloud)"\s*:')
SUFFIXES = (".tf", ".tofu", ".tf.json", ".tofu.json")


def declares_backend(root: Path) -> bool:
    """Tell whether a `backend` or `cloud` block stands in the root module's files.

    A text search comes first, for nearly all modules that have none; a parser then tells blocks from comments
    and strings. A file that cannot be parsed counts as declaring one: `init` says what is wrong with it.
    """
    for path in sorted(root.iterdir()) if root.is_dir() else ():
        if path.name.endswith(SUFFIXES) and path.is_file():
            text = path.read_bytes().decode(errors="replace")
            if LOOKS_LIKE_ONE.search(text) and _declares(path.name, text):
                return True
    return False


def _declares(name: str, text: str) -> bool:
    try:
        document = json.loads(text) if name.endswith(".json") else _parse_hcl(text)
        blocks = document.get("terraform", [])
        each_block = blocks if isinstance(blocks, list) else [blocks]
        return any("backend" in block or "cloud" in block for block in each_block)
    except Exception:  # noqa: BLE001  # the parser's errors have no common class
        return True


def _parse_hcl(text: str) -> dict[str, Any]:
    import hcl2

    document: dict[str, Any] = hcl2.loads(text)
    return document
