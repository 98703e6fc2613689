"""Reading a root module from disk, laying a captured one out again, and amending the private copy."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Protocol

from guardian.domain.configuration import (
    CapturedConfiguration,
    CaptureLimits,
    CarriedProviders,
    CommitFiles,
    ConfigurationFacts,
    ConfigurationFile,
    GitPosition,
    Override,
    Place,
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

    def lay_out_commit(self, root: Path, ref: str, into: Path, *, limits: CaptureLimits) -> CommitFiles:
        """Write all files of a commit below `into` (0600 or 0700); git's own checkout stays as it is.

        Submodules are not followed, and links only to files of the same commit. Variable files and a lock
        file that git does not follow come from the checkout.

        Args:
            root: A directory of the checkout, the root module.
            ref: A commit by any name; a branch of the remote `origin` may be named without that word.
            into: A private directory; made when it is missing.
            limits: Bounds; of a file over its limit the path alone is returned.

        Raises:
            NotFoundError: This clone has no such commit.
            ConfigurationError: No git, no checkout, more than the totals, or the disk does not take it.
        """
        ...

    def facts(self, root: Path) -> ConfigurationFacts:
        """Return what the root module and every module of its manifest say about their resources.

        Raises:
            ConfigurationError: The module manifest is broken.
        """
        ...

    def places(self, root: Path, resources: Iterable[str]) -> Mapping[str, Place]:
        """Tell where resources are declared, spelled without keys; those of fetched modules are left out.

        Raises:
            ConfigurationError: The module manifest is broken.
        """
        ...

    def versions(self, root: Path) -> Mapping[str, str]:
        """Return the versions of what a root module is made of, as far as its files say so.

        Returns:
            Locked versions by provider source (`registry.terraform.io/hashicorp/aws`); for module calls of
            the root module (`module.network`) the written constraint, or the revision of its source.
        """
        ...

    def carry_providers(self, failed: Path, private: Path, used: Iterable[str]) -> CarriedProviders:
        """Configure in a private copy the providers that a state needs and only another configuration has.

        Provider blocks are copied with what they refer to; locked versions come along. Nothing is written
        when anything is refused.

        Args:
            failed: The root module that is read.
            private: The root module that is written to; not initialised yet.
            used: Providers as a state records them: `provider["registry.terraform.io/hashicorp/aws"].west`.

        Raises:
            ConfigurationError: A block depends on what the private copy does not have or says otherwise; the
                message names the provider, the place and the reason.
        """
        ...

    def override(self, private: Path, overrides: Iterable[Override]) -> tuple[Override, ...]:
        """Pin arguments and lift `prevent_destroy` in a private copy; called again, the last word counts.

        Args:
            private: The root module; its modules are fetched.
            overrides: What to say.

        Returns:
            What could not be said, in the order given: of each resource only the arguments that remain. A
            resource that is not found is returned whole.

        Raises:
            ConfigurationError: The module manifest is broken, or the disk does not take it.
        """
        ...
