"""A store out of reach, full, read-only or something else is named, and nothing is half-written."""

import json
import os
import socket
import stat
import subprocess
import time
from pathlib import Path

import pytest

from tests.support.guardian import Checkout, refuse
from tests.support.mounts import mounted
from tests.support.wants import lacking

pytestmark = pytest.mark.terraform

GOOD = """\
resource "terraform_data" "app" {
  input = "1"
}
"""


@pytest.fixture
def fresh(tmp_path: Path, terraform: str, guardian_exe: Path) -> Checkout:
    """Return a checkout that was never applied."""
    checkout = Checkout(tmp_path / "checkout", guardian_exe)
    checkout.write(GOOD)
    return checkout


@pytest.fixture
def applied(fresh: Checkout) -> Checkout:
    """Return a checkout with a baseline and one change pending."""
    assert fresh.run("apply", "-auto-approve").exit_code == 0
    fresh.write(GOOD.replace('"1"', '"2"'))
    return fresh


def test_a_store_that_nobody_answers_for(fresh):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        endpoint = f"http://127.0.0.1:{unused.getsockname()[1]}"
        began = time.monotonic()
        refuse(
            fresh,
            "apply",
            "-auto-approve",
            environment={"GUARDIAN_STORE": "s3://bucket/prefix", "AWS_ENDPOINT_URL": endpoint},
            exit_code=1,
            words=(endpoint, "s3://bucket/prefix"),
        )
    assert time.monotonic() - began < 30
    assert not (fresh.root / "terraform.tfstate").exists()


def test_a_read_only_store(applied, tmp_path):
    with mounted(tmp_path / "store", "ro") as store:
        refuse(
            applied,
            "apply",
            "-auto-approve",
            environment={"GUARDIAN_STORE": str(store)},
            exit_code=1,
            words=(str(store), "Read-only file system"),
        )


def test_doctor_finds_a_store_that_became_read_only_or_full(applied, tmp_path):
    with mounted(tmp_path / "store", "size=1m,mode=0700") as store:
        environment = {"GUARDIAN_STORE": str(store)}
        assert applied.run("apply", "-auto-approve", environment=environment).exit_code == 0
        assert applied.run("doctor", environment=environment).exit_code == 0
        subprocess.run(["mount", "-o", "remount,ro", str(store)], check=True)
        said = applied.run("doctor", environment=environment)
        assert (said.exit_code, "read-only" in said.stdout) == (1, True)
        subprocess.run(["mount", "-o", "remount,rw", str(store)], check=True)
        with (store / "ballast").open("wb", buffering=0) as ballast:
            while os.statvfs(store).f_bavail:
                ballast.write(bytes(4096))
        said = applied.run("doctor", environment=environment)
        assert (said.exit_code, "is full" in said.stdout) == (1, True)


def test_a_store_that_belongs_to_somebody_else(applied, tmp_path):
    if os.geteuid() == 0:
        lacking("an unprivileged user", "root writes everywhere")
    store = tmp_path / "store"
    store.mkdir(mode=0o500)
    environment = {"GUARDIAN_STORE": str(store)}
    words = (str(store), "Permission denied")
    refuse(applied, "apply", "-auto-approve", environment=environment, exit_code=1, words=words)


def test_a_full_store(applied, tmp_path):
    with mounted(tmp_path / "full", "size=64k") as full:
        refuse(
            applied,
            "apply",
            "-auto-approve",
            environment={"GUARDIAN_STORE": str(full / "store")},
            exit_code=1,
            words=("No space left", str(full)),
        )


def test_a_file_where_the_store_should_be(applied, tmp_path):
    (tmp_path / "store").write_text("")
    environment = {"GUARDIAN_STORE": str(tmp_path / "store")}
    refuse(
        applied,
        "apply",
        "-auto-approve",
        environment=environment,
        exit_code=1,
        words=(str(tmp_path / "store"),),
    )


def test_a_directory_of_other_things_is_no_store(applied, tmp_path):
    store = tmp_path / "store"
    store.mkdir()
    (store / "holiday.jpg").write_bytes(b"x")
    environment = {"GUARDIAN_STORE": str(store)}
    refuse(
        applied,
        "apply",
        "-auto-approve",
        environment=environment,
        exit_code=1,
        words=(str(store), "not empty"),
    )
    assert [each.name for each in store.iterdir()] == ["holiday.jpg"]


def test_a_store_of_another_format(applied):
    path = applied.root / ".guardian" / "config.json"
    document = json.loads(path.read_bytes())
    path.chmod(stat.S_IRUSR | stat.S_IWUSR)
    path.write_text(json.dumps({**document, "format": 2}))
    before = applied.stored()
    refuse(applied, "apply", "-auto-approve", exit_code=1, words=("format 2",))
    refuse(applied, "status", exit_code=1, words=("format 2",))
    assert applied.stored() == before
