"""Take a lease over from whoever holds it, and give it back at once.

The holder is fenced by the log itself: whatever it tries to write afterwards is refused.
"""

from secrets import token_hex

from guardian.domain.journal import Kind
from guardian.repository.lease import Lease
from guardian.repository.log import Log


def end_lease(log: Log, lease_id: str, *, ttl_s: float) -> bool:
    """End one lease; return False when it is not held any more, whoever holds another by now.

    Args:
        log: The project's log.
        lease_id: The whole ID of the lease to end.
        ttl_s: How long the lease in between would go unrenewed, should this process die.
    """
    while (head := log.head()) is not None and head.standing.lease is not None:
        if head.standing.lease.id != lease_id:
            return False
        own = token_hex(16)
        body = {"lease": {"id": own, "ttl_s": ttl_s, "holder": log.actor.to_json()}}
        if log.append_after(head.number, Kind.LEASE_TAKEN, body) is not None:
            log.bind(own)
            Lease(log, own, ttl_s=ttl_s).release()
            return True
    return False
