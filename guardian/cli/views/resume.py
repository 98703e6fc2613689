"""What `run resume` found and settled, in a few lines."""

from guardian.cli.typed import Typed
from guardian.cli.views.incident import incident_text
from guardian.cli.views.run_words import WORDS
from guardian.cli.views.terminal import Paint, visible
from guardian.domain.run_class import RunClass
from guardian.operations.resume import ResumeResult


def resume_text(ended: ResumeResult, paint: Paint, typed: Typed) -> str:
    """Return the run's class, its failure where there is one, and what to type next."""
    command, why = ended.next_command
    if ended.run is None:
        lines = ["No run was cut short: there is nothing to resume."]
    else:
        run, words = ended.run, WORDS[ended.run.run_class]
        good = run.run_class in {RunClass.APPLIED, RunClass.NOT_STARTED}
        lines = [f"Run {visible(run.id)} is {(paint.green if good else paint.red)(words)}"]
        if run.incident is not None:
            lines.append(incident_text(run.incident, paint))
    return "\n".join([*lines, "", f"{paint.bold('Next:')} {typed.again(command)}    # {why}"])
