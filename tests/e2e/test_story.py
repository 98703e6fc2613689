"""The story that the demo tells, held as a test: a good release, a bad one, the way back, the proof."""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.demo.clouds import BACKEND, BUCKET, look_at_aws, look_at_directory
from tests.demo.story import Story
from tests.support.moto import REGION

CHECKOUT = Path(__file__).parents[2]
# What the stack's own provisioners and guardian's question to git need; no Terraform, no OpenTofu.
PROGRAMS = ("rm", "git")
OUTCOMES = ["no_changes", "restored", "differences", "refused", "failed_held", "applied"]


@pytest.mark.terraform
def test_a_directory_as_the_cloud(tmp_path, terraform):
    _hold(_local_story(tmp_path, dict(os.environ)), failed="terraform_data.migration")


@pytest.mark.embedded
def test_the_embedded_engine(tmp_path, embedded):
    story = _local_story(tmp_path, {**os.environ, "GUARDIAN_ENGINE": embedded})
    _hold(story, failed="terraform_data.migration")
    assert _engine(story) == embedded


@pytest.mark.embedded
def test_the_demo_on_a_machine_without_terraform(tmp_path, embedded):
    programs = _without_terraform(tmp_path)
    ended = subprocess.run(
        [sys.executable, "-m", "tests.demo"],
        cwd=CHECKOUT,
        env={**os.environ, "PATH": str(programs), "TMPDIR": str(tmp_path)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "Restored to" in ended.stdout
    assert [each.name for each in tmp_path.iterdir()] == [programs.name]


@pytest.mark.embedded
def test_without_terraform_on_path_the_embedded_engine_is_taken(tmp_path, embedded):
    story = _local_story(tmp_path, {**os.environ, "PATH": str(_without_terraform(tmp_path))})
    story.release("good")
    story.guardian("apply", "-auto-approve", expect=0)
    assert _engine(story) == embedded


@pytest.mark.terraform
@pytest.mark.aws
def test_aws(tmp_path, moto, provider_mirror):
    moto.client("s3").create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
    environment = {**os.environ, **moto.env(), "GUARDIAN_STORE": f"s3://{BUCKET}/guardian"}
    story = Story(
        directory=tmp_path,
        stack="aws",
        environment=environment,
        look=lambda: look_at_aws(moto),
        say=print,
        arguments=BACKEND,
    )
    _hold(story, failed="aws_sns_topic_policy.alerts")
    assert not any(each.endswith(".tflock") for each in _keys(moto))


def _local_story(directory: Path, environment: Mapping[str, str]) -> Story:
    cloud = directory / "cloud"
    cloud.mkdir()
    return Story(
        directory=directory,
        stack="local",
        environment={**environment, "TF_VAR_cloud": str(cloud)},
        look=lambda: look_at_directory(cloud),
        say=print,
    )


def _hold(story: Story, *, failed: str) -> None:
    """Tell the story, which checks exit codes and the cloud itself, and check what guardian said."""
    story.tell()
    good, bad, status, refused, _, restored, again, runs = story.outputs
    assert "Applied" in good
    assert f"The apply failed at {failed}" in bad
    assert "guardian restore" in bad
    assert "hold" in status.lower()
    assert "is on hold since" in refused
    assert "Restored to" in restored
    assert "proven" in restored
    assert "Nothing to apply." in again
    assert [line.split()[2] for line in runs.splitlines()[1:]] == OUTCOMES


def _engine(story: Story) -> str:
    """Return the engine that the newest snapshot names."""
    shown = story.guardian("snapshot", "show", "latest", expect=0)
    return next(line.split()[1] for line in shown.splitlines() if line.startswith("Engine "))


def _without_terraform(directory: Path) -> Path:
    programs = directory / "programs"
    programs.mkdir()
    for each in PROGRAMS:
        if found := shutil.which(each):
            (programs / each).symlink_to(found)
    return programs


def _keys(moto) -> list[str]:
    return [each["Key"] for each in moto.client("s3").list_objects_v2(Bucket=BUCKET)["Contents"]]
