"""The log of a project as a judge reads it: whole, and nothing in it twice."""

from collections import Counter
from collections.abc import Iterable
from typing import TypeVar

from guardian.domain.journal import Kind, Record
from guardian.repository.check import check_project
from guardian.repository.documents import canonical
from guardian.repository.project import Project

T = TypeVar("T")

# Each is the same as the one before it, and means another moment.
HEARTBEATS = frozenset({Kind.LEASE_RENEWED})


def sound(project: Project) -> list[Record]:
    """Return the records, after the whole project was verified and no record was found twice."""
    assert [each.problem for each in check_project(project, read_data=True)] == []
    records = list(project.log.read())
    assert repeated(each.nonce for each in records) == [], "one nonce twice"
    said = [
        (str(each.run_id), str(each.kind), canonical(each.body).decode())
        for each in records
        if each.kind not in HEARTBEATS
    ]
    assert repeated(said) == [], "one record twice"
    return records


def repeated(found: Iterable[T]) -> list[T]:
    """Return what is there more than once."""
    return [each for each, number in Counter(found).items() if number > 1]


def open_runs(records: Iterable[Record]) -> set[str]:
    """Return the runs that were opened and not closed."""
    opened = {str(each.run_id) for each in records if each.kind is Kind.RUN_OPENED}
    return opened - {str(each.run_id) for each in records if each.kind is Kind.RUN_CLOSED}
