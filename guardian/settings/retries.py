"""The `retry` settings: blocks of one's own in the file, two numbers for all of them in the environment."""

import math
import re
import warnings
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from guardian.domain.transient import BUILT_IN, RetryBlock
from guardian.errors import SettingsError
from guardian.settings.keys import MAX_ATTEMPTS, SLEEP_INTERVAL_S, Key, Kind

if TYPE_CHECKING:
    from guardian.settings.document import Document

ATTEMPTS = Key(name="retry.max_attempts", kind=Kind.COUNT, maximum=MAX_ATTEMPTS)
INTERVAL = Key(name="retry.sleep_interval_sec", kind=Kind.COUNT, minimum=0, maximum=SLEEP_INTERVAL_S)
BY_VARIABLE: Mapping[str, Key] = {key.environment: key for key in (ATTEMPTS, INTERVAL)}


def read_blocks(document: "Document", values: Mapping[str, Any]) -> tuple[RetryBlock, ...]:
    """Return the file's blocks in the order in which they stand.

    Args:
        document: The file, for its lines.
        values: The `retry` group as the schema allows it: each name with its block.

    Raises:
        SettingsError: An expression that cannot be used, or an interval that is no number.
    """
    return tuple(_block(document, name, value) for name, value in values.items())


def with_numbers(blocks: tuple[RetryBlock, ...], numbers: Mapping[str, int]) -> tuple[RetryBlock, ...]:
    """Return the blocks with the numbers that the environment gives to all of them.

    The built-in block joins them then: it is asked last, and would otherwise keep its own numbers.

    Args:
        blocks: From the file.
        numbers: Values by the names of `ATTEMPTS` and `INTERVAL`, whichever were given.
    """
    return tuple(
        replace(
            each,
            max_attempts=numbers.get(ATTEMPTS.name, each.max_attempts),
            sleep_interval_s=float(numbers.get(INTERVAL.name, each.sleep_interval_s)),
        )
        for each in (*blocks, BUILT_IN)
    )


def _block(document: "Document", name: str, value: Mapping[str, Any]) -> RetryBlock:
    trail = ("retry", name)
    where = document.place(trail)
    if not name.strip() or not name.isprintable():
        raise SettingsError(f"{where}: the name of a retry block is empty or cannot be printed")
    for number, expression in enumerate(value["retryable_errors"]):
        place = document.place((*trail, "retryable_errors", number))
        _check(expression, f"{place}: `retry.{name}.retryable_errors[{number}]`")
    numbers: dict[str, Any] = {}
    if "max_attempts" in value:
        numbers["max_attempts"] = int(value["max_attempts"])  # to JSON Schema 3.0 is an integer
    if "sleep_interval_sec" in value:
        numbers["sleep_interval_s"] = float(value["sleep_interval_sec"])
        if math.isnan(
            numbers["sleep_interval_s"]
        ):  # neither below the schema's minimum nor above its maximum
            place = document.place((*trail, "sleep_interval_sec"))
            raise SettingsError(f"{place}: `retry.{name}.sleep_interval_sec` is not a number")
    return RetryBlock(name=name, retryable_errors=tuple(value["retryable_errors"]), **numbers)


def _check(expression: str, where: str) -> None:
    if not expression.isprintable():
        raise SettingsError(f"{where}: holds a character that cannot be printed")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of syntax that may change its meaning in a later Python
            re.compile(expression, re.DOTALL)
    except (re.error, OverflowError, RecursionError) as error:
        raise SettingsError(
            f"{where}: {expression!r} is not a regular expression: {error}",
            hint="a backslash takes . * ( [ literally; in YAML, single quotes keep it as it is",
        ) from error
