"""`guardian review`."""

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from guardian import wiring
from guardian.cli.command import application
from guardian.cli.console import Console
from guardian.cli.declare import argument, flag, value
from guardian.cli.options import PlanningOptions
from guardian.cli.result import Result
from guardian.cli.work import at_work, settings_of
from guardian.domain.review.host import Host
from guardian.domain.run import Outcome
from guardian.errors import CommentError, ExitCode, PlanFailedError, PlanFormatError, UsageError
from guardian.operations.judge import refuse_denied
from guardian.settings import Settings
from guardian.wiring import review as review_wiring

if TYPE_CHECKING:
    from guardian.domain.review.review import Review
    from guardian.operations.context import Checkout
    from guardian.operations.review import ReviewRequest
    from guardian.ports.comments import CommentHost, Posted

TEXT, MARKDOWN, JSON, SARIF, JUNIT, GITHUB = "text", "markdown", "json", "sarif", "junit", "github"
FORMATS = (TEXT, MARKDOWN, JSON, SARIF, JUNIT, GITHUB)
MOST_BYTES = 1 << 30
_WITHOUT_STATE = "a plan's JSON names no state: lineage and serial are not known"
REST = "guardian review"


@dataclass(frozen=True, kw_only=True)
class ReviewFlags(PlanningOptions):
    """The options of `guardian review`."""

    plan_file: str | None = argument("[PLAN]", "A saved plan or its JSON; without one it is planned now")
    format: str | None = value("--format", "FORMAT", f"{', '.join(FORMATS)}", choices=FORMATS)
    base: str | None = value("--base", "REF", "The commit to compare with, and to rehearse the way back to")
    rehearse: bool = flag("--rehearse", "Plan the way back too, on the state that the apply would leave")
    policy: str | None = value("--policy", "DIR", "Rego to judge by, beside the settings' own policy")
    values: bool = flag("--values", "Show values, secret ones masked")
    post: bool = flag("--post", "Post it as the one comment on the pull request of this CI job")
    host: str | None = value(
        "--host", "HOST", "Whose Markdown: github, gitlab, azure, bitbucket", choices=tuple(Host)
    )
    detailed_exitcode: bool = flag("-detailed-exitcode", "Exit with 2 when there is something to apply")

    def __post_init__(self) -> None:
        """Take `--format json` for `--json`: one form has one name from here on."""
        if self.json and self.format not in {None, JSON}:
            raise UsageError(f"--json and --format {self.format} are two forms of one output")
        object.__setattr__(self, "json", self.json or self.format == JSON)


def review(given: ReviewFlags, console: Console) -> Result:
    """Say what a plan changes, what is dangerous about it, and whether it can be undone."""
    _refuse_what_does_not_fit(given)
    target = _Target(given)
    seen = _reviewed(given, console)
    for text in _shown(given, console, seen, target):
        console.show(text)
    if given.json:
        from guardian.cli.views.review.lines import review_lines

        for line in review_lines(seen):
            console.line(line)
    posted = target.post(seen, console) if given.post else None
    refuse_denied(seen.policy)
    if seen.errored:
        raise PlanFailedError(
            "Terraform failed while it made this plan: changes are missing from the review",
            hint="terraform plan    # its errors say why",
        )
    differs = given.detailed_exitcode and not seen.is_empty
    return Result(
        command="review",
        outcome=Outcome.DIFFERENCES if differs else Outcome.NO_CHANGES if seen.is_empty else Outcome.OK,
        exit_code=ExitCode.DIFFERENCES if differs else ExitCode.OK,
        project=seen.project,
        more={
            "undo": str(seen.undo),
            "red": len(seen.red),
            "comment": {"deed": str(posted.deed), "url": posted.url} if posted else None,
        },
    )


def _refuse_what_does_not_fit(given: ReviewFlags) -> None:
    if given.base is not None and not given.base.strip():
        # An unset variable in a script: without a base it would be another comparison.
        raise UsageError("--base is empty", hint="--base origin/main")


class _Target:
    """Where the comment goes, or would go: what is wrong with it is told when the review has been shown."""

    def __init__(self, given: ReviewFlags) -> None:
        self._host: CommentHost | None = None
        self._error: CommentError | None = None
        if given.post or given.format == MARKDOWN:
            try:
                self._host = review_wiring.comment_host(os.environ)
            except CommentError as error:
                self._error = error
        self._kind = Host(given.host) if given.host else self._host.kind if self._host else Host.GITHUB

    def markdown(self, seen: "Review", console: Console) -> str:
        """Return the comment; empty where nothing changes."""
        from guardian.cli.views.review.markdown import review_markdown

        return review_markdown(
            seen,
            repository=self._host.repository if self._host else "",
            limit=self._kind.limit,
            host=self._kind,
            rest=console.typed.again(REST),
        )

    def post(self, seen: "Review", console: Console) -> "Posted":
        """Make the one comment of this root module say this.

        Raises:
            CommentError: It could not be posted.
        """
        from guardian.cli.views.review.markdown import marker

        if self._host is None:
            raise self._error or CommentError("no comment can be posted")
        hidden = marker(seen, repository=self._host.repository, host=self._kind)
        posted = self._host.publish(hidden, self.markdown(seen, console))
        console.say(f"comment: {posted.deed}{f', {posted.url}' if posted.url else ''}")
        return posted


def _reviewed(given: ReviewFlags, console: Console) -> "Review":
    more = {"policy.rego": given.policy} if given.policy else {}
    body = _json_of(given)
    if body is not None:
        return _review_of_json(given, body, settings_of(given, **more))
    from guardian.operations.review import review as reviewed

    with at_work(given, console, make=False, may_lack_store=True, **more) as work:
        checkout = work.checkout(planning=given)
        return reviewed(work.context, _request(given, work.settings, checkout, live=True))


def _json_of(given: ReviewFlags) -> bytes | None:
    """Return what was given where it is JSON, else None: a saved plan, or nothing."""
    if given.plan_file is None:
        return None
    path = Path(given.plan_file)
    if path.exists() and not path.is_file():
        raise UsageError(f"{path} is no file", hint="guardian plan -out=FILE    # saves a plan")
    try:
        with path.open("rb") as file:
            body = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise UsageError(
            f"cannot read the plan {path}: {error.strerror}", hint="guardian plan -out=FILE    # saves one"
        ) from error
    if len(body) > MOST_BYTES:
        raise PlanFormatError(f"{path} is larger than any plan should be ({MOST_BYTES} bytes)")
    if not body or body.isspace():
        raise PlanFormatError(f"{path} is empty", hint="guardian plan -out=FILE    # saves one")
    if body[:2] == b"PK":
        return None
    if body[:2] in {b"\xff\xfe", b"\xfe\xff"} or body[:3] == b"\xef\xbb\xbf":
        raise PlanFormatError(
            f"{path} begins with a byte order mark: PowerShell's > writes UTF-16",
            hint=f"terraform show -json FILE | Out-File -Encoding utf8NoBOM {path.name}",
        )
    if given.rehearse or given.base is not None:
        raise UsageError(
            "the way back is planned on the state that a saved plan holds, and its JSON does not",
            hint="guardian review --rehearse PLAN    # the saved plan itself",
        )
    return body


def _review_of_json(given: ReviewFlags, body: bytes, settings: Settings) -> "Review":
    from guardian.operations.review import review_json

    root = Path.cwd()
    checkout = wiring.checkout_of(settings, root, os.environ)
    project, note = review_wiring.project_or_why_not(settings, root, os.environ, name=given.project or "")
    return review_json(
        body,
        _request(given, settings, checkout, live=False),
        named=str(given.plan_file),
        project=project,
        configuration=review_wiring.configuration_source(),
        now=review_wiring.utc_now(),
        notes=tuple(filter(None, (note, _WITHOUT_STATE))),
    )


def _request(given: ReviewFlags, settings: Settings, checkout: "Checkout", *, live: bool) -> "ReviewRequest":
    from guardian.operations.review import ReviewRequest

    return ReviewRequest(
        checkout=checkout,
        root=_below_repository(checkout.root),
        options=given.plan_options,
        plan_file=Path(given.plan_file) if given.plan_file is not None else None,
        base=given.base or "",
        rehearse=given.rehearse,
        values=given.values,
        judging=review_wiring.judging_of(settings),
        backups=review_wiring.backups_of(os.environ) if live else None,
    )


def _below_repository(root: Path) -> str:
    """Return the root module's path below the top of its repository, `.` where there is none."""
    for each in (root, *root.parents):
        if (each / ".git").exists():
            return root.relative_to(each).as_posix()
    return "."


def _shown(given: ReviewFlags, console: Console, seen: "Review", target: "_Target") -> Iterator[str]:
    """Yield the review in its form; nothing where a program reads its lines."""
    match given.format:
        case None | "text":
            from guardian.cli.views.review.text import review_text

            yield review_text(seen, console.paint, console.typed)
        case "markdown":
            yield target.markdown(seen, console)
        case "sarif":
            from guardian.cli.views.review.sarif import review_sarif

            yield json.dumps(review_sarif(seen), indent=2)
        case "junit":
            from guardian.cli.views.review.junit import review_junit

            yield review_junit(seen)
        case "github":
            from guardian.cli.views.review.annotations import annotations

            yield from annotations(seen)
        case _:
            return


app = application("review", ReviewFlags, review)
