"""The report of a defect: which kind, where, how to go on.

Never a value: messages and locals may hold secrets.
"""

import os
import tempfile
import traceback
from collections.abc import Iterator
from pathlib import Path

from guardian import __version__

_PACKAGE = Path(__file__).parent.parent


def crash_report(failure: BaseException) -> tuple[str, str]:
    """Write the stack to a private file and describe the failure in a line.

    Notes on the exception (`add_note`) are taken over: the run that was cut short says there how far its
    journal goes and how to resume.

    Returns:
        Message and hint.
    """
    frames = traceback.extract_tb(failure.__traceback__)
    own = [each for each in frames if Path(each.filename).is_relative_to(_PACKAGE)] or list(frames)
    place = f"{Path(own[-1].filename).name}:{own[-1].lineno}" if own else "an unknown place"
    message = f"guardian {__version__} failed at {place} with {_kind(failure)}; this is a defect of guardian"
    notes = list(getattr(failure, "__notes__", ()))
    file = _write(failure)
    hint = f"report it with {file}, which holds the stack and no values" if file else "report it"
    return "\n".join([message, *notes]), hint


def _write(failure: BaseException) -> str:
    text = "\n".join(_stacks(failure))
    try:
        descriptor, name = tempfile.mkstemp(prefix="guardian-crash-", suffix=".txt")  # mode 0600
        with os.fdopen(descriptor, "w", encoding="utf-8", errors="backslashreplace") as file:
            file.write(f"guardian {__version__}\n{text}\n")
    except OSError:
        return ""  # a full disk is perhaps the very reason; the message still names the place
    return name


def _stacks(failure: BaseException) -> Iterator[str]:
    each: BaseException | None = failure
    seen: set[int] = set()
    while each is not None and id(each) not in seen:
        seen.add(id(each))
        yield from (line.rstrip("\n") for line in traceback.format_tb(each.__traceback__))
        yield f"{_kind(each)} (message left out)"
        each = each.__cause__ or (None if each.__suppress_context__ else each.__context__)
        if each is not None:
            yield "after"


def _kind(failure: BaseException) -> str:
    kind = type(failure)
    name = kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"
    # The system's own words for an error number hold no value.
    return f"{name}: {failure.strerror}" if isinstance(failure, OSError) and failure.strerror else name
