"""Reading a root module from disk, and laying a captured one out again."""

from collections.abc import Iterable
from pathlib import Path
from typing import Protocol

from guardian.domain.configuration import (
    CapturedConfiguration,
    CaptureLimits,
    ConfigurationFile,
    GitPosition,
)


class ConfigurationSource(Protocol):
    """The configuration's side of the file system."""

    def capture(
        self,
        root: Path,
        *,
        data_dir: Path,
        var_files: tuple[str, ...],
        limits: CaptureLimits,
        exclude: tuple[Path, ...],
    ) -> CapturedConfiguration:
        """List everything a plan of `root` reads.

        Args:
            root: The root module.
            data_dir: Terraform's data directory (`.terraform`), for the fetched modules.
            var_files: Values of `-var-file`, relative to `root` as Terraform takes them.
            limits: Bounds.
            exclude: Files and directories that are guardian's or Terraform's own (store, runs, states).

        Raises:
            ConfigurationError: No configuration there, or the totals are over the limits.
        """
        ...

    def lay_out(self, files: Iterable[ConfigurationFile], base: Path) -> None:
        """Write each file below `base` (0600 or 0700), refusing any path that would leave it."""
        ...

    def git_position(self, root: Path) -> GitPosition | None:
        """Return the commit of the checkout that holds `root`, None outside git or without git."""
        ...
