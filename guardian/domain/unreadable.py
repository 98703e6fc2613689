"""Attributes that the provider writes and cannot read back, so that a state can lie about them for ever."""

from collections.abc import Mapping

UNREADABLE: Mapping[str, tuple[str, ...]] = {"aws_db_instance": ("password",)}
