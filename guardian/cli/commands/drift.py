"""`guardian drift`."""

from dataclasses import dataclass

from guardian import wiring
from guardian.cli.command import application
from guardian.cli.console import Console
from guardian.cli.declare import flag, value, values
from guardian.cli.options import ProjectOptions
from guardian.cli.result import Result
from guardian.cli.views import drift as view
from guardian.cli.views.drift_markdown import drift_markdown
from guardian.cli.work import Workbench, at_work, project_named
from guardian.domain.live import Tier
from guardian.domain.observed import Observed
from guardian.domain.run import Outcome
from guardian.errors import ExitCode, StoreError, UsageError
from guardian.operations.acceptances import accept
from guardian.operations.observe import DriftRequest, observe, remember
from guardian.operations.project import find_project
from guardian.repository.project import Project


@dataclass(frozen=True, kw_only=True)
class DriftFlags(ProjectOptions):
    """The options of `guardian drift`."""

    since: str | None = value(
        "--since", "MOMENT", "Compare with a snapshot, baseline (the default), latest, or state"
    )
    address: tuple[str, ...] = values("--address", "GLOB", "Only instances whose address fits")
    detailed_exitcode: bool = flag(
        "-detailed-exitcode", "Exit with 2 when something differs or is unreadable"
    )
    markdown: bool = flag("--markdown", "Write Markdown, for a comment or a ticket")
    exact: bool = flag("--exact", "Let Terraform itself read everything, one by one")
    quick: bool = flag("--quick", "Bulk calls alone; the attributes that they do not tell are named")
    accept: bool = flag("--accept", "Take what is there for right from now on; wants --reason")
    reason: str | None = value("--reason", "WORDS", "Why what is there is right")


def drift(given: DriftFlags, console: Console) -> Result:
    """Say what is live and differs from what was known to be good; nothing is changed."""
    _refuse_what_does_not_fit(given)
    with at_work(given, console, make=False) as work:
        project = _project(given, work)
        seen = observe(work.context, project, _request(given))
        accepted = accept(project, seen.found.drifts, given.reason or "") if given.accept else 0
        if not given.address:
            _remember(work, project, seen)
    if given.markdown:
        console.show(drift_markdown(seen, project.descriptor.name))
    else:
        console.show(view.drift_text(seen, console.paint, console.typed, accepted=accepted))
    for line in view.drift_lines(seen):
        console.line(line)
    differs = given.detailed_exitcode and bool(seen.found.drifts) and not given.accept
    return Result(
        command="drift",
        outcome=Outcome.DIFFERENCES if differs else Outcome.OK,
        exit_code=ExitCode.DIFFERENCES if differs else ExitCode.OK,
        project=project.descriptor.name,
        snapshot_id=seen.snapshot.id if seen.snapshot else None,
        more={"differences": len(seen.found.drifts), "accepted": accepted},
    )


def _refuse_what_does_not_fit(given: DriftFlags) -> None:
    if given.since is not None and not given.since.strip():
        # An unset variable in a script: without a moment it would be another question.
        raise UsageError("--since is empty", hint="guardian drift --since baseline")
    if given.exact and given.quick:
        raise UsageError("--exact and --quick contradict each other", hint="leave one of them out")
    if given.markdown and given.json:
        raise UsageError("--markdown and --json are two forms of one output", hint="leave one of them out")
    if given.reason is not None and not given.accept:
        raise UsageError(
            "--reason says why something is accepted", hint="guardian drift --accept --reason '...'"
        )
    if given.accept and not (given.reason or "").strip():
        raise UsageError("--accept wants a reason", hint="--reason 'why this is right as it is'")
    if given.accept and given.quick:
        raise UsageError(
            "--accept takes what is there, and --quick does not look at all of it", hint="leave --quick out"
        )


def _project(given: DriftFlags, work: Workbench) -> Project:
    return find_project(
        work.context.repository,
        work.context.backend.locate,
        name=project_named(given, work.settings),
        checkout=work.checkout() if wiring.has_configuration(work.root) else None,
    )


def _request(given: DriftFlags) -> DriftRequest:
    return DriftRequest(
        since=given.since or "baseline",
        addresses=given.address,
        tier=Tier.EXACT if given.exact else Tier.QUICK if given.quick else Tier.FULL,
    )


def _remember(work: Workbench, project: Project, seen: Observed) -> None:
    """Put the look into the log, for `status`; who may only read the store may look all the same."""
    try:
        remember(project, seen)
    except StoreError as error:
        work.context.audience.note(
            f"this look is not recorded, and `status` will not show it: {error.message}"
        )


app = application("drift", DriftFlags, drift)
