"""A cheap project whose state is in S3 behind the proxy, with a good apply on record; no AWS provider."""

import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.support.guardian import Checkout
from tests.support.moto import REGION, MotoServer, environment
from tests.support.scenario.cloud import STATE_BUCKET, STORE_BUCKET

KEY = "app.tfstate"
STATE_PATH = rf"{STATE_BUCKET}/app\.tfstate($|\?)"
LOCK_KEY = f"{KEY}.tflock"
BACKEND = f"""\
terraform {{
  backend "s3" {{
    bucket                      = "{STATE_BUCKET}"
    key                         = "{KEY}"
    region                      = "{REGION}"
    use_lockfile                = true
    use_path_style              = true
    max_retries                 = 1
    skip_credentials_validation = true
    skip_metadata_api_check     = true
    skip_region_validation      = true
    skip_requesting_account_id  = true
  }}
}}
"""


@dataclass(frozen=True, kw_only=True)
class Applied:
    """A checkout and a record after a good apply, to begin any number of stories from."""

    template: Path
    record: bytes

    def stage(self, directory: Path, moto: MotoServer, url: str, guardian: Path) -> Checkout:
        """Return a checkout of its own, whose backend is reached at `url`."""
        make_buckets(moto)
        moto.client("s3").put_object(Bucket=STATE_BUCKET, Key=KEY, Body=self.record)
        shutil.copytree(self.template, directory, symlinks=True)
        return checkout_at(directory, guardian, url)


def apply_once(
    directory: Path, moto: MotoServer, guardian: Path, text: str, env: Mapping[str, str]
) -> Applied:
    """Apply a configuration with guardian, and keep what there is afterwards."""
    make_buckets(moto)
    checkout = checkout_at(directory, guardian, moto.url)
    checkout.write(BACKEND, "backend.tf")
    checkout.write(text)
    ended = checkout.run("apply", "-auto-approve", environment=env)
    assert ended.exit_code == 0, ended.said
    return Applied(template=directory, record=record_of(moto) or b"")


def checkout_at(directory: Path, guardian: Path, url: str, **more: str) -> Checkout:
    """Return a checkout on a machine of its own, which remembers nothing, before the fake cloud at `url`."""
    environment_ = {
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "XDG_STATE_HOME": str(directory.with_name(f"{directory.name}-remembers")),
        **environment(url),
        **more,
    }
    return Checkout(directory, guardian, environment_)


def make_buckets(moto: MotoServer) -> None:
    """Make the buckets of the state and of the store."""
    for each in (STATE_BUCKET, STORE_BUCKET):
        moto.client("s3").create_bucket(Bucket=each, CreateBucketConfiguration={"LocationConstraint": REGION})


def record_of(moto: MotoServer) -> bytes | None:
    """Return the raw record, None where there is none."""
    return _object(moto, KEY)


def lock_of(moto: MotoServer) -> bytes | None:
    """Return Terraform's lock, None where nobody holds it."""
    return _object(moto, LOCK_KEY)


def _object(moto: MotoServer, key: str) -> bytes | None:
    s3: Any = moto.client("s3")
    try:
        body: bytes = s3.get_object(Bucket=STATE_BUCKET, Key=key)["Body"].read()
    except s3.exceptions.NoSuchKey:
        return None
    return body
