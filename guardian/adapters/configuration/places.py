"""Where resources are declared: a file and a line, for a comment beside it."""

import os
from collections.abc import Iterable
from pathlib import Path

from guardian.adapters.configuration.modules import read_modules
from guardian.adapters.configuration.resources import Resources
from guardian.domain.configuration import Place


def places(root: Path, resources: Iterable[str]) -> dict[str, Place]:
    """Return the place of each resource that is found; see `ConfigurationSource.places`."""
    top = os.path.realpath(root)
    written = Resources(read_modules(top, f"{top}/.terraform"))
    found: dict[str, Place] = {}
    for each in resources:
        declared = written.find(each)
        if declared is not None:
            block = declared.blocks[0]
            path = os.path.relpath(f"{declared.directory}/{block.file}", top)
            # A fetched module is not in the repository, and JSON does not know its lines.
            if not path.startswith(".terraform/"):
                found[each] = Place(file=path, line=max(block.line, 1))
    return found
