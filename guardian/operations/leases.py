"""Hold the leases of several projects at once, for work on what they share."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager

from guardian.ports.system import Clock, Identity
from guardian.repository.lease import acquire
from guardian.repository.project import Project


@contextmanager
def leased(
    projects: Iterable[Project],
    *,
    identity: Identity,
    clock: Clock,
    ttl_s: float,
    on_wait: Callable[[str], None],
) -> Iterator[None]:
    """Take the lease of each project, in one order for everybody, and give all of them back at the end.

    Raises:
        LeaseHeldError: Somebody works on one of them; nothing was changed.
    """
    with ExitStack() as stack:
        for project in sorted(projects, key=lambda each: each.state_id):
            held = acquire(project.log, identity, clock, ttl_s=ttl_s, on_wait=on_wait)
            stack.enter_context(held)
        yield
