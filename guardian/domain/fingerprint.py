"""The normalised identity of one resource instance, and its digest."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from guardian.domain.state import StateInstance


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """What the values of one resource type mean, as far as JSON does not tell; paths are dotted names.

    Attributes:
        ordered: Lists whose order counts; every other list is compared as a set.
        policies: Attributes that hold an IAM policy as JSON: lists in it are sets, and a list of one is its
            element.
        documents: Attributes that hold other JSON: only its layout does not count.
        maps: Attributes whose keys are the user's: an empty value there is not the same as none.
    """

    ordered: frozenset[str] = frozenset()
    policies: frozenset[str] = frozenset()
    documents: frozenset[str] = frozenset()
    maps: frozenset[str] = frozenset({"tags", "tags_all"})


PLAIN = Shape()
# Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
_ROOT = re.compile(r"^arn:aws[a-z-]*:iam::([0-9]{12}):root$")
_ANYBODY = ("Principal", {"AWS": "*"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Fingerprint:
    """What is live of one resource instance, in the words of its provider.

    Attributes:
        attributes: Canonical values by attribute, only of what was looked at; None stands for every value
            that means nothing (null, empty, zero, false). They may be secret.
        shape: By which a recorded instance is made comparable.
    """

    attributes: Mapping[str, Any]
    shape: Shape = PLAIN

    @property
    def digest(self) -> str:
        """Hex digest of the attributes."""
        return digest_of(self.attributes)


def fingerprint(
    attributes: Mapping[str, Any], shape: Shape, *, only: Iterable[str] | None = None
) -> Fingerprint:
    """Return the fingerprint of recorded or live attributes.

    Args:
        attributes: By name, in the shapes of the state.
        shape: What they mean.
        only: The attributes that count; None for all of them.
    """
    names = attributes.keys() if only is None else only
    return Fingerprint(
        attributes={name: _canonical(attributes.get(name), name, shape) for name in names}, shape=shape
    )


def digest_of(value: Any) -> str:
    """Return the hex digest of a JSON value, whatever the order of its keys."""
    return sha256(json.dumps(value, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def _canonical(value: Any, path: str, shape: Shape) -> Any:
    """Return the one form of a value; None for what the provider's SDK cannot tell from null.

    Source: hashicorp/terraform-plugin-sdk issue 817 (zero values and null in version 2 of the SDK).
    """
    if isinstance(value, str) and path in shape.policies:
        return _policy(_parsed(value)) or None
    if isinstance(value, str) and path in shape.documents:
        return _parsed(value) or None
    if isinstance(value, Mapping):
        members = {key: _canonical(each, f"{path}.{key}", shape) for key, each in value.items()}
        if path in shape.maps:
            return {key: members[key] or "" for key in members} or None
        return {key: each for key, each in members.items() if each is not None} or None
    if isinstance(value, list | tuple | set | frozenset):
        items = [_canonical(each, path, shape) for each in value]
        return (items if path in shape.ordered else _as_set(items)) or None
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return value or None


def _as_set(items: Iterable[Any]) -> list[Any]:
    found = {json.dumps(each, sort_keys=True): each for each in items}
    return [found[key] for key in sorted(found)]


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def _policy(value: Any) -> Any:
    """Return an IAM policy in one form.

    Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
    """
    if isinstance(value, dict):
        return {key: _policy("*" if (key, each) == _ANYBODY else each) for key, each in value.items()}
    if isinstance(value, str):
        return _ROOT.sub(r"\1", value)
    if isinstance(value, list):
        items = _as_set(_policy(each) for each in value)
        return items[0] if len(items) == 1 else items
    if isinstance(value, bool):
        return str(value).lower()
    return value


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
    return digest_of(
        {
            "type": instance.resource_type,
            "tainted": instance.tainted,
            "attributes": normalise(dict(instance.attributes)),
        }
    )
