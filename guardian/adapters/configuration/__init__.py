"""The configuration's side of the disk: what a plan reads, laid out again elsewhere."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from guardian.adapters.configuration import (
    base,
    capture,
    carry,
    facts,
    git,
    layout,
    override,
    places,
    versions,
)
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


class DiskConfiguration:
    """A `ConfigurationSource` over the local disk and git."""

    def capture(
        self,
        root: Path,
        *,
        data_dir: Path,
        var_files: tuple[str, ...],
        limits: CaptureLimits,
        exclude: tuple[Path, ...],
    ) -> CapturedConfiguration:
        """List everything a plan of `root` reads; nothing is read yet but what tells where to look."""
        return capture.capture(root, data_dir=data_dir, var_files=var_files, limits=limits, exclude=exclude)

    def lay_out(self, files: Iterable[ConfigurationFile], base: Path) -> None:
        """Write each file below `base`, refusing any path that would leave it."""
        layout.lay_out(files, base)

    def facts(self, root: Path) -> ConfigurationFacts:
        """Read what an unpacked configuration says about its resources."""
        return facts.facts(root)

    def places(self, root: Path, resources: Iterable[str]) -> Mapping[str, Place]:
        """Tell where resources are declared."""
        return places.places(root, resources)

    def versions(self, root: Path) -> Mapping[str, str]:
        """Return the versions of providers and modules."""
        return versions.versions(root)

    def carry_providers(self, failed: Path, private: Path, used: Iterable[str]) -> CarriedProviders:
        """Write into `private` the provider blocks that it lacks and `failed` has."""
        return carry.carry_providers(failed, private, used)

    def override(self, private: Path, overrides: Iterable[Override]) -> tuple[Override, ...]:
        """Write override files into a private copy; return what they cannot say."""
        return override.override(private, overrides)

    def git_position(self, root: Path) -> GitPosition | None:
        """Return where the checkout that holds `root` stands."""
        return git.git_position(root)

    def lay_out_commit(self, root: Path, ref: str, into: Path, *, limits: CaptureLimits) -> CommitFiles:
        """Write the files of a commit of the checkout that holds `root` below `into`."""
        return base.lay_out_commit(root, ref, into, limits=limits)
