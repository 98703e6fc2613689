"""Certificates."""

from collections.abc import Mapping

from guardian.adapters.aws.declare import LiveType

TYPES: Mapping[str, LiveType] = {}
