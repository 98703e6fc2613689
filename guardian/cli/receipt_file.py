"""`--receipt FILE`: the receipt of a recovery in a file of its own, when the run has ended."""

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Self

from guardian.adapters.workplace import write_new
from guardian.cli.console import Console
from guardian.cli.views.terminal import visible
from guardian.errors import UsageError

if TYPE_CHECKING:
    from guardian.domain.receipt import Receipt

_SUFFIXES = (".json", ".md")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptFile:
    """Where the receipt goes; nowhere without a path."""

    path: Path | None = None

    @classmethod
    def of(cls, given: str | None) -> Self:
        """Take the option's value, before anything is run.

        Raises:
            UsageError: It says neither .json nor .md, is there already, or its directory is not there.
        """
        if given is None:
            return cls()
        path = Path(given)
        if path.suffix not in _SUFFIXES:
            raise UsageError(
                f"--receipt={given}: neither .json nor .md", hint="--receipt=receipt.md, or receipt.json"
            )
        if os.path.lexists(path):
            raise UsageError(f"--receipt={given}: File exists", hint="name a file that is not there yet")
        if not path.parent.is_dir():
            raise UsageError(
                f"--receipt={given}: its directory is not there", hint="make it, or name another"
            )
        return cls(path=path)

    def write(self, receipt: "Receipt | None", console: Console, *, project: str, run_id: str) -> None:
        """Write it, where there is one, and say where.

        A file that cannot be written never changes how the run ended: the journal has the receipt too.
        """
        if self.path is None or receipt is None:
            return
        try:
            write_new(self.path, self._body(receipt, project=project, run_id=run_id).encode())
        except UsageError as error:
            again = console.typed.again(f"guardian run receipt {run_id} --markdown")
            console.say(f"The receipt was not written: {visible(error.message)}; it is kept: {again}")
            return
        console.say(f"Wrote the receipt to {visible(str(self.path))}")

    def _body(self, receipt: "Receipt", *, project: str, run_id: str) -> str:
        if self.path is not None and self.path.suffix == ".md":
            from guardian.cli.views.receipt import receipt_markdown

            return receipt_markdown(receipt, project=project, run_id=run_id)
        return json.dumps(receipt_object(receipt, project=project, run_id=run_id), indent=2) + "\n"


def receipt_object(receipt: "Receipt", *, project: str, run_id: str) -> dict[str, object]:
    """Return the receipt with what it is about."""
    return {"project": project, "run_id": run_id, **receipt.to_json()}
