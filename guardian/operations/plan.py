"""Plan a root module into a saved file. Nothing but such a file is ever applied."""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from guardian.domain.engine import (
    Backend,
    Diagnostic,
    EngineOutcome,
    InitOptions,
    PlanFile,
    PlanOptions,
    WorkingDirectory,
)
from guardian.domain.lock import hint_after
from guardian.domain.plan import PlanReading, PlanSummary, summary_of_plan_json
from guardian.errors import (
    BackendError,
    InitFailedError,
    InterruptedRunError,
    PlanFailedError,
    StalePlanError,
    UsageError,
    WrongStateError,
)
from guardian.operations.context import Checkout, Context

PLAN_FILE = "plan.tfplan"
HAS_CHANGES = 2
TARGETED = "Resource targeting is in effect"
"""How Terraform's warning about `-target` begins.

Source: `internal/terraform/context_plan.go`.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """A saved plan.

    Attributes:
        path: The file in the run's private directory; what is applied.
        file: Its content, read without a process.
        summary: Its intents.
        has_changes: Whether there is something to apply, by Terraform's own word.
        json: `show -json` of it where it had to be made anyway, else None.
    """

    path: Path
    file: PlanFile
    summary: PlanSummary
    has_changes: bool
    json: bytes | None = None


def find_backend(context: Context, where: WorkingDirectory, options: InitOptions) -> Backend:
    """Tell where the state lives; initialise the directory first when it was not.

    Raises:
        InitFailedError: `init` failed, with Terraform's own words.
        BackendError: The backend is of a kind that guardian cannot work with.
    """
    backend = context.backend.locate(where)
    if backend is None or options.are_given:
        initialise(context, where, options)
        backend = context.backend.locate(where)
    if backend is None:
        raise BackendError(
            f"{where.root} is initialised, but its backend cannot be told",
            hint="terraform init -reconfigure",
        )
    refuse_missing_workspace(context, where, backend)
    return backend


def refuse_missing_workspace(context: Context, where: WorkingDirectory, backend: Backend) -> None:
    """Refuse a Terraform workspace that does not exist: any command would make it, and plan on nothing.

    Raises:
        WrongStateError: It does not exist.
    """
    if not context.backend.has_workspace(where, backend):
        by = " (by TF_WORKSPACE)" if "TF_WORKSPACE" in where.environment else ""
        raise WrongStateError(
            f"the workspace {backend.workspace!r} is selected{by}, but {backend.address} does not exist: "
            "everything would be planned to be created again",
            hint="terraform workspace list    # or, when it is really a new one: "
            f"terraform workspace new {backend.workspace}",
        )


def initialise(context: Context, where: WorkingDirectory, options: InitOptions) -> None:
    """Run `init`, after asking where nobody asked for it and somebody can answer; it changes no resource."""
    unasked = context.audience.can_answer and not options.are_given
    if unasked and not context.audience.approve(f"{where.root} is not initialised. Run init now?"):
        raise UsageError("not initialised", hint="terraform init")
    context.audience.phase("initialising")
    # Terraform's init makes the workspace that TF_WORKSPACE names, mistyped or not.
    unnamed = {name: value for name, value in where.environment.items() if name != "TF_WORKSPACE"}
    outcome = context.engine.init(replace(where, environment=unnamed), options=options)
    if outcome.exit_code:
        raise InitFailedError(words(outcome, "init failed"), hint="mend what it names, or run init yourself")


def make_plan(
    context: Context,
    where: WorkingDirectory,
    options: PlanOptions,
    *,
    name: str = PLAN_FILE,
    initialise_first: Callable[[], None] | None = None,
    own: bool = True,
    warn: Callable[[str], None] | None = None,
) -> Planned:
    """Plan into a file of the run's private directory.

    Args:
        context: The ports.
        where: The root module.
        options: Terraform's options.
        name: The file's name.
        initialise_first: Called once when Terraform says that the directory must be initialised again.
        own: Whether a person chose the options; who did not choose targets is not warned of them.
        warn: Takes each of Terraform's warnings; None for the audience.

    Raises:
        PlanFailedError: With Terraform's diagnostics; nothing was changed.
        InterruptedRunError: A signal arrived while it planned.
    """
    out = where.run_dir / name
    reading = PlanReading()
    outcome = context.engine.plan(where, out=out, options=options, on_event=reading.event)
    if outcome.needs_init and initialise_first is not None:
        initialise_first()
        reading = PlanReading()
        outcome = context.engine.plan(where, out=out, options=options, on_event=reading.event)
    if outcome.interrupted:
        raise InterruptedRunError("interrupted while planning; nothing was changed")
    if outcome.exit_code not in {0, HAS_CHANGES}:
        summaries = tuple(each.summary for each in outcome.errors)
        raise PlanFailedError(
            words(outcome, "the plan failed"),
            hint=hint_after(summaries, "mend what it names, then plan again; nothing was changed"),
            summaries=summaries,
        )
    warnings = [each for each in outcome.diagnostics if each.severity == "warning"]
    for each in _each_once(in_words(each) for each in warnings if own or each.summary != TARGETED):
        (warn or context.audience.note)(f"Terraform warns: {each}")
    return Planned(
        path=out,
        file=context.engine.read_plan(out),
        summary=reading.summary(),
        has_changes=outcome.exit_code == HAS_CHANGES,
    )


def adopt_plan(context: Context, where: WorkingDirectory, given: Path, checkout: Checkout) -> Planned:
    """Take over a plan file that was saved before: a private copy of it is what is checked and applied.

    Raises:
        StalePlanError: The configuration at hand is not the one that was planned.
        EngineError: The file cannot be read, or is no saved plan.
    """
    path = where.run_dir / PLAN_FILE
    file = context.engine.read_plan(given)
    context.workplace.write(path, file.body)
    refuse_other_configuration(context, file, checkout, given)
    shown = context.engine.show_plan_json(where, path)
    summary = summary_of_plan_json(json.loads(shown))
    return Planned(path=path, file=file, summary=summary, has_changes=not summary.is_empty, json=shown)


def refuse_other_configuration(context: Context, file: PlanFile, checkout: Checkout, given: Path) -> None:
    """Refuse a plan whose root module is not the one at hand: the snapshot would hold the wrong one."""
    root_files = {name[3:]: body for name, body in file.configuration.items() if name.startswith("m-/")}
    here = {each.name for each in checkout.root.glob("*.tf") if not each.name.startswith((".", "#"))}
    for name in sorted(root_files.keys() | here):
        present = checkout.root / name
        if (
            name not in root_files
            or not present.is_file()
            or context.workplace.read(present) != root_files[name]
        ):
            raise StalePlanError(
                f"{given} was planned from another configuration: {name} is not the same in {checkout.root}",
                hint="guardian plan -out=FILE    # plan again, from this checkout",
            )


def words(outcome: EngineOutcome, otherwise: str) -> str:
    """Join Terraform's errors into one message."""
    return (
        "\n".join(_each_once(map(in_words, outcome.errors))) or f"{otherwise} (exit code {outcome.exit_code})"
    )


def _each_once(texts: Iterable[str]) -> Iterator[str]:
    """Yield each text at its first place, with how often it comes: Terraform repeats itself by instance."""
    for text, count in Counter(texts).items():
        yield text if count == 1 else f"{text} ({count} times)"


def in_words(diagnostic: Diagnostic) -> str:
    """Return one of Terraform's errors or warnings with its place."""
    place = f" ({diagnostic.filename}:{diagnostic.line})" if diagnostic.filename else ""
    return f"{diagnostic.summary}{place}: {diagnostic.detail}".strip(": ")
