"""Text that goes from one root module into another: each syntax and each override in a file of its own."""

import json
import os
from pathlib import Path
from typing import Any

from guardian.adapters.configuration.blocks import Block
from guardian.adapters.configuration.module_files import is_override
from guardian.errors import ConfigurationError

# Override files must stay such: what they merge into comes along in the plain one.
_STEM, _OVERRIDE_STEM = "zz_guardian_providers", "zz_guardian_providers_override"


class Parcel:
    """What is to be written; nothing is until `write`."""

    def __init__(self) -> None:
        self._texts: dict[str, list[str]] = {}
        self._documents: dict[str, dict[str, Any]] = {}

    def add(self, block: Block, *, label: str) -> None:
        """Add a whole block with one label, its own text unless the label differs."""
        if block.source is not None:
            changed = None if label == block.labels[0] else label
            self.add_text(block.text(label=changed), beside=block.file)
        else:
            bodies = self._document(block.file).setdefault(block.kind, {}).setdefault(label, [])
            bodies.append(dict(block.attributes))

    def add_local(self, block: Block, name: str) -> None:
        """Add one entry of a `locals` block."""
        if block.source is None:
            self._document(block.file).setdefault("locals", {})[name] = block.attributes[name]
        else:
            self.add_text(local_text(block, name), beside=block.file)

    def add_text(self, text: str, *, beside: str = "") -> None:
        """Add text of HCL, to the override file when it comes from one."""
        self._texts.setdefault(_stem(beside), []).append(text)

    def write(self, directory: Path) -> None:
        """Write the files, for their owner alone.

        Raises:
            ConfigurationError: One is there already, or the disk does not take it.
        """
        bodies = {f"{stem}.tf": "\n\n".join(texts) + "\n" for stem, texts in self._texts.items()}
        bodies |= {
            f"{stem}.tf.json": json.dumps(document, indent=2) for stem, document in self._documents.items()
        }
        for name, body in bodies.items():
            write_private(directory / name, body.encode(), new=True)

    def _document(self, file: str) -> dict[str, Any]:
        return self._documents.setdefault(_stem(file), {})


def local_text(block: Block, name: str) -> str:
    """Return one entry of a `locals` block as a file of its syntax has it."""
    value = block.attributes[name]
    if block.source is None:
        return json.dumps({"locals": {name: value}})
    text = block.source.text[value.meta.start_pos : value.meta.end_pos]
    return f"locals {{\n  {name} = {text.rstrip()}\n}}"


def write_private(path: Path, body: bytes, *, new: bool) -> None:
    """Write a file of a private copy, for its owner alone; never through a link.

    Args:
        path: Where.
        body: The content.
        new: Whether a file that is there is refused, rather than written over.

    Raises:
        ConfigurationError: It is there already, or the disk does not take it.
    """
    flags = os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW | (os.O_EXCL if new else os.O_TRUNC)
    try:
        with os.fdopen(os.open(path, flags, 0o600), "wb") as file:
            file.write(body)
    except OSError as error:
        raise ConfigurationError(f"{path} cannot be written: {error.strerror}") from error


def _stem(file: str) -> str:
    return _OVERRIDE_STEM if is_override(file) else _STEM
