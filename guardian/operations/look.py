"""Look live for what no state knows, and once more after a while for what may only come yet."""

import threading
from collections.abc import Collection, Mapping, Sequence

from guardian.domain.observation import Absent, Observation, Sought
from guardian.operations.context import Context

_TURN_S = 0.5


def look_twice(
    context: Context, sought: Sequence[Sought], *, late: Collection[str]
) -> Mapping[str, Observation]:
    """Look for each; what is absent and may come late is looked for once more after a pause.

    A creation goes on although its client is gone, and what AWS lists lags behind what it has.

    Source: https://docs.aws.amazon.com/ec2/latest/devguide/eventual-consistency.html

    Args:
        context: The ports.
        sought: What to look for.
        late: Addresses whose creation was cut off or ended a moment ago. One that was refused is not.
    """
    seen = context.live.look(sought)
    absent = [each for each in sought if each.address in late and isinstance(seen[each.address], Absent)]
    if not absent or not _waited(context, len(absent)):
        return seen
    return {**seen, **context.live.look(absent)}


def _waited(context: Context, number: int) -> bool:
    """Wait, and tell whether nobody asked for the end meanwhile."""
    if context.interruption.requested():
        return False
    if context.look_again_s <= 0:
        return True
    objects = "object" if number == 1 else "objects"
    context.audience.phase(f"looking again in {context.look_again_s:.0f} s for {number} {objects}")
    pause, until = threading.Event(), context.clock.monotonic_s() + context.look_again_s
    while (left := until - context.clock.monotonic_s()) > 0:
        if context.interruption.requested():
            return False
        pause.wait(min(left, _TURN_S))
    return True
