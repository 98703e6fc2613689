"""Writes `fixtures/repositories/v1`, once: `python -m tests.support.repository_v1`.

The files stay as they are for ever; a later guardian must read them. So this refuses to write them again.
"""

import sys
from pathlib import Path

import pytest

from guardian.domain.journal import Kind
from guardian.repository import states
from guardian.repository.journal import RunJournal
from tests.fakes.blobs import FakeBlobStore
from tests.support.projects import open_project, snapshot_of, state_body

ROOT = Path(__file__).parents[2] / "fixtures" / "repositories" / "v1"
INSTANCES = 40
BEFORE = state_body(1, INSTANCES)
AFTER = state_body(2, INSTANCES, changed={7: "other", 31: "other"})


def load() -> FakeBlobStore:
    """Return the store with these files."""
    store = FakeBlobStore()
    store.bodies = {
        path.relative_to(ROOT).as_posix(): path.read_bytes() for path in ROOT.rglob("*") if path.is_file()
    }
    return store


def make() -> FakeBlobStore:
    """Return a store with one run: two moments of one state, a baseline, events."""
    store = FakeBlobStore()
    project = open_project(store)
    with RunJournal(project.log, "run-1") as journal, pytest.MonkeyPatch.context() as patch:
        patch.setattr(states, "WHOLE_BYTES", 1024)  # else it would take large files to show the layout
        opened = {"operation": "apply", "engine": {}, "root": ".", "run_dir": "/run"}
        journal.record(Kind.RUN_OPENED, opened)
        before = project.commit(snapshot_of(project, BEFORE))
        journal.event({"type": "apply_complete"})
        after = project.commit(snapshot_of(project, AFTER, serial=2, like=before.state))
        journal.record(Kind.PROMOTED, {"snapshot_id": after.id, "evidence": ["the engine exited 0"]})
        journal.record(Kind.RUN_CLOSED, {"outcome": "applied", "exit_code": 0})
    return store


if __name__ == "__main__":
    if ROOT.exists():
        sys.exit(f"{ROOT} exists and stays as it is")
    for key, body in make().bodies.items():
        path = ROOT / key
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(body)
