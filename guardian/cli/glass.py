"""`--break-glass --reason`: how a command is told to work while the store is down."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from guardian.cli.declare import flag, value
from guardian.cli.options import OutputOptions
from guardian.errors import LogRolledBackError, StoreUnreachableError, UsageError
from guardian.ports.spool import SpoolPlace


@dataclass(frozen=True, kw_only=True)
class GlassOptions(OutputOptions):
    """What a command takes that can work without its store."""

    break_glass: bool = flag("--break-glass", "Work although the store is down; wants --reason, is recorded")
    reason: str | None = value("--reason", "WORDS", "Why the glass is broken")

    @property
    def why_broken(self) -> str:
        """The reason for breaking the glass, empty when it stays whole.

        Raises:
            UsageError: One of the two options without the other.
        """
        reason = (self.reason or "").strip()
        if self.break_glass and not reason:
            raise UsageError(
                "--break-glass wants a reason", hint="--break-glass --reason 'why it cannot wait'"
            )
        if self.reason is not None and not self.break_glass:
            raise UsageError("--reason goes with --break-glass only", hint="leave --reason out")
        return reason


@contextmanager
def glass_offered(given: GlassOptions) -> Iterator[None]:
    """Name, beside the mend of a store that does not answer, what can be done without it."""
    try:
        yield
    except StoreUnreachableError as error:
        if not given.break_glass:
            error.hint += (
                "; what this machine knows: guardian status; what cannot wait: "
                "guardian apply --break-glass --reason '...'"
            )
        raise


@contextmanager
def spool_named(place: SpoolPlace) -> Iterator[None]:
    """Say, where the store is refused for having gone back, that what was spooled for it is still here."""
    try:
        yield
    except LogRolledBackError as error:
        if place.is_there():
            error.message += (
                "; what was applied while the store was down still waits on this machine, in "
                f"{place.address}: guardian flush --dry-run shows it, and guardian flush brings it in once "
                "the store is right"
            )
        raise
