"""Show who holds a project's two locks, and remove what a dead run left, or the one that is named whole."""

from dataclasses import dataclass

from guardian.domain.engine import Backend, WorkingDirectory
from guardian.domain.journal import Kind
from guardian.domain.unlocking import Held, Named, Verdict, What, verdict
from guardian.errors import BackendError, NotFoundError, RefusedError, UsageError
from guardian.operations import capture
from guardian.operations.context import Checkout, Context
from guardian.operations.held import HeldLease, HeldLock, held_lease, held_lock
from guardian.operations.project import find_project
from guardian.operations.session import Place, private_place, working_directory
from guardian.repository.project import Project
from guardian.repository.takeover import end_lease

UNTOLD = "this kind of backend does not tell who holds its lock"

_NAMES = {What.LEASE: "guardian's lease", What.TERRAFORM: "Terraform's lock"}


@dataclass(frozen=True, slots=True, kw_only=True)
class UnlockRequest:
    """What was asked for.

    Attributes:
        checkout: The root module at hand, None without one.
        project: Its name, empty where the checkout or the store tells it.
        named: The one lock to remove; None for what a dead run left.
        reason: Why, in words; always given with a name.
        dry_run: Only show.
    """

    checkout: Checkout | None
    project: str = ""
    named: Named | None = None
    reason: str = ""
    dry_run: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """One lock, what was decided about it, and whether it was removed."""

    held: Held
    verdict: Verdict
    removed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Unlocked:
    """What was found, and what became of it.

    Attributes:
        lease: guardian's lease, None when it was free.
        lock: Terraform's lock, None when it was free or cannot be told.
        untold: Why Terraform's lock cannot be told; empty when it can.
        unreadable: What kept it from being read; None when nothing did.
        judged: By what is held.
    """

    project: str
    lease: HeldLease | None
    lock: HeldLock | None
    untold: str
    unreadable: BackendError | None
    judged: dict[What, Judged]
    named: Named | None

    @property
    def left(self) -> list[Judged]:
        """What was to go and stays; of a named one alone, where one was named."""
        return [
            each
            for what, each in self.judged.items()
            if not each.removed and (self.named is None or self.named.what is what)
        ]


def unlock(context: Context, request: UnlockRequest) -> Unlocked:
    """Show both locks, and remove what may be removed; each removal is recorded before it is done.

    Raises:
        UsageError: A lock was named without a reason.
        StateLockedError: Somebody else took Terraform's lock meanwhile; it stays.
        RefusedError: The lease changed hands meanwhile; or this kind of lock Terraform alone can remove.
        NotFoundError, AmbiguousError: No such project.
    """
    if request.named is not None and not request.reason:
        flag = "--lease " if request.named.what is What.LEASE else ""
        raise UsageError(
            "to remove a lock by its ID wants a reason",
            hint=f"guardian unlock {flag}{request.named.id} --reason 'why nobody needs it'",
        )
    project = find_project(
        context.repository, context.backend.locate, name=request.project, checkout=request.checkout
    )
    project.refuse_lost_log()
    with private_place(context) as place:
        return _Unlocking(context, request, project, place).run()


class _Unlocking:
    """One unlock under way."""

    def __init__(self, context: Context, request: UnlockRequest, project: Project, place: Place) -> None:
        self._context = context
        self._request = request
        self._project = project
        self._where = WorkingDirectory(root=place.path, run_dir=place.path)
        self._backend = _backend_of(context, project, request.checkout, place)

    def run(self) -> Unlocked:
        lease = held_lease(self._context, self._project)
        lock, untold, unreadable = None, "", None
        try:
            lock, untold = self._lock()
        except BackendError as error:
            unreadable = error  # the lease is shown all the same
        self._refuse_unknown(lease, lock, unreadable)
        judged = {}
        # Terraform's first: whether a run is dead is told by its guardian too.
        for found in (lock, lease):
            if found is not None:
                judged[found.held.what] = self._judge(found.held)
        return Unlocked(
            project=self._project.descriptor.name,
            lease=lease,
            lock=lock,
            untold=untold,
            unreadable=unreadable,
            judged=judged,
            named=self._request.named,
        )

    def _refuse_unknown(
        self, lease: HeldLease | None, lock: HeldLock | None, unreadable: BackendError | None
    ) -> None:
        """Refuse an ID that nobody holds: a slip of the hand must not look like a removal."""
        named = self._request.named
        if named is None or unreadable is not None:
            return
        if (lease if named.what is What.LEASE else lock) is None:
            raise NotFoundError(
                f"{_NAMES[named.what]} is not held: there is no {named.id!r} to remove",
                hint="guardian unlock    # shows what is held",
            )

    def _lock(self) -> tuple[HeldLock | None, str]:
        backend, named = self._backend, self._request.named
        if backend is None:
            return None, "no snapshot tells yet where the state lives"
        if self._context.backend.needs_init(self._where, backend):
            if named is not None and named.what is What.TERRAFORM:
                self._context.backend.unlock(
                    self._where, backend, named.id
                )  # it refuses, and says what to type
            return None, UNTOLD
        found = self._context.backend.lock(self._where, backend)
        if found is None:
            return None, ""
        return held_lock(self._context, self._project, backend, found), ""

    def _judge(self, held: Held) -> Judged:
        decided = verdict(held, self._request.named)
        removed = decided.removes and not self._request.dry_run
        if removed:
            self._remove(held, self._request.reason or decided.reason)
        return Judged(held=held, verdict=decided, removed=removed)

    def _remove(self, held: Held, reason: str) -> None:
        self._context.audience.note(f"removing {_name(held)} {held.id}, held by {held.holder}: {reason}")
        self._project.log.append(
            Kind.UNLOCKED, {"what": str(held.what), "id": held.id, "holder": held.holder, "reason": reason}
        )
        if held.what is What.TERRAFORM:
            if self._backend is not None:
                self._context.backend.unlock(self._where, self._backend, held.id)
        elif not end_lease(self._project.log, held.id, ttl_s=self._context.lease_ttl_s):
            raise RefusedError(
                f"the lease {held.id} was given back or changed hands meanwhile: nothing was done to it",
                hint="guardian unlock    # shows who holds it now",
            )


def _backend_of(
    context: Context, project: Project, checkout: Checkout | None, place: Place
) -> Backend | None:
    """Return where the state lives: by the newest snapshot, else by the checkout; None when nothing tells."""
    if project.log.standing().last_snapshot is not None:
        return capture.load_backend(project, project.resolve("latest"))
    return context.backend.locate(working_directory(place, checkout)) if checkout is not None else None


def _name(held: Held) -> str:
    return "guardian's lease" if held.what is What.LEASE else "Terraform's lock"
