"""Repeat an apply whose failure may pass, within the limits of the retry block that fits it."""

from collections.abc import Callable

from guardian.domain.transient import RetryBlock, transient
from guardian.operations.execute import Executed
from guardian.operations.session import Session

LONGEST_WAIT_S = 120.0


class _AgainError(Exception):
    """This attempt failed for a cause that may pass."""


def repeat_while_transient(
    session: Session,
    blocks: tuple[RetryBlock, ...],
    attempt: Callable[[], Executed],
) -> Executed:
    """Return how the last attempt ended; an interrupt ends the repetition.

    Args:
        session: The run.
        blocks: From the settings, beside the built-in one.
        attempt: Plans and applies once.
    """
    last = attempt()
    block = _fitting(session, blocks, last)
    if block is None or block.max_attempts < 2:  # noqa: PLR2004 - the first attempt counts
        return last
    import stamina
    import stamina.instrumentation

    # stamina's own hooks write to stdout or stderr as it finds other packages installed; the note says it.
    stamina.instrumentation.set_on_retry_hooks([])
    context = session.context
    try:
        for each in stamina.retry_context(
            on=_AgainError,
            attempts=block.max_attempts,
            timeout=None,
            wait_initial=block.sleep_interval_s,
            wait_max=max(block.sleep_interval_s, LONGEST_WAIT_S),
            wait_jitter=0,
        ):
            with each:
                if each.num > 1:
                    if context.interruption.requested():
                        return last
                    last = attempt()
                if _fitting(session, blocks, last) is not None:
                    if each.num < block.max_attempts:
                        context.audience.note(
                            f"attempt {each.num} of {block.max_attempts} failed for a cause that may pass "
                            f"({last.outcome.errors[0].summary}); again in {each.next_wait:g} s"
                        )
                    raise _AgainError  # noqa: TRY301 - the retry context takes nothing but an exception
    except _AgainError:
        pass
    return last


def _fitting(session: Session, blocks: tuple[RetryBlock, ...], executed: Executed) -> RetryBlock | None:
    if executed.went_well or executed.outcome.interrupted or session.context.interruption.requested():
        return None
    return transient(executed.outcome.errors, blocks)
