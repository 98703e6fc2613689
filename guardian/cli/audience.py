"""The two audiences of a run: a person, and a program that reads JSON Lines. Twins over the same values."""

import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from guardian.cli import prompts
from guardian.cli.console import Console
from guardian.cli.live import LiveLine
from guardian.cli.views import jsonl
from guardian.cli.views.drift import aftermath_text, drift_lines
from guardian.cli.views.glass import broken_text
from guardian.cli.views.incident import incident_text
from guardian.cli.views.plan import change_lines, plan_text, way_back_text
from guardian.cli.views.progress import ApplyProgress, duration
from guardian.cli.views.recovery import recovery_line, recovery_text, step_text
from guardian.cli.views.terminal import shortened, visible, visible_lines
from guardian.domain.choices import Choice
from guardian.domain.glass import Broken
from guardian.domain.incident import Incident
from guardian.domain.observed import Observed
from guardian.domain.plan import PlannedChange, PlanSummary
from guardian.domain.recovery import RecoveryPlan
from guardian.domain.standing import Hold

if TYPE_CHECKING:  # most commands never review
    from guardian.domain.review.review import Review


class PersonAudience:
    """Implements `ports.audience.Audience` on stdout and stderr.

    At a terminal one line says what runs now; elsewhere each event is a line of its own.
    """

    def __init__(
        self,
        console: Console,
        terminal: prompts.Terminal,
        *,
        monotonic_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._console = console
        self._terminal = terminal
        self._monotonic_s = monotonic_s
        self._progress: ApplyProgress | None = None
        self._live: LiveLine | None = None

    @property
    def can_answer(self) -> bool:
        """See the port."""
        return self._terminal.is_there

    @property
    def wants_color(self) -> bool:
        """See the port."""
        return self._console.paint.on

    def phase(self, text: str) -> None:
        """See the port."""
        self.close()
        since_s = self._monotonic_s()
        words = visible(text)
        if self._console.live:
            self._live = LiveLine(
                self._console.stderr, lambda: f"{words} · {duration(self._monotonic_s() - since_s)}"
            )
        else:
            self._console.say(f"{words}...")

    def note(self, text: str) -> None:
        """See the port."""
        words = shortened(visible_lines(text), rest="--json")
        self._say(f"{self._console.message_paint.yellow('Note:')} {self._console.typed.again(words)}")

    def break_glass(self, broken: Broken) -> None:
        """See the port."""
        self._say(broken_text(broken, self._console.message_paint))

    def engine_event(self, event: Mapping[str, Any]) -> None:
        """See the port."""
        if self._progress is None:
            return
        line = self._progress.take(event, self._monotonic_s(), self._console.message_paint)
        if line is None and self._live is None:
            line = self._progress.started(event)
        if line is not None:
            self._say(line)

    def applying(self, changes: Sequence[PlannedChange]) -> None:
        """See the port."""
        self.close()
        progress = ApplyProgress(changes)
        self._progress = progress
        if self._console.live:
            self._live = LiveLine(
                self._console.stderr, lambda: f"applying {progress.status(self._monotonic_s())}"
            )
        else:
            self._console.say(f"applying {progress.count}...")

    def plan(self, summary: PlanSummary, rendered: str | None, review: "Review | None" = None) -> None:
        """See the port."""
        self.close()
        paint = self._console.paint
        verdicts: tuple[str, ...] = ()
        if review is not None and not review.is_empty:
            from guardian.cli.views.review.text import verdicts_text

            verdicts = (verdicts_text(review, paint),)
        self._console.show(plan_text(summary, rendered, paint, verdicts=verdicts))

    def way_back(self, summary: PlanSummary, rendered: str | None, made_by_run: Collection[str]) -> None:
        """See the port."""
        self.close()
        self._console.show(way_back_text(summary, rendered, made_by_run, self._console.paint))

    def recovery(self, plan: RecoveryPlan) -> None:
        """See the port."""
        self.close()
        self._console.show("\n" + recovery_text(plan, self._console.paint) + "\n\n")

    def step(self, step: Mapping[str, Any], outcome: str) -> None:
        """See the port; of a reapply a person sees its own events."""
        line = step_text(step, outcome, self._console.message_paint)
        if line is not None:
            self._say(line)

    def outside(self, changes: Sequence[PlannedChange]) -> None:
        """See the port."""
        if changes:
            self.close()
            lines = ["", "Changes of other people, which this recovery leaves alone:"]
            self._console.show("\n".join([*lines, *change_lines(changes, self._console.paint)]))

    def incident(self, incident: Incident, *, hold: Hold | None = None) -> None:
        """See the port."""
        self.close()
        self._console.show(f"\n{incident_text(incident, self._console.paint, hold=hold)}\n\n")

    def drift(self, seen: Observed) -> None:
        """See the port."""
        self.close()
        self._console.show(f"{aftermath_text(seen, self._console.paint)}\n\n")

    def approve(self, question: str, *, word: str = "yes") -> bool:
        """See the port."""
        self.close()
        return prompts.approve(self._terminal, question, word=word)

    def choose(self, question: str, choices: Sequence[Choice]) -> str:
        """See the port."""
        self.close()
        again = self._console.typed.again
        offered = [replace(each, text=again(each.text), command=again(each.command)) for each in choices]
        return prompts.choose(self._terminal, question, offered)

    def close(self) -> None:
        """Take the status line away; called at the end of every command."""
        if self._live is not None:
            self._live.stop()
            self._live = None
        self._progress = None

    def _say(self, text: str) -> None:
        if self._live is not None:
            self._live.print(text)
        else:
            self._console.say(text)


class ProgramAudience:
    """Implements `ports.audience.Audience` as JSON Lines; it is never asked anything."""

    can_answer = False
    wants_color = False

    def __init__(self, console: Console) -> None:
        self._line = console.line
        self._again = console.typed.again

    def phase(self, text: str) -> None:
        """See the port."""
        self._line({"type": "phase", "phase": text})

    def note(self, text: str) -> None:
        """See the port."""
        self._line({"type": "note", "message": self._again(text)})

    def break_glass(self, broken: Broken) -> None:
        """See the port."""
        self._line({"type": "break_glass", **broken.to_json()})

    def engine_event(self, event: Mapping[str, Any]) -> None:
        """See the port."""
        self._line({"type": "terraform", "event": event})

    def applying(self, changes: Sequence[PlannedChange]) -> None:
        """See the port."""
        self._line({"type": "applying", "addresses": [each.address for each in changes]})

    def plan(
        self,
        summary: PlanSummary,
        rendered: str | None,  # noqa: ARG002 - for people
        review: "Review | None" = None,
    ) -> None:
        """See the port."""
        self._line(jsonl.plan(summary, review))
        if review is not None:
            from guardian.cli.views.review.lines import review_lines

            for each in review_lines(review):
                self._line(each)

    def way_back(
        self,
        summary: PlanSummary,
        rendered: str | None,  # noqa: ARG002 - for people
        made_by_run: Collection[str],  # noqa: ARG002 - for people
    ) -> None:
        """See the port."""
        self._line(jsonl.plan(summary))

    def recovery(self, plan: RecoveryPlan) -> None:
        """See the port."""
        self._line(recovery_line(plan))

    def step(self, step: Mapping[str, Any], outcome: str) -> None:
        """See the port."""
        self._line({"type": "step", **step, "outcome": outcome})

    def outside(self, changes: Sequence[PlannedChange]) -> None:
        """See the port."""
        for each in changes:
            self._line({"type": "outside", **jsonl.change(each)})

    def incident(self, incident: Incident, *, hold: Hold | None = None) -> None:  # noqa: ARG002 - in `status`
        """See the port."""
        self._line({"type": "incident", **incident.to_json()})

    def drift(self, seen: Observed) -> None:
        """See the port."""
        for line in drift_lines(seen):
            self._line(line)

    def approve(self, question: str, *, word: str = "yes") -> bool:
        """Refuse: whoever wants a change in JSON mode says -auto-approve."""
        raise RuntimeError(f"nobody can be asked: {question} ({word})")

    def choose(self, question: str, choices: Sequence[Choice]) -> str:
        """Refuse, as `approve` does."""
        raise RuntimeError(f"nobody can be asked: {question} ({len(choices)} choices)")

    def close(self) -> None:
        """End; nothing is open."""
