"""Strict reading of JSON objects into values: a wrong type is a ValueError that names the field."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any


def text(source: Mapping[str, Any], name: str) -> str:
    """Return the string under `name`."""
    value = source.get(name)
    if not isinstance(value, str):
        raise ValueError(f"`{name}` is not text")  # noqa: TRY004 - one error class for all that is malformed
    return value


def optional_text(source: Mapping[str, Any], name: str) -> str | None:
    """Return the string under `name`, None when it is null or absent."""
    return None if source.get(name) is None else text(source, name)


def whole(source: Mapping[str, Any], name: str) -> int:
    """Return the integer under `name`; true and false are none."""
    value = source.get(name)
    if not isinstance(value, int) or isinstance(value, bool):
        raise ValueError(f"`{name}` is not a whole number")  # noqa: TRY004 - as above
    return value


def optional_whole(source: Mapping[str, Any], name: str) -> int | None:
    """Return the integer under `name`, None when it is null or absent."""
    return None if source.get(name) is None else whole(source, name)


def seconds(source: Mapping[str, Any], name: str) -> float:
    """Return the number under `name`."""
    value = source.get(name)
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise ValueError(f"`{name}` is not a number")  # noqa: TRY004 - as above
    return float(value)


def flag(source: Mapping[str, Any], name: str) -> bool:
    """Return the boolean under `name`."""
    value = source.get(name)
    if not isinstance(value, bool):
        raise ValueError(f"`{name}` is neither true nor false")  # noqa: TRY004 - as above
    return value


def group(source: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """Return the object under `name`."""
    value = source.get(name)
    if not isinstance(value, dict):
        raise ValueError(f"`{name}` is not an object")  # noqa: TRY004 - as above
    return value


def optional_group(source: Mapping[str, Any], name: str) -> Mapping[str, Any] | None:
    """Return the object under `name`, None when it is null or absent."""
    return None if source.get(name) is None else group(source, name)


def moment(source: Mapping[str, Any], name: str) -> datetime:
    """Return the time under `name` as aware UTC."""
    value = datetime.fromisoformat(text(source, name))
    if value.tzinfo is None:
        raise ValueError(f"`{name}` has no time zone")
    return value.astimezone(UTC)


def format_moment(value: datetime) -> str:
    """Write an aware time as RFC 3339 in UTC with microseconds: `2030-01-31T09:00:00.000000Z`."""
    return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
