"""A Terraform in memory: it reads a little of the language, plans against a state and applies saved plans.

It understands `resource` blocks of `terraform_data` with `input`, `depends_on` and a `local-exec` whose
command is `exit 1` (the create fails and leaves a tainted instance); types of AWS as if they were that, with
an ARN. All it says has the real one's shape.
"""

import hashlib
import io
import json
import re
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

from guardian.adapters.terraform.evidence import read_evidence
from guardian.adapters.terraform.plan_file import read_plan_file
from guardian.domain.engine import (
    ApplyOptions,
    Backend,
    ChildProcess,
    Diagnostic,
    EngineOutcome,
    EngineVersion,
    Evidence,
    InitOptions,
    PlanFile,
    PlanOptions,
    RawState,
    WorkingDirectory,
)
from guardian.domain.lock import WHO_HOLDS_IT, TerraformLock, our_info
from guardian.errors import EngineError, StateLockedError
from guardian.operations.scene import OVERRIDE
from guardian.ports.engine import OnEvent, OnStart
from tests.fakes.system import FakeInterruption

LOCK_ID = "6cf1a3a1-5ee9-4d0e-8a4e-0b9a3a1f8d55"
BUILTIN = 'provider["terraform.io/builtin/terraform"]'
AWS = 'provider["registry.terraform.io/hashicorp/aws"]'
NOWHERE = 1 << 22  # beyond Linux's largest pid: nobody is alive there
RESOURCE = re.compile(
    r'^resource "(?P<type>\w+)" "(?P<name>\w+)" \{\n(?P<body>.*?)^\}', re.MULTILINE | re.DOTALL
)


class FakeStateBackend:
    """Implements `StateBackend`: one state in memory, open to tests that break it."""

    def __init__(self, body: bytes | None = None, *, workspace: str = "default") -> None:
        self.body = body
        self.workspace = workspace
        self.initialised = True
        self.workspaces = {"default", workspace}
        self.held: TerraformLock | None = None
        self.stale_digest = ""
        self.config: dict[str, Any] = {"bucket": "states", "key": "fake.tfstate"}

    def locate(self, where: WorkingDirectory) -> Backend | None:
        if not self.initialised:
            return None
        address = f"s3://{self.config['bucket']}/{self.config['key']}"
        return Backend(kind="s3", config=dict(self.config), workspace=self.workspace, address=address)

    def read(self, where: WorkingDirectory, backend: Backend) -> RawState:
        return RawState(body=self.body, source="backend", stale_digest=self.stale_digest)

    def needs_init(self, where: WorkingDirectory, backend: Backend) -> bool:
        return False

    @contextmanager
    def locked(
        self, where: WorkingDirectory, backend: Backend, *, operation: str, run_id: str = ""
    ) -> Iterator[None]:
        if self.held:
            raise StateLockedError(
                f"Terraform's lock on the state is held: {self.held_by}", hint=WHO_HOLDS_IT
            )
        self.held = TerraformLock(
            id=str(uuid4()),
            operation=operation,
            who="guardian@laptop",
            info=our_info(run_id) if run_id else "",
        )
        try:
            yield
        finally:
            self.held = None

    def write(self, where: WorkingDirectory, backend: Backend, body: bytes) -> None:
        assert self.held, "written without the lock"
        self.body, self.stale_digest = body, ""

    def has_workspace(self, where: WorkingDirectory, backend: Backend) -> bool:
        return backend.workspace in self.workspaces

    def lock(self, where: WorkingDirectory, backend: Backend) -> TerraformLock | None:
        return self.held

    def unlock(self, where: WorkingDirectory, backend: Backend, lock_id: str) -> None:
        if self.held is not None and self.held.id != lock_id:
            raise StateLockedError(
                f"the lock on the state is not {lock_id}, but another one: {self.held.describe()}",
                hint=WHO_HOLDS_IT,
            )
        self.held = None

    def lock_holder(self, where: WorkingDirectory, backend: Backend) -> str:
        return self.held_by

    @property
    def held_by(self) -> str:
        return self.held.describe() if self.held else ""

    @held_by.setter
    def held_by(self, who: str) -> None:
        self.held = TerraformLock(id=LOCK_ID, operation="a test", who=who) if who else None

    @property
    def document(self) -> dict[str, Any]:
        if not self.body:
            return {"version": 4, "terraform_version": "1.11.4", "serial": 0, "lineage": "", "resources": []}
        document: dict[str, Any] = json.loads(self.body)
        return document


@dataclass(frozen=True)
class Change:
    """One planned change, as the fake keeps it in its plan files."""

    address: str
    action: str
    input: str | None
    depends_on: list[str]
    fails: bool
    previous: str = ""


@dataclass
class FakeEngine:
    """Implements `Engine` over a `FakeStateBackend`.

    Attributes:
        failing: Addresses whose next change fails, whatever their configuration says.
        moved: What `moved` blocks say, the old address by the new one; only what is changed too is moved.
        calls: Verb and root of each command, in order.
        stranded: File to report as the stranded state of the next applies.
    """

    backend: FakeStateBackend
    interruption: FakeInterruption = field(default_factory=FakeInterruption)
    failing: set[str] = field(default_factory=set)
    moved: dict[str, str] = field(default_factory=dict)
    calls: list[tuple[str, Path]] = field(default_factory=list)
    stranded: Path | None = None

    def version(self) -> EngineVersion:
        return EngineVersion(product="terraform", version="1.11.4", executable="/fake/terraform")

    def init(self, where: WorkingDirectory, *, options: InitOptions) -> EngineOutcome:
        self.calls.append(("init", where.root))
        self.backend.initialised = True
        return EngineOutcome(exit_code=0)

    def plan(
        self, where: WorkingDirectory, *, out: Path, options: PlanOptions, on_event: OnEvent
    ) -> EngineOutcome:
        self.calls.append(("plan", where.root))
        if self.interruption.requested():
            return EngineOutcome(exit_code=-2, interrupted=True)
        on_event(_event("version", "Terraform 1.11.4", terraform="1.11.4", ui="1.2"))
        try:
            wanted = {} if options.destroy else dict(_resources(where.root))
        except SyntaxError as error:
            return self._failed(on_event, "Unclosed configuration block", file=error.filename or "", line=1)
        document = self._document(where)
        changes = self._changes(document, wanted, options)
        for change in changes:
            on_event(_change_event(change))
        on_event(_summary("plan", changes))
        _write_plan(out, document, changes, where.root)
        return EngineOutcome(exit_code=2 if changes else 0)

    def apply(
        self,
        where: WorkingDirectory,
        *,
        plan: Path,
        options: ApplyOptions,
        on_start: OnStart,
        on_event: OnEvent,
    ) -> EngineOutcome:
        self.calls.append(("apply", where.root))
        if self.interruption.requested():
            return EngineOutcome(exit_code=-2, interrupted=True)
        streams = where.run_dir / "01-apply.stdout", where.run_dir / "01-apply.stderr"
        child = ChildProcess(pid=NOWHERE, started=1, stdout=streams[0], stderr=streams[1])
        held: list[BaseException] = []

        def attempt(call: Callable[[], None]) -> None:
            try:
                if not held:
                    call()
            except BaseException as error:  # noqa: BLE001  # the real one goes on, even without its guardian
                held.append(error)

        def tell(event: Mapping[str, Any]) -> None:
            with streams[0].open("a") as written:
                written.write(json.dumps(event) + "\n")
            attempt(lambda: on_event(event))

        attempt(lambda: on_start(child))
        outcome = self._apply(plan, tell)
        if held:
            raise held[0]
        return outcome

    def _apply(self, plan: Path, on_event: OnEvent) -> EngineOutcome:
        on_event(_event("version", "Terraform 1.11.4", terraform="1.11.4", ui="1.2"))
        planned = _read_plan(plan)
        document = self.backend.document
        if (planned["lineage"], planned["serial"]) != (document["lineage"], document["serial"]):
            return self._failed(on_event, "Saved plan is stale")
        changes = [Change(**each) for each in planned["changes"]]
        for change in changes:
            on_event(_change_event(change))
        stopped: set[str] = set()
        done: list[Change] = []
        diagnostics: list[Diagnostic] = []
        interrupted = False
        for change in changes:
            interrupted = interrupted or self.interruption.requested() is not None
            if interrupted or stopped & set(change.depends_on):
                stopped.add(change.address)
                continue
            on_event(_hook_event("apply_start", change))
            failed = self._carry_out(document, change)
            if failed:
                stopped.add(change.address)
                diagnostics += self._failed(
                    on_event, "local-exec provisioner error", change=change
                ).diagnostics
                on_event(_hook_event("apply_errored", change, elapsed_seconds=0))
            else:
                done.append(change)
                ids = {"id_key": "id", "id_value": _object_id(change.address)}
                on_event(_hook_event("apply_complete", change, elapsed_seconds=0, **ids))
        self._save(document)
        if diagnostics or interrupted:
            return EngineOutcome(
                exit_code=1,
                diagnostics=tuple(diagnostics),
                interrupted=interrupted,
                stranded_state=self.stranded,
            )
        on_event(_summary("apply", done))
        return EngineOutcome(exit_code=0, stranded_state=self.stranded)

    def evidence(self, run_dir: Path, *, root: Path) -> Evidence | None:
        return read_evidence(run_dir, errored=root / "errored.tfstate")

    def read_plan(self, plan: Path) -> PlanFile:
        return read_plan_file(plan)

    def show_plan_json(self, where: WorkingDirectory, plan: Path) -> bytes:
        self.calls.append(("show", where.root))
        changes = [
            {
                "address": change["address"],
                "mode": "managed",
                "type": change["address"].split(".")[0],
                "change": {"actions": _actions(change["action"]), "after": {"input": change["input"]}},
            }
            for change in _read_plan(plan)["changes"]
        ]
        document = {"format_version": "1.2", "terraform_version": "1.11.4", "resource_changes": changes}
        return json.dumps(document).encode()

    def show_plan_text(self, where: WorkingDirectory, plan: Path, *, color: bool) -> str:
        self.calls.append(("show", where.root))
        lines = [f"  # {each['address']} will be {each['action']}d" for each in _read_plan(plan)["changes"]]
        return "\n".join(("Terraform will perform the following actions:", *lines))

    def _document(self, where: WorkingDirectory) -> dict[str, Any]:
        """Return the state that a plan is made on: the backend's, or that of a private copy of it."""
        override = where.root / OVERRIDE
        if override.exists():
            backend = json.loads(override.read_text())["terraform"]["backend"]
            if "local" in backend:
                found: dict[str, Any] = json.loads(Path(backend["local"]["path"]).read_bytes())
                return found
        return self.backend.document

    def _changes(
        self, document: Mapping[str, Any], wanted: Mapping[str, Change], options: PlanOptions
    ) -> list[Change]:
        if options.refresh_only:
            return []
        recorded = {f"{each['type']}.{each['name']}": each for each in document["resources"]}
        changes = []
        for address, resource in wanted.items():
            previous = "" if address in recorded else self.moved.get(address, "")
            known = recorded.pop(previous, None) or recorded.get(address)
            if known is None:
                changes.append(resource)
            elif known["instances"][0].get("status") == "tainted" or address in options.replace:
                changes.append(Change(**{**vars(resource), "action": "replace"}))
            elif known["instances"][0]["attributes"]["input"] != resource.input:
                changes.append(
                    Change(**{**vars(resource), "action": "update", "fails": False, "previous": previous})
                )
        gone = [address for address in recorded if address not in wanted]
        changes += [Change(address, "delete", None, [], fails=False) for address in reversed(gone)]
        return [each for each in changes if not options.targets or each.address in _closure(options, wanted)]

    def _carry_out(self, document: dict[str, Any], change: Change) -> bool:
        kind, name = change.address.split(".")
        fails = change.fails or change.address in self.failing
        if change.action == "update" and fails:
            return True
        left = {change.address, change.previous}
        others = [each for each in document["resources"] if f"{each['type']}.{each['name']}" not in left]
        document["resources"] = others
        if change.action != "delete":
            attributes = {"id": _object_id(change.address), "input": change.input, "output": change.input}
            if kind.startswith("aws_"):
                attributes["arn"] = f"arn:aws:x:eu-central-1:123456789012:{name}"
            instance = {"schema_version": 0, "attributes": attributes, "dependencies": change.depends_on}
            if fails:
                instance["status"] = "tainted"
            provider = AWS if kind.startswith("aws_") else BUILTIN
            resource = {"mode": "managed", "type": kind, "name": name, "provider": provider}
            others.append({**resource, "instances": [instance]})
        return fails

    def _save(self, document: dict[str, Any]) -> None:
        document["serial"] += 1
        document["lineage"] = document["lineage"] or "8b2d0ba5-0000-4000-8000-000000000000"
        self.backend.body = json.dumps(document, indent=2).encode()

    def _failed(
        self, on_event: OnEvent, summary: str, *, file: str = "", line: int = 0, change: Change | None = None
    ) -> EngineOutcome:
        written: dict[str, Any] = {"severity": "error", "summary": summary, "detail": "it failed"}
        if file:
            written["range"] = {"filename": file, "start": {"line": line}}
        if change:
            written["address"] = change.address
        on_event(_event("diagnostic", f"Error: {summary}", level="error", diagnostic=written))
        return EngineOutcome(exit_code=1, diagnostics=(Diagnostic.from_event(written),))


def _resources(root: Path) -> Iterator[tuple[str, Change]]:
    for path in sorted(root.glob("*.tf")):
        text = path.read_text()
        if text.count("{") != text.count("}"):
            raise SyntaxError("unbalanced", (path.name, 1, 0, ""))
        for found in RESOURCE.finditer(text):
            address = f"{found['type']}.{found['name']}"
            given = re.search(r'^\s*input\s*=\s*"(.*)"$', found["body"], re.MULTILINE)
            needed = re.search(r"depends_on\s*=\s*\[(.*)\]", found["body"])
            depends_on = [each.strip() for each in needed[1].split(",")] if needed else []
            fails = 'command = "exit 1"' in found["body"]
            yield address, Change(address, "create", given[1] if given else None, depends_on, fails=fails)


def _write_plan(out: Path, document: Mapping[str, Any], changes: list[Change], root: Path) -> None:
    planned = {
        "lineage": document["lineage"],
        "serial": document["serial"],
        "changes": [vars(each) for each in changes],
    }
    state = json.dumps(document)
    members = {"tfplan": json.dumps(planned), "tfstate": state, "tfstate-prev": state}
    members |= {f"tfconfig/m-/{each.name}": each.read_text() for each in sorted(root.glob("*.tf"))}
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    out.write_bytes(body.getvalue())
    out.chmod(0o600)


def _read_plan(plan: Path) -> dict[str, Any]:
    try:
        with zipfile.ZipFile(plan) as archive:
            planned: dict[str, Any] = json.loads(archive.read("tfplan"))
    except (OSError, zipfile.BadZipFile, KeyError) as error:
        raise EngineError(f"{plan} is not a saved plan file") from error
    return planned


def _closure(options: PlanOptions, wanted: Mapping[str, Change]) -> set[str]:
    """Extend the targets, as Terraform does, to all that they depend on."""
    found: set[str] = set()
    pending = list(options.targets)
    while pending:
        address = pending.pop()
        if address not in found:
            found.add(address)
            pending += wanted[address].depends_on if address in wanted else []
    return found


def _object_id(address: str) -> str:
    return hashlib.sha256(address.encode()).hexdigest()[:32]


def _actions(action: str) -> list[str]:
    return ["delete", "create"] if action == "replace" else [action]


def _event(kind: str, message: str, *, level: str = "info", **content: Any) -> dict[str, Any]:
    return {"@level": level, "@message": message, "@module": "terraform.ui", "type": kind, **content}


def _resource(address: str) -> dict[str, Any]:
    kind, name = address.split(".")
    identity = {"addr": address, "module": "", "resource": address, "implied_provider": "terraform"}
    return {**identity, "resource_type": kind, "resource_name": name, "resource_key": None}


def _change_event(change: Change) -> dict[str, Any]:
    content: dict[str, Any] = {"resource": _resource(change.address), "action": change.action}
    if change.previous:
        content["previous_resource"] = _resource(change.previous)
    return _event("planned_change", f"{change.address}: Plan to {change.action}", change=content)


def _hook_event(kind: str, change: Change, **more: Any) -> dict[str, Any]:
    hook = {"resource": _resource(change.address), "action": change.action, **more}
    return _event(kind, f"{change.address}: {kind}", hook=hook)


def _summary(operation: str, changes: list[Change]) -> dict[str, Any]:
    actions = [each.action for each in changes]
    replaced = actions.count("replace")
    counts = {
        "add": actions.count("create") + replaced,
        "change": actions.count("update"),
        "import": 0,
        "remove": actions.count("delete") + replaced,
        "operation": operation,
    }
    return _event("change_summary", f"{operation} complete", changes=counts)
