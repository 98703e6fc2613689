"""`python -m tests.demo [--aws]`: run the story and show it."""

import os
import shutil
import sys
import tempfile
import time
from pathlib import Path

from tests.demo.clouds import BACKEND, BUCKET, look_at_aws, look_at_directory
from tests.demo.story import Story
from tests.support.moto import REGION, moto_server
from tests.support.provider import provider_cli_config


def _clean_environment(home: Path) -> dict[str, str]:
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("TF_", "GUARDIAN_", "AWS_")) or name == "GUARDIAN_ENGINE"
    }
    return {**kept, "HOME": str(home), "NO_COLOR": "1"}


def _say(text: str) -> None:
    print(text, flush=True)


def _local(directory: Path) -> None:
    cloud = directory / "cloud"
    cloud.mkdir()
    environment = {**_clean_environment(directory), "TF_VAR_cloud": str(cloud)}
    Story(
        directory=directory,
        stack="local",
        environment=environment,
        look=lambda: look_at_directory(cloud),
        say=_say,
    ).tell()


def _aws(directory: Path) -> None:
    with moto_server() as server:
        server.client("s3").create_bucket(
            Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION}
        )
        environment = {**_clean_environment(directory), **server.env()}
        config = provider_cli_config(directory, "terraform", os.environ)
        environment["TF_CLI_CONFIG_FILE"] = str(config)
        environment["GUARDIAN_STORE"] = f"s3://{BUCKET}/guardian"
        Story(
            directory=directory,
            stack="aws",
            environment=environment,
            look=lambda: look_at_aws(server),
            say=_say,
            arguments=BACKEND,
        ).tell()


def main() -> None:
    """Run the story in a scratch directory that is removed afterwards."""
    directory = Path(tempfile.mkdtemp(prefix="guardian-demo-"))
    began = time.monotonic()
    try:
        _aws(directory) if "--aws" in sys.argv[1:] else _local(directory)
    finally:
        shutil.rmtree(directory, ignore_errors=True)
    _say(f"\nThe story took {time.monotonic() - began:.0f} s. Everything it made was removed.")


if __name__ == "__main__":
    main()
