"""A sound record whose digest, in the backend's lock table, is another one's: no Terraform takes it so."""

from guardian.domain.record import with_serial
from guardian.domain.recovery import BrokenRecord
from guardian.operations.session import Reading, Session
from guardian.repository.objects import ObjectKind


def written_again(
    session: Session, before: Reading, table: str, *, highest: int
) -> tuple[bytes | None, BrokenRecord | None]:
    """Return the record that writes both anew: the present one, which is the newest there is.

    Args:
        session: The run that restores.
        before: The present record.
        table: Where its digest is; empty where that is its own.
        highest: The highest serial that was ever seen.

    Returns:
        Nothing where nothing is wrong.
    """
    if not table or before.body is None:
        return None, None
    problem = f"the digest of the state in the table {table} is another one's: Terraform refuses the state"
    kept = session.project.put(ObjectKind.STATE, before.body)
    broken = BrokenRecord(problem=problem, origin=kept, serial=highest + 1)
    return with_serial(before.body, highest + 1), broken
