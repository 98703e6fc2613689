"""How much of a project a look at what is live has covered."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """What was read and what was not; every instance counts once.

    Attributes:
        read: Instances that guardian's own readers read, absent ones too.
        by_terraform: Instances that Terraform's own refresh read.
        state_alone: Instances that live in the state and nowhere else: there is nothing to read.
        unreadable: Instances that should have been read and could not be.
        not_covered: Instances that nothing read, by resource type.
        why_not: Why Terraform did not read those; empty when there are none.
        unseen: By resource type, the attributes that the quick tier did not look at.
        not_listed: By resource type, why its unmanaged objects cannot be told.
        requests: How often each operation (`ec2:DescribeVpcs`) was asked.
        duration_s: How long the reading took.
    """

    read: int = 0
    by_terraform: int = 0
    state_alone: int = 0
    unreadable: int = 0
    not_covered: Mapping[str, int] = field(default_factory=dict)
    why_not: str = ""
    unseen: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    not_listed: Mapping[str, str] = field(default_factory=dict)
    requests: Mapping[str, int] = field(default_factory=dict)
    duration_s: float = 0.0

    @property
    def is_whole(self) -> bool:
        """Whether everything that can be read was, with every attribute."""
        return not (self.unreadable or self.not_covered or self.unseen)
