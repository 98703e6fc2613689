"""`guardian run resume`: go on where a guardian died: wait for its Terraform, take the run over, end it."""

from dataclasses import dataclass

from guardian.domain.run import Outcome
from guardian.domain.run_class import RunClass
from guardian.errors import ExitCode, NotFoundError
from guardian.operations.break_glass import refuse_unflushed
from guardian.operations.context import Checkout, Context
from guardian.operations.open import released_at_the_end, take_lease
from guardian.operations.project import find_project
from guardian.operations.runs import Run, find_run
from guardian.operations.session import private_place
from guardian.operations.settle import settle_cut_short
from guardian.repository.project import Project
from guardian.repository.proof import refuse_broken


@dataclass(frozen=True, slots=True, kw_only=True)
class ResumeRequest:
    """What the command line asks for.

    Attributes:
        checkout: The root module at hand, None where there is none.
        project: Name given by `--project`, or empty.
        run: Id, prefix or `last`; empty for the run that is open.
    """

    checkout: Checkout | None
    project: str = ""
    run: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ResumeResult:
    """What was settled.

    Attributes:
        run: As it is on record now; None when no run was open.
        baseline_id: The baseline afterwards.
        next_command: What to type next, and why.
    """

    outcome: Outcome
    exit_code: ExitCode
    project: str
    run: Run | None
    baseline_id: str | None
    next_command: tuple[str, str]


def resume(context: Context, request: ResumeRequest) -> ResumeResult:
    """Give the run that was cut short its end.

    Raises:
        LeaseHeldError: Its guardian lives, or another one works on the project.
        SpooledError: Runs of the project wait to be flushed: the state is a later one than the run left.
        NotFoundError: The run that was named is not the one that was cut short.
        InterruptedRunError: A signal ended the waiting for Terraform, which works on.
    """
    project = find_project(
        context.repository, context.backend.locate, name=request.project, checkout=request.checkout
    )
    project.refuse_lost_log()
    refuse_unflushed(context, project)
    refuse_broken(project.log)
    _refuse_another(project, request.run)
    with (
        private_place(context) as place,
        released_at_the_end(context, take_lease(context, project, wait=True)),
    ):
        run = settle_cut_short(context, place, project, wait=True)
    return _result(project, run)


def _refuse_another(project: Project, named: str) -> None:
    last = project.log.standing().last_run
    if named and (find_run(project, named).id != (last.id if last else "") or not (last and last.is_open)):
        raise NotFoundError(
            f"run {named} was not cut short: there is nothing to resume", hint=f"guardian run show {named}"
        )


def _result(project: Project, run: Run | None) -> ResumeResult:
    standing = project.log.standing()
    mended = standing.open_incident is None and standing.hold is None
    step = (
        ("guardian apply", "nothing is in the way")
        if mended
        else ("guardian restore", "the way back; it shows what it would do, and asks")
    )
    outcome, code = Outcome.OK, ExitCode.OK
    if run is not None:
        match run.run_class:
            case RunClass.APPLIED:
                outcome = Outcome.APPLIED if run.operation == "apply" else Outcome.RESTORED
            case RunClass.NOT_STARTED:
                pass
            case RunClass.FAILED | RunClass.IN_DOUBT:
                outcome, code = Outcome.FAILED_HELD, ExitCode.FAILED_HELD
    return ResumeResult(
        outcome=outcome,
        exit_code=code,
        project=project.descriptor.name,
        run=run,
        baseline_id=standing.baseline,
        next_command=step,
    )
