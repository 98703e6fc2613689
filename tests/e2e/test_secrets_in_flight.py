"""Secrets whose change was cut off: no plan can see them, so that only writing the old ones again is safe."""

import os
import signal
import subprocess

import pytest

from tests.support.guardian import terraforms, wait_until
from tests.support.scenario.cloud import contents
from tests.support.scenario.document import STACKS, read_scenario
from tests.support.scenario.record import recorded
from tests.support.scenario.stage import Stage

pytestmark = [pytest.mark.terraform, pytest.mark.aws]


@pytest.fixture
def stage(tmp_path, moto, proxy, terraform, aws_provider, guardian_exe) -> Stage:
    stage = Stage(
        read_scenario(STACKS / "passwords-go-back"), tmp_path, moto=moto, proxy=proxy, cli_config=aws_provider
    )
    stage.use("good")
    assert stage.run([terraform, "init", "-input=false"]).exit_code == 0
    good = stage.run([str(guardian_exe), "apply", "-auto-approve"])
    assert good.exit_code == 0, str(good)
    return stage


def test_secrets_in_flight_are_written_again(stage, guardian_exe):
    faults = stage.proxy.faults
    held = [
        stage.proxy.add("hold_after", service="memorydb", operation="UpdateUser"),
        stage.proxy.add("hold_after", service="ssm", operation="PutParameter"),
    ]
    stage.use("broken")
    process = subprocess.Popen(
        [guardian_exe, "apply", "-auto-approve"],
        cwd=stage.root,
        env=stage.environment({}),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    assert all(faults.wait_for_hold(each, 120) for each in held)
    (engine,) = terraforms(stage.root)
    os.kill(engine, signal.SIGKILL)
    wait_until(lambda: not terraforms(stage.root), "Terraform's end")
    faults.clear()
    said, _ = process.communicate(timeout=120)
    assert process.returncode == 3, said
    _free_the_lock(stage)
    # Both changes were performed, and the record knows of neither.
    assert contents(stage.moto)["ssm_parameters"] == {"/password/token": "the-second-token"}
    assert recorded(stage.moto, None, f"{stage.scenario.name}.tfstate") == {
        "aws_memorydb_user.app": ["ok"],
        "aws_ssm_parameter.token": ["ok"],
    }

    written = stage.proxy.add("delay", service="memorydb", operation="UpdateUser", body="the-first-password")
    restored = stage.run([str(guardian_exe), "restore", "-auto-approve"])
    assert restored.exit_code == 0, str(restored)
    assert faults.hits(written) == 1
    assert contents(stage.moto)["ssm_parameters"] == {"/password/token": "the-first-token"}
    assert "the-first-" not in restored.stdout + restored.stderr
    assert "the-second-" not in said + restored.stdout + restored.stderr


def _free_the_lock(stage: Stage) -> None:
    """Remove the lock that a killed Terraform leaves, as a person does who knows that it is dead."""
    stage.moto.client("s3").delete_object(
        Bucket="terraform-states", Key=f"{stage.scenario.name}.tfstate.tflock"
    )
