"""The readers, loaded with the first question: a hundred types are much for an apply that goes well."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from guardian.domain.drift_rules import NO_SCOPE, Scope

if TYPE_CHECKING:
    from guardian.adapters.aws.backups import AwsBackups
    from guardian.adapters.aws.fingerprints import AwsFingerprints
    from guardian.adapters.aws.reader import AwsLiveReader
    from guardian.domain.live import Known, Reading
    from guardian.domain.observation import Observation, Sought
    from guardian.domain.review.risks.data import DataLoss
    from guardian.domain.review.risks.facts import Newest


class DeferredLiveReader:
    """Implements `LiveReader` by `AwsLiveReader`."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment

    @cached_property
    def _reader(self) -> "AwsLiveReader":
        from guardian.adapters.aws.reader import AwsLiveReader

        return AwsLiveReader(self._environment)

    def covers(self, resource_type: str) -> bool:
        """See the port."""
        return self._reader.covers(resource_type)

    def look(self, sought: "Sequence[Sought]") -> "Mapping[str, Observation]":
        """See the port."""
        return self._reader.look(sought)


class DeferredFingerprints:
    """Implements `FingerprintReader` by `AwsFingerprints`, with its arguments."""

    def __init__(self, environment: Mapping[str, str], *, connections: int, total_s: float) -> None:
        self._environment = environment
        self._connections = connections
        self._total_s = total_s

    @cached_property
    def _reader(self) -> "AwsFingerprints":
        from guardian.adapters.aws.fingerprints import AwsFingerprints

        return AwsFingerprints(self._environment, connections=self._connections, total_s=self._total_s)

    def covers(self, resource_type: str) -> bool:
        """See the port."""
        return self._reader.covers(resource_type)

    def key(self, known: "Known") -> str:
        """See the port."""
        return self._reader.key(known)

    def account(self) -> str:
        """See the port."""
        return self._reader.account()

    def read(
        self,
        known: "Sequence[Known]",
        *,
        quick: bool = False,
        scope: Scope = NO_SCOPE,
        beside: "Sequence[Known]" = (),
    ) -> "Reading":
        """See the port."""
        return self._reader.read(known, quick=quick, scope=scope, beside=beside)


class DeferredBackups:
    """Implements `BackupReader` by `AwsBackups`."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment

    @cached_property
    def _reader(self) -> "AwsBackups":
        from guardian.adapters.aws.backups import AwsBackups

        return AwsBackups(self._environment)

    def newest(self, sought: "Sequence[DataLoss]") -> "Mapping[str, Newest]":
        """See the port."""
        return self._reader.newest(sought)
