"""Follows what a provider block refers to, from the root module that lends it into the one that takes it.

Variables and local values come along; what the taker has by the same name must mean the same. Everything that
only a plan knows is refused: the taker has no such resource, data source or module.
"""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from guardian.adapters.configuration.blocks import Block, place
from guardian.adapters.configuration.document import read_document
from guardian.adapters.configuration.evaluate import evaluate
from guardian.adapters.configuration.literals import words_of
from guardian.adapters.configuration.module_files import ModuleFiles
from guardian.adapters.configuration.parcel import Parcel, local_text
from guardian.adapters.configuration.referrals import Referral, referrals
from guardian.adapters.configuration.syntax import UNKNOWN
from guardian.errors import ConfigurationError

# What means the same in both root modules, or is bound inside the block itself.
_HARMLESS = frozenset({"path", "terraform", "tofu", "each"})


def refusal(provider: str, where: str, why: str) -> ConfigurationError:
    """Return the error for a provider that cannot be carried over.

    Args:
        provider: As a person knows it.
        where: File and line in the failed configuration.
        why: The reason, in words that follow a colon.
    """
    return ConfigurationError(
        f"provider {provider} ({where} of the failed configuration) cannot be carried over: {why}",
        hint="guardian restore --strategy destroy-created    # by the failed configuration itself",
    )


class Lending:
    """What comes along with provider blocks.

    Attributes:
        variables: Names of the variables that came along.
        shared: Names of those that the taker declares by itself.
    """

    def __init__(self, lender: ModuleFiles, taker: ModuleFiles, parcel: Parcel) -> None:
        self._lender, self._taker = lender, taker
        self._parcel = parcel
        self._local_values: set[str] = set()
        self.variables: set[str] = set()
        self.shared: set[str] = set()

    def follow(self, provider: str, block: Block) -> None:
        """Carry all that a block refers to, and all that this refers to.

        Args:
            provider: For whom, as a person knows it.
            block: Of the lender: a provider or a variable.

        Raises:
            ConfigurationError: Something cannot be carried, or means something else there.
        """
        text = block.text() if block.source else json.dumps({"": block.attributes})
        self._follow(provider, block, block.node, text)

    def _follow(self, provider: str, block: Block, value: Any, text: str) -> None:
        self._require_files(provider, block, text)
        for each in referrals(value, block.source):
            if each.root == "var":
                self._take_variable(provider, block, each)
            elif each.root == "local":
                self._take_local(provider, block, each)
            elif each.root not in _HARMLESS:
                raise refusal(provider, place(block.file, each.line), f"it depends on {each.words}")

    def _take_variable(self, provider: str, block: Block, referral: Referral) -> None:
        name = referral.name
        if name in self.variables or name in self.shared:
            return
        theirs, ours = (
            [each for each in files.blocks("variable", name) if each.labels == (name,)]
            for files in (self._lender, self._taker)
        )
        self._require_found(provider, block, referral, theirs)
        if ours and [_meaning(each) for each in ours] != [_meaning(each) for each in theirs]:
            raise refusal(
                provider,
                theirs[0].place,
                f"var.{name} is declared otherwise in the configuration to go back to",
            )
        (self.shared if ours else self.variables).add(name)
        for each in theirs:
            self.follow(provider, each)
            if not ours:
                self._parcel.add(each, label=name)

    def _take_local(self, provider: str, block: Block, referral: Referral) -> None:
        name = referral.name
        if name in self._local_values:
            return
        self._local_values.add(name)
        theirs, ours = (
            [each for each in files.blocks("locals", name) if name in each.attributes]
            for files in (self._lender, self._taker)
        )
        self._require_found(provider, block, referral, theirs)
        values = [[words_of(each.attributes[name]) for each in blocks] for blocks in (theirs, ours)]
        if ours and values[0] != values[1]:
            raise refusal(
                provider,
                theirs[0].place,
                f"local.{name} has another value in the configuration to go back to",
            )
        for each in theirs:
            value = each.attributes[name]
            self._follow(provider, each, value, local_text(each, name))
            if not ours:
                self._parcel.add_local(each, name)

    def _require_found(self, provider: str, block: Block, referral: Referral, found: Sequence[Block]) -> None:
        if not found:
            hidden = "".join(f"; {name} cannot be parsed" for name in self._lender.unreadable)
            raise refusal(
                provider, place(block.file, referral.line), f"{referral.words} is not defined{hidden}"
            )

    def _require_files(self, provider: str, block: Block, text: str) -> None:
        """Refuse a file that is read there and is not the same in the private copy."""
        for name in _files_read(block.file, text):
            theirs, ours = Path(self._lender.directory, name), Path(self._taker.directory, name)
            if theirs.is_file() and not (ours.is_file() and theirs.read_bytes() == ours.read_bytes()):
                raise refusal(
                    provider,
                    block.place,
                    f"the file {name} is not the same in the configuration to go back to",
                )


class _Here:
    """The scope of a root module in which nothing but the paths is known."""

    def resolve(self, root: str, name: str, depth: int) -> list[str]:
        """Return the current directory for `path.module`, `path.root` and `path.cwd`."""
        del name, depth
        return ["."] if root == "path" else []


def _files_read(file: str, text: str) -> Iterator[str]:
    for call in read_document(file, text.encode()).calls:
        for name in evaluate(call.arguments[0].node, _Here()) if call.arguments else ():
            if UNKNOWN not in name:
                yield name


def _meaning(block: Block) -> list[tuple[str, ...]]:
    """Return what a variable is, apart from its description."""
    said = {name: words_of(value) for name, value in block.attributes.items() if name != "description"}
    checks = [words_of(each.node) for each in block.nested("validation")] if block.source else []
    return [*((name, *words) for name, words in sorted(said.items())), *checks]
