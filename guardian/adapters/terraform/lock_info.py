"""What Terraform writes into a lock of a state, and what it says to a person.

Source: `internal/states/statemgr/locker.go`, LockInfo.
"""

import json
import os
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from guardian.errors import StateLockedError


def lock_info(operation: str, path: str) -> str:
    """Return what a lock of ours holds; it is like no other, by its ID.

    Args:
        operation: What the lock is held for.
        path: The state, as its kind of backend names it.
    """
    return json.dumps(
        {
            "ID": str(uuid4()),
            "Operation": operation,
            "Info": "",
            "Who": f"guardian@{os.uname().nodename}",
            "Version": "",
            "Created": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
            "Path": path,
        }
    )


def describe(written: bytes) -> str:
    """Say who holds a lock, by what Terraform wrote into it."""
    try:
        lock: Any = json.loads(written)
        return f"{lock['ID']} ({lock['Operation']}) by {lock['Who']} since {lock['Created']}"
    except (ValueError, KeyError, TypeError):
        return "held by a lock that is not in Terraform's format"


def held(written: bytes | None) -> StateLockedError:
    """Return the refusal that names the holder; None when it cannot be told who that is."""
    return StateLockedError(
        f"Terraform's lock on the state is held: {describe(written) if written else 'somebody'}",
        hint="guardian restore    # once it is released",
    )
