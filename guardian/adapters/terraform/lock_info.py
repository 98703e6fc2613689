"""What Terraform writes into a lock of a state, and the refusal that names its holder.

Source: `internal/states/statemgr/locker.go`, LockInfo.
"""

import json
import os
from datetime import UTC, datetime
from uuid import uuid4

from guardian.domain.lock import WHO_HOLDS_IT, TerraformLock, our_info
from guardian.errors import StateLockedError


def lock_info(operation: str, path: str, *, run_id: str) -> str:
    """Return what a lock of ours holds; it is like no other, by its ID.

    Args:
        operation: What the lock is held for.
        path: The state, as its kind of backend names it.
        run_id: The run that holds it; a lock that a killed guardian leaves is known by it.
    """
    return json.dumps(
        {
            "ID": str(uuid4()),
            "Operation": operation,
            "Info": our_info(run_id) if run_id else "",
            "Who": f"guardian@{os.uname().nodename}",
            "Version": "",
            "Created": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
            "Path": path,
        }
    )


def held(written: bytes | None) -> StateLockedError:
    """Return the refusal that names the holder; None when it cannot be told who that is."""
    holder = TerraformLock.read(written).describe() if written else "somebody"
    return StateLockedError(
        f"Terraform's lock on the state is held: {holder}",
        hint=WHO_HOLDS_IT,
    )
