"""What a maker of objects in the fake cloud returns, and the words that all makers share."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

Client = Callable[[str], Any]
NAME = "orphan-7"
TRUST = json.dumps({"Version": "2012-10-17", "Statement": []})
POLICY = json.dumps(
    {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}
)


@dataclass(frozen=True, kw_only=True)
class Made:
    """An object in the fake cloud, and how the plan that was to make it names it.

    Attributes:
        gone: Removes it again.
        dated: Whether the fake cloud tells when it was made.
    """

    arguments: Mapping[str, Any]
    object_id: str
    import_id: str
    gone: Callable[[], Any]
    dated: bool = True
