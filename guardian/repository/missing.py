"""A store that is not there, for what works without one: each question to it says why."""

from typing import NoReturn

from guardian.domain.project import ProjectDescriptor
from guardian.errors import GuardianError
from guardian.repository.repository import Project, Repository


class MissingRepository(Repository):
    """Raises the error that opening the store raised, whatever is asked of its projects.

    Args:
        error: Why there is no store.
    """

    def __init__(self, error: GuardianError) -> None:
        self._error = error

    def ensure_project(self, descriptor: ProjectDescriptor) -> Project:
        """Raise."""
        del descriptor
        self._fail()

    def project(self, name: str) -> Project:
        """Raise."""
        del name
        self._fail()

    def projects(self) -> tuple[ProjectDescriptor, ...]:
        """Raise."""
        self._fail()

    def _fail(self) -> NoReturn:
        raise self._error
