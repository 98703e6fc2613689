"""What a person or a program is told when a command cannot go on."""

import typer

from guardian.cli.console import Console
from guardian.cli.crash import crash_report
from guardian.cli.result import Result, full_message, outcome_of
from guardian.cli.views.terminal import Paint, shortened, visible_lines
from guardian.errors import ExitCode, GuardianError, InterruptedRunError, StoreCorruptError


class CrashError(GuardianError):
    """A defect of guardian itself; the message names where it happened, never with which values."""

    code = "crash"


def report(failure: BaseException, *, command: str, json: bool) -> ExitCode:
    """Report a failure on fresh streams, for a command that did not come as far as opening its own."""
    return tell(failure, console=Console.of_process(json=json), command=command)


def tell(failure: BaseException, *, console: Console, command: str, project: str | None = None) -> ExitCode:
    """Write the message to stderr, and in JSON mode the result line.

    Returns:
        What the process exits with.
    """
    error = as_guardian_error(failure)
    if isinstance(error, StoreCorruptError) and not error.hint:
        error.hint = (
            "guardian store check    # says what is damaged, and what mends it"
            if command not in {"snapshot verify", "store check"}
            else "bring back what it names, from a backup or from the bucket's older versions"
        )
    error.hint = console.typed.again(error.hint)
    console.say(error_text(error, console.message_paint))
    console.line(
        Result(
            command=command,
            outcome=outcome_of(error),
            exit_code=error.exit_code,
            project=error.project or project,
            run_id=error.run_id,
            error=error,
        ).to_json()
    )
    return error.exit_code


def error_text(error: GuardianError, paint: Paint) -> str:
    """Return the message as people read it: what is wrong, then what to do."""
    # What is wrong stands first, in a line of its own; what is long is what Terraform or a program wrote.
    first, end, more = visible_lines(full_message(error)).partition("\n")
    text = f"{paint.red(paint.bold('Error:'))} {first}{end}{shortened(more, rest='--json')}"
    if error.hint:
        text += f"\n  {paint.bold('Next:')} {visible_lines(error.hint)}"
    return text


def as_guardian_error(failure: BaseException) -> GuardianError:
    """Return the failure as one of guardian's errors; an unknown one becomes a crash report."""
    if isinstance(failure, GuardianError):
        return failure
    if isinstance(failure, KeyboardInterrupt | typer.Abort):
        return InterruptedRunError("interrupted")
    message, hint = crash_report(failure)
    return CrashError(message, hint=hint)
