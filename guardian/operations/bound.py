"""Hold an approved plan against what is there: it is applied exactly as approved, or not at all."""

import posixpath
from hashlib import sha256
from pathlib import Path

from guardian.domain.approval import LOCK_FILE, Approval, Present, moved
from guardian.domain.journal import Kind
from guardian.domain.snapshot import ConfigurationRef, PlanRef
from guardian.errors import ApprovalError
from guardian.operations.approvals import chosen, deletions_allowed, described
from guardian.operations.capture import Source
from guardian.operations.context import Checkout
from guardian.operations.sealing import digests
from guardian.operations.session import Reading, Session
from guardian.repository.configurations import TreeEntry
from guardian.repository.objects import ObjectKind
from guardian.repository.project import Project

PLAN_FILE = "approved.tfplan"
_BOUND = frozenset({"symlink", "too_large", "special"})


def approved_plan(session: Session, given: Path | None) -> tuple[Approval, Path]:
    """Find the approval, and lay out its plan as stored: a file at hand could change meanwhile.

    Args:
        session: The run.
        given: The plan file at hand; None to take the newest approval.

    Raises:
        ApprovalError: The plan is not approved, or its approval expired or was used.
    """
    context, project = session.context, session.project
    if context.glass is not None:
        raise ApprovalError(
            "while the store does not answer nobody can tell what is approved; nothing was changed",
            hint="once the store answers: guardian apply --require-approval",
        )
    digest = context.engine.read_plan(given).sha256 if given is not None else None
    try:
        approval = chosen(project, digest, context.clock.now())
    except ApprovalError as error:
        _record(session, "refused", error.message)
        raise
    path = session.run_dir / PLAN_FILE
    context.workplace.write(path, project.get(ObjectKind.PLAN, approval.plan.object))
    allowed = f", with {deletions_allowed(approval.allow_delete)}" if approval.allow_delete else ""
    context.audience.note(f"applying {described(approval)}{allowed}")
    return approval, path


def refuse_moved(
    session: Session, checkout: Checkout, approval: Approval, before: Reading, source: Source
) -> None:
    """Refuse unless everything is as it was approved.

    Raises:
        ApprovalError: Says all that moved.
    """
    project, configuration = session.project, source.configuration
    present = Present(
        state=before.facts,
        lock_file=lock_file_of(project, configuration),
        files=files_of(project, configuration, approval),
        sealed=digests(session.context, checkout.root, approval.sealed),
    )
    clauses = moved(approval, files_of(project, approval.configuration, approval), present)
    _record(session, "refused" if clauses else "passed", "; ".join(clauses))
    if clauses:
        raise ApprovalError(
            f"what was approved has moved since {described(approval)}: {'; '.join(clauses)}; "
            "nothing was changed",
            hint="guardian plan -out=PLAN    # plan again, and approve that",
        )


def files_of(project: Project, reference: ConfigurationRef, approval: Approval) -> dict[str, str]:
    """Return what stands for the content of each file, by path from the root module.

    The lock file and the sealed files are left out: they are compared by themselves; and the plan itself,
    wherever it lies. Of what could not be stored its size, or where it leads, stands for it.
    """
    found = {
        _from_root(each.path, reference): f"{each.object} {each.executable}"
        for each in project.configuration_entries(reference)
        if not _is_plan(project, each, approval.plan)
    }
    found |= {
        _from_root(each.path, reference): f"{each.reason} {each.detail}"
        for each in reference.left_out
        if each.reason in _BOUND
    }
    apart = {LOCK_FILE, *(posixpath.normpath(each.path) for each in approval.sealed)}
    return {path: content for path, content in found.items() if path not in apart}


def lock_file_of(project: Project, reference: ConfigurationRef) -> str | None:
    """Return the hex digest of the stored lock file, None without one."""
    path = posixpath.normpath(posixpath.join(reference.root, LOCK_FILE))
    for each in project.configuration_entries(reference):
        if each.path == path:
            return sha256(project.get(ObjectKind.FILE, each.object)).hexdigest()
    return None


def _is_plan(project: Project, entry: TreeEntry, plan: PlanRef) -> bool:
    if entry.bytes != plan.bytes:
        return False
    return sha256(project.get(ObjectKind.FILE, entry.object)).hexdigest() == plan.sha256


def _from_root(path: str, reference: ConfigurationRef) -> str:
    return posixpath.relpath(path, reference.root) if not path.startswith("/") else path


def _record(session: Session, verdict: str, detail: str) -> None:
    session.record(Kind.GUARDED, {"guard": "approval", "verdict": verdict, "detail": detail})
