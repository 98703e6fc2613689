"""What else depends on what changes."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Blast:
    """The part of the dependency graph that a plan's changes reach.

    Resources are spelled without keys: `module.app.aws_vpc.main`.

    Attributes:
        direct: By changed resource, those that refer to it; sorted, without the resource itself.
        transitive: By changed resource, those that depend on it in the end, the direct ones among them; of
            very many the first by name.
        number: By changed resource, how many depend on it in the end, all of them counted.
        partly: Resources of which some instances are destroyed or replaced, and others are not.
        edges: `dependent -> dependency`, all those among the resources above, sorted: what is drawn.
    """

    direct: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    transitive: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    number: Mapping[str, int] = field(default_factory=dict)
    partly: frozenset[str] = frozenset()
    edges: tuple[tuple[str, str], ...] = ()
