"""`guardian review`: what a pull request must know of a plan before the merge. Nothing is written."""

import posixpath
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from guardian.domain.configuration import Place
from guardian.domain.engine import Backend, PlanOptions, WorkingDirectory
from guardian.domain.review.document import PlanDocument, read_document
from guardian.domain.review.review import PlanIdentity, Review
from guardian.domain.state import parse_state
from guardian.errors import ConfigurationError, GuardianError, StalePlanError
from guardian.operations.context import Checkout, Context
from guardian.operations.judge_plan import AskBackups, Beside, judge_plan
from guardian.operations.plan import Planned, adopt_plan, find_backend, initialise, make_plan
from guardian.operations.prepare import refuse_stale
from guardian.operations.project import known_project, project_name
from guardian.operations.rehearsal_stage import Base
from guardian.operations.rehearse import rehearse
from guardian.operations.scene import unpack
from guardian.operations.session import passing_place, read_state, working_directory
from guardian.operations.verdicts import Judging, known_beside
from guardian.ports.configuration import ConfigurationSource
from guardian.repository.project import Project

COMPARED = "compared"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewRequest:
    """What is asked for.

    Attributes:
        checkout: The root module at hand.
        root: Its path below the top of its repository, `.` for the top itself.
        options: Terraform's, where it plans.
        plan_file: A saved plan, or None to plan now.
        base: A commit to compare with and to rehearse the way back to; empty for the baseline snapshot.
        rehearse: Whether to plan the way back.
        values: Whether values are shown, masked.
        judging: By what it is judged.
        backups: Asks for backups of what goes; None where nobody can be asked.
    """

    checkout: Checkout
    root: str = "."
    options: PlanOptions = field(default_factory=PlanOptions)
    plan_file: Path | None = None
    base: str = ""
    rehearse: bool = False
    values: bool = False
    judging: Judging = field(default_factory=Judging)
    backups: AskBackups | None = None


def review(context: Context, request: ReviewRequest) -> Review:
    """Plan, or take a saved plan, and judge it.

    Raises:
        PlanFailedError: With Terraform's diagnostics.
        StalePlanError: The plan is of another configuration than the one at hand.
        PlanFormatError: Terraform's JSON is of a format that is not known.
        NotFoundError: This clone does not have the base commit.
    """
    checkout = request.checkout
    with passing_place(context) as place:
        where = working_directory(place, checkout)
        backend = find_backend(context, where, checkout.init)
        project, note = known_project(context, project_name(checkout.project, backend))
        # First: without the base commit nothing of this is wanted.
        compared = _base(context, place.path / COMPARED, project, request)
        planned = _planned(context, where, request)
        context.audience.phase("reviewing")
        document = read_document(
            planned.json or context.engine.show_plan_json(where, planned.path), named="the plan's JSON"
        )
        beside = _beside(
            context.configuration,
            project,
            request,
            now=context.clock.now(),
            compared=compared,
            notes=(note,) if note else (),
        )
        stale = _stale(context, where, backend, planned) if request.plan_file is not None else ""
        if stale:
            beside = replace(beside, obstacles=(*beside.obstacles, stale))
        blank = Review(
            project=project_name(checkout.project, backend),
            root=request.root,
            workspace=backend.workspace,
            plan=_identity(context, planned, document, checkout.root),
            plan_path=str(request.plan_file or ""),
        )
        judged = judge_plan(
            document,
            blank,
            beside,
            limits=request.judging.limits,
            now=context.clock.now(),
            values=request.values,
        )
        if not request.rehearse or judged.is_empty:
            return judged
        rehearsal = rehearse(
            context,
            place,
            checkout,
            planned,
            document,
            Base(ref=request.base, project=project),
            options=request.options,
        )
        return replace(judged, rehearsal=rehearsal)


def review_json(
    body: bytes,
    request: ReviewRequest,
    *,
    named: str,
    project: Project | None,
    configuration: ConfigurationSource,
    now: datetime,
    notes: Sequence[str] = (),
) -> Review:
    """Judge a plan's JSON: no engine, no backend and no store are needed.

    Args:
        body: As `terraform show -json` wrote it.
        request: Its options and base are not looked at.
        named: The file.
        project: What the store knows; None where it does not, or was not asked.
        configuration: Reads the files at hand.
        now: The moment, aware.
        notes: What could not be known.

    Raises:
        PlanFormatError: Not JSON, cut off, not a plan, or of a format that is not known.
    """
    document = read_document(body, named=named)
    position = configuration.git_position(request.checkout.root)
    blank = Review(
        project=project.descriptor.name if project else request.checkout.project or request.root,
        root=request.root,
        workspace=request.checkout.environment.get("TF_WORKSPACE", "default"),
        plan=PlanIdentity(
            digest=sha256(body).hexdigest(),
            terraform_version=document.terraform_version,
            commit=position.commit if position else "",
            made_at=document.made_at,
        ),
    )
    beside = _beside(configuration, project, request, now=now, compared=None, notes=tuple(notes))
    return judge_plan(document, blank, beside, limits=request.judging.limits, now=now, values=request.values)


def _planned(context: Context, where: WorkingDirectory, request: ReviewRequest) -> Planned:
    checkout = request.checkout
    if request.plan_file is not None:
        return adopt_plan(context, where, request.plan_file, checkout)
    context.audience.phase("planning")
    return make_plan(
        context,
        where,
        # Taking the lock writes, and a review may not.
        replace(request.options, lock=False),
        initialise_first=lambda: initialise(context, where, checkout.init),
    )


def _stale(context: Context, where: WorkingDirectory, backend: Backend, planned: Planned) -> str:
    """Say that a saved plan is of an earlier moment of the state; empty where it is not, or nobody knows."""
    try:
        before = read_state(context, where, backend)
        refuse_stale(planned, before)
    except StalePlanError as error:
        return f"an apply will be refused: {error.message}"
    except GuardianError:
        return ""
    return ""


def _base(context: Context, into: Path, project: Project | None, request: ReviewRequest) -> Path | None:
    """Lay the base out to be compared, and return its root module; None where there is none."""
    if request.base:
        files = context.configuration.lay_out_commit(
            request.checkout.root, request.base, into, limits=context.limits
        )
        return into / files.root
    head = project.log.head() if project is not None else None
    if project is None or head is None or head.standing.baseline is None:
        return None
    snapshot = project.snapshot(head.standing.baseline)
    return unpack(context, project, snapshot, into) if snapshot.configuration is not None else None


def _beside(
    configuration: ConfigurationSource,
    project: Project | None,
    request: ReviewRequest,
    *,
    now: datetime,
    compared: Path | None,
    notes: tuple[str, ...],
) -> Beside:
    root = request.checkout.root

    def places(resources: Collection[str]) -> Mapping[str, Place]:
        try:
            found = configuration.places(root, resources)
        except ConfigurationError:
            return {}
        return {
            name: replace(each, file=posixpath.normpath(posixpath.join(request.root, each.file)))
            for name, each in found.items()
        }

    found = replace(
        known_beside(project, request.judging, now),
        versions_before=configuration.versions(compared) if compared is not None else {},
        versions_after=configuration.versions(root) if compared is not None else {},
        places=places,
        notes=notes,
    )
    return found if request.backups is None else replace(found, backups=request.backups)


def _identity(context: Context, planned: Planned, document: PlanDocument, root: Path) -> PlanIdentity:
    refreshed = planned.file.refreshed_state
    state = parse_state(refreshed) if refreshed.strip() else None
    position = context.configuration.git_position(root)
    return PlanIdentity(
        digest=planned.file.sha256,
        terraform_version=document.terraform_version,
        lineage=state.lineage if state else "",
        serial=state.serial if state else 0,
        commit=position.commit if position else "",
        made_at=document.made_at,
    )
