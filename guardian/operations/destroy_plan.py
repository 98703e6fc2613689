"""`guardian destroy-plan`: the targeted destruction of what a run created, saved and not run."""

from dataclasses import dataclass, field
from pathlib import Path

from guardian.domain.decide import decide
from guardian.domain.engine import ApplyOptions
from guardian.domain.recovery import Limits, Strategy
from guardian.domain.run import Outcome
from guardian.domain.steps import AskHuman, DestroyTargets
from guardian.errors import ExitCode, NotFoundError, UsageError
from guardian.operations.context import Checkout, Context
from guardian.operations.course import undecided
from guardian.operations.destroy import SCENE, plan_destroy
from guardian.operations.open import open_session
from guardian.operations.project import find_project
from guardian.operations.runs import Run, find_run, load_run
from guardian.operations.scene import lay_out
from guardian.operations.session import Session, close_run, private_place
from guardian.operations.situation import gather


@dataclass(frozen=True, slots=True, kw_only=True)
class DestroyPlanRequest:
    """What the command line asks for.

    Attributes:
        run: Id, its beginning or `last`; empty for the run that failed and is not mended.
        out: Where to save the plan, None for nowhere.
    """

    checkout: Checkout | None
    project: str = ""
    run: str = ""
    out: Path | None = None
    options: ApplyOptions = field(default_factory=ApplyOptions)


@dataclass(frozen=True, slots=True, kw_only=True)
class DestroyPlanned:
    """What would go, in order of destruction, and where the plan is."""

    project: str
    run_id: str
    addresses: tuple[str, ...]
    saved: Path | None


def destroy_plan(context: Context, request: DestroyPlanRequest) -> DestroyPlanned:
    """Plan, show and save; nothing is destroyed.

    Raises:
        RecoveryRefusedError: The run created nothing alone: what exists refers to it.
        NotFoundError: No such run, or it never began to apply.
    """
    _refuse_no_place(request.out)
    project = find_project(
        context.repository, context.backend.locate, name=request.project, checkout=request.checkout
    )
    where = str(request.checkout.root) if request.checkout else ""
    limits = Limits(strategy=Strategy.DESTROY_CREATED)
    with (
        private_place(context) as place,
        open_session(context, place, project, operation="destroy-plan", root=where, wait=False) as session,
    ):
        run = _run(session, request.run)
        baseline = project.snapshot(session.entered.baseline) if session.entered.baseline else None
        gathered = gather(session, target=baseline, run=run, limits=limits, look=False)
        plan = decide(gathered.situation, limits)
        saved: Path | None = None
        addresses: tuple[str, ...] = ()
        for step in plan.steps:
            if isinstance(step, AskHuman):
                raise undecided(step)
            if isinstance(step, DestroyTargets):
                addresses = step.addresses
                scene = lay_out(context, project, place, project.snapshot(step.snapshot_id), name=SCENE)
                planned = plan_destroy(context, scene, addresses, request.options, name="destroy.tfplan")
                text = context.engine.show_plan_text(
                    scene.where, planned.path, color=context.audience.wants_color
                )
                context.audience.plan(planned.summary, text)
                if request.out is not None:
                    context.workplace.replace(request.out, planned.file.body)
                    saved = request.out
        close_run(session, Outcome.PLANNED, ExitCode.OK)
    return DestroyPlanned(project=project.descriptor.name, run_id=run.id, addresses=addresses, saved=saved)


def _refuse_no_place(out: Path | None) -> None:
    """Refuse a file that cannot be written, before anything is planned."""
    if out is not None and (not out.name or out.is_dir() or not out.absolute().parent.is_dir()):
        raise UsageError(f"-out={out} names no file in a directory that is there", hint="-out=destroy.tfplan")


def _run(session: Session, text: str) -> Run:
    if text and text != "last":
        run = find_run(session.project, text)
    else:
        reference = session.entered.open_incident
        if reference is None:
            raise NotFoundError("no run failed that is not mended", hint="guardian run list")
        run = load_run(session.project, reference.run_id)
    if run.incident is None:
        raise NotFoundError(f"run {run.id} did not fail", hint="guardian run list")
    return run
