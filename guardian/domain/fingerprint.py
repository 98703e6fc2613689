"""The normalised identity of one resource instance, and its digest."""

import json
from hashlib import sha256
from typing import Any

from guardian.domain.state import StateInstance


def normalise(value: Any) -> Any:
    """Drop what providers write either way: nulls and empty collections inside objects.

    Source: a refresh right after a create turns `null` into `{}` or `[]` for most tag-like attributes.
    """
    if isinstance(value, dict):
        kept = {key: normalise(each) for key, each in value.items()}
        return {key: each for key, each in kept.items() if each not in (None, {}, [])}
    if isinstance(value, list):
        return [normalise(each) for each in value]
    return value


def digest(instance: StateInstance) -> str:
    """Return the hex digest of one instance's normalised attributes, status and provider."""
    identity = {
        "type": instance.resource_type,
        "tainted": instance.tainted,
        "attributes": normalise(dict(instance.attributes)),
    }
    return sha256(json.dumps(identity, sort_keys=True, separators=(",", ":")).encode()).hexdigest()
