"""What the state records of each address: read from the backend's own bytes, never asked of guardian."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.support.moto import MotoServer
from tests.support.scenario.cloud import STATE_BUCKET


def recorded(moto: MotoServer, local: Path | None, key: str) -> dict[str, list[str]]:
    """Return the objects of each recorded address: `ok`, `tainted` or `deposed`, sorted.

    Args:
        moto: Where the state's bucket is.
        local: The state file of the local backend; None for S3.
        key: The state's key in the bucket.
    """
    raw = local.read_bytes() if local else _from_bucket(moto, key)
    found: dict[str, list[str]] = {}
    for resource in json.loads(raw)["resources"]:
        if resource["mode"] == "managed":
            for instance in resource["instances"]:
                found.setdefault(_address(resource, instance), []).append(_status(instance))
    return {address: sorted(each) for address, each in found.items()}


def _from_bucket(moto: MotoServer, key: str) -> bytes:
    body: bytes = moto.client("s3").get_object(Bucket=STATE_BUCKET, Key=key)["Body"].read()
    return body


def _address(resource: Mapping[str, Any], instance: Mapping[str, Any]) -> str:
    module = f"{resource['module']}." if "module" in resource else ""
    index = f"[{json.dumps(instance['index_key'])}]" if "index_key" in instance else ""
    return f"{module}{resource['type']}.{resource['name']}{index}"


def _status(instance: Mapping[str, Any]) -> str:
    if "deposed" in instance:
        return "deposed"
    return "tainted" if instance.get("status") == "tainted" else "ok"
