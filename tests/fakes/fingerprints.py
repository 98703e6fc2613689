"""A live infrastructure of known instances that is what a test says."""

from collections.abc import Collection, Mapping, Sequence

from guardian.domain.drift_rules import NO_SCOPE, Scope
from guardian.domain.fingerprint import PLAIN, Fingerprint, fingerprint
from guardian.domain.live import Known, Reading, Seen, Unmanaged
from guardian.domain.observation import Unreadable


class FakeFingerprints:
    """Implements `FingerprintReader`: what a test does not say is live as it is recorded.

    Args:
        seen: By address. A test may change it at any time.
        covered: Types that there is a reader for.
    """

    def __init__(
        self,
        seen: Mapping[str, Seen] | None = None,
        *,
        covered: Collection[str] = (),
        unmanaged: Sequence[Unmanaged] = (),
        account: str = "123456789012",
    ) -> None:
        self.seen = dict(seen or {})
        self.covered = set(covered)
        self.unmanaged = tuple(unmanaged)
        self.of = account
        self.asked: list[Known] = []

    def covers(self, resource_type: str) -> bool:
        return resource_type in self.covered

    def key(self, known: Known) -> str:
        return str(known.attributes.get("id", ""))

    def account(self) -> str:
        return self.of

    def read(
        self,
        known: Sequence[Known],
        *,
        quick: bool = False,
        scope: Scope = NO_SCOPE,
        beside: Sequence[Known] = (),
    ) -> Reading:
        self.asked += known
        return Reading(
            seen={each.address: self._read(each) for each in known},
            unseen={each.resource_type: ("tags",) for each in known} if quick else {},
            unmanaged=self.unmanaged if scope.is_set else (),
        )

    def _read(self, known: Known) -> Seen:
        if not self.covers(known.resource_type):
            return Unreadable(reason=f"no reader for {known.resource_type}")
        return self.seen.get(known.address, live(known.attributes))


def live(attributes: Mapping[str, object]) -> Fingerprint:
    """Return the fingerprint of an object that has these attributes."""
    return fingerprint(attributes, PLAIN)
