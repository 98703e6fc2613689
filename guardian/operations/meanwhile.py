"""After an approved apply: was all that Terraform read where it lies still what was approved?"""

import json
import os
import posixpath
import sys
from dataclasses import replace
from pathlib import Path

from guardian.domain.approval import LOCK_FILE, SHOWN_FILES, Approval
from guardian.domain.engine import Backend
from guardian.domain.journal import Kind
from guardian.domain.sealed import written_files
from guardian.errors import ConfigurationError
from guardian.operations.bound import files_of, lock_file_of
from guardian.operations.context import Checkout
from guardian.operations.prepare import Prepared
from guardian.operations.sealing import Stage, digests
from guardian.operations.session import Session


def changed_meanwhile(
    session: Session, checkout: Checkout, prepared: Prepared, approval: Approval, stage: Stage
) -> str:
    """Look again, after the apply, at all that was read in place, and say what may not be as it was approved.

    Returns:
        One sentence, or nothing where everything is as it was.
    """
    if stage.is_copy and not stage.in_place:
        return ""
    now = digests(session.context, checkout.root, stage.in_place)
    changed = [each.path for each in stage.in_place if now.get(each.path) != each.sha256]
    if not stage.is_copy:
        changed += _configuration_changed(session, checkout, prepared, approval)
    shown = ", ".join(changed[:SHOWN_FILES])
    if len(changed) > SHOWN_FILES:
        shown += f" and {len(changed) - SHOWN_FILES} more"
    verdict = "refused" if changed else "passed"
    session.record(Kind.GUARDED, {"guard": "read_in_place", "verdict": verdict, "detail": ", ".join(changed)})
    if not changed:
        return ""
    text = (
        f"{shown} changed while the approved plan was applied, and was read in place because {stage.why}: "
        "what was deployed may not be what was approved"
    )
    session.context.audience.note(text)
    return text


def _configuration_changed(
    session: Session, checkout: Checkout, prepared: Prepared, approval: Approval
) -> list[str]:
    """Name each file of the approved configuration that is another one now, or gone.

    What is new is not looked at: an apply may write where it works.
    """
    context, project = session.context, session.project
    expected = files_of(project, approval.configuration, approval)
    try:
        captured = context.configuration.capture(
            checkout.root,
            data_dir=checkout.data_dir,
            var_files=(),
            # What the apply itself wrote is no reason to see nothing.
            limits=replace(context.limits, max_files=sys.maxsize, max_total_bytes=sys.maxsize),
            exclude=context.own_paths,
        )
        wanted = {*expected, LOCK_FILE}
        kept = tuple(each for each in captured.files if posixpath.relpath(each.path, captured.root) in wanted)
        # Stored, so that what Terraform may have read in its place is not lost.
        reference = project.put_configuration(replace(captured, files=kept))
    except ConfigurationError as error:
        return [f"the configuration ({error.message})"]
    present = files_of(project, reference, approval)
    written = _written(checkout.root, prepared)
    changed = [
        path
        for path, content in sorted(expected.items())
        if present.get(path) != content
        and not any(path == each or path.startswith(f"{each}/") for each in written)
    ]
    return changed if lock_file_of(project, reference) == approval.lock_file else [*changed, LOCK_FILE]


def _written(root: Path, prepared: Prepared) -> set[str]:
    """Return what this very apply writes, by path from the root module: files of resources, and the state."""
    top = root.absolute()
    paths = [*written_files(json.loads(prepared.planned.json or b"{}")), *_states(prepared.backend)]
    return {os.path.relpath(top / Path(each).expanduser(), top) for each in paths}


def _states(backend: Backend) -> list[str]:
    if backend.kind != "local":
        return []
    path, directory = backend.config.get("path"), backend.config.get("workspace_dir")
    return [*([path, f"{path}.backup"] if path else []), *([directory] if directory else [])]
