"""Whether a log can be built upon: no gap anywhere, and an unbroken chain in what a run relies on."""

from guardian.domain.journal import Record
from guardian.errors import StoreCorruptError
from guardian.repository.log import Log

FEWEST_PROVEN = 128
HINT = "guardian store check    # says from which record on; bring those back from a backup or older versions"


def refuse_broken(log: Log) -> None:
    """Refuse to add to a log that was tampered with.

    The numbers of all records are looked at, at a listing of a thousand each. Bodies, chain and standings are
    proven for the last 128 records, and further back where the last run or an open incident began further
    back: so a run in a log of years begins as quickly as in a new one. `guardian store check` reads it all.

    Raises:
        StoreCorruptError: A record is missing, foreign, altered, or in the place of another.
    """
    head = log.head()
    if head is None:
        return
    numbers = log.numbers()
    missing = next((at for at, number in enumerate(numbers, start=1) if at != number), None)
    if missing is not None:
        raise StoreCorruptError(f"record {missing} is missing from the log ({log.key(missing)})", hint=HINT)
    before: Record | None = None
    try:
        for record in log.read(_first(head), head.number):
            if before is not None:
                _refuse_forged(before, record, log)
            before = record
    except StoreCorruptError as error:
        error.hint = error.hint or HINT
        raise


def _first(head: Record) -> int:
    standing = head.standing
    starts = [head.number - FEWEST_PROVEN + 1]
    if standing.last_run is not None:
        starts.append(standing.last_run.first_record)
    if standing.open_incident is not None:
        starts.append(standing.open_incident.record)
    return max(1, min(starts))


def _refuse_forged(before: Record, record: Record, log: Log) -> None:
    try:
        folded = record.folded(before.standing)
    except (KeyError, ValueError, TypeError) as error:
        raise StoreCorruptError(f"{log.key(record.number)} cannot follow the record before it") from error
    if folded != record.standing:
        raise StoreCorruptError(
            f"record {record.number} carries a standing that its predecessors do not give "
            f"({log.key(record.number)})"
        )
