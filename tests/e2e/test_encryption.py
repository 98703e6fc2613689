"""A sealed store end to end: apply, failure, restore, and nothing readable in any file of it."""

import contextlib
import json
import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest
import zstandard

from tests.support.guardian import Checkout
from tests.support.moto import MotoServer

pytestmark = pytest.mark.terraform

GOOD = """\
variable "password" {
  type      = string
  sensitive = true
}

resource "terraform_data" "conspicuous_name" {
  input = "conspicuous-value"
}

resource "terraform_data" "login" {
  input = var.password
}
"""
BAD = """
resource "terraform_data" "unlucky_migration" {
  provisioner "local-exec" {
    command = "exit 1"
  }
}
"""
PASSWORD = "correct-horse-battery"
SECRETS = (PASSWORD, "conspicuous", "unlucky_migration", "terraform_data", "terraform.tfstate", "local-exec")
FRAME = b"\x28\xb5\x2f\xfd"  # how a zstd frame begins


@pytest.fixture
def checkout(tmp_path: Path, terraform: str, guardian_exe: Path) -> Checkout:
    environment = {"TF_VAR_password": PASSWORD, "GUARDIAN_STORE": str(tmp_path / "store")}
    checkout = Checkout(tmp_path / "checkout", guardian_exe, environment)
    checkout.write(GOOD)
    return checkout


@pytest.fixture(params=["key file", "kms"])
def sealed(request: pytest.FixtureRequest, checkout: Checkout, tmp_path: Path) -> Checkout:
    if request.param == "kms":
        moto: MotoServer = request.getfixturevalue("moto")
        arn = moto.client("kms").create_key()["KeyMetadata"]["Arn"]
        checkout.environment |= {**moto.env(), "GUARDIAN_ENCRYPTION__KMS_KEYS": arn}
    else:
        checkout.environment["GUARDIAN_ENCRYPTION__KEY_FILE"] = str(write_key(tmp_path / "first.key"))
    return checkout


def write_key(path: Path, mode: int = 0o600) -> Path:
    path.write_bytes(secrets.token_bytes(32))
    path.chmod(mode)
    return path


def store_of(checkout: Checkout) -> dict[str, bytes]:
    """Return every file of the store by path; guardian's own files in the checkout belong to it."""
    roots = [Path(checkout.environment["GUARDIAN_STORE"]), checkout.root / ".guardian"]
    files = [each for root in roots for each in root.rglob("*") if each.is_file()]
    return {str(each): each.read_bytes() for each in files}


def readable(body: bytes) -> Iterator[bytes]:
    """Yield what can be read of a file without a key: its bytes, and what they decompress to."""
    yield body
    at = body.find(FRAME)
    while at >= 0:
        with contextlib.suppress(zstandard.ZstdError):  # in sealed bytes a frame's beginning is chance
            yield zstandard.ZstdDecompressor().decompressobj().decompress(body[at:])
        at = body.find(FRAME, at + 1)


def found_in(stored: dict[str, bytes]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for path, body in stored.items():
        for text in readable(body):
            for secret in SECRETS:
                if secret.encode() in text or secret in path.rpartition("/store/")[2]:
                    found.setdefault(secret, set()).add(path)
    return found


def fail_and_restore(checkout: Checkout) -> None:
    assert checkout.run("apply", "-auto-approve").exit_code == 0
    checkout.write(GOOD.replace("conspicuous-value", "conspicuous-other") + BAD)
    failed = checkout.run("apply", "-auto-approve")
    assert failed.exit_code == 3, failed.said
    restored = checkout.run("restore", "-auto-approve")
    assert restored.exit_code == 0, restored.said
    state = json.loads((checkout.root / "terraform.tfstate").read_bytes())
    values = {
        each["name"]: each["instances"][0]["attributes"]["input"]["value"] for each in state["resources"]
    }
    assert values == {"conspicuous_name": "conspicuous-value", "login": PASSWORD}


def test_nothing_in_a_sealed_store_can_be_read(sealed):
    fail_and_restore(sealed)
    assert found_in(store_of(sealed)) == {}
    listed = sealed.run("snapshot", "verify")
    assert listed.exit_code == 0, listed.said


def test_the_search_finds_what_is_not_sealed(checkout):
    fail_and_restore(checkout)
    assert set(found_in(store_of(checkout))) == set(SECRETS)


@pytest.mark.parametrize("command", [("apply", "-auto-approve"), ("restore", "-auto-approve"), ("status",)])
def test_another_key_opens_nothing_and_writes_nothing(checkout, tmp_path, command):
    checkout.environment["GUARDIAN_ENCRYPTION__KEY_FILE"] = str(write_key(tmp_path / "first.key"))
    assert checkout.run("apply", "-auto-approve").exit_code == 0
    stored = store_of(checkout)
    checkout.write(GOOD.replace("conspicuous-value", "conspicuous-other"))
    state = (checkout.root / "terraform.tfstate").read_bytes()
    for key in (str(write_key(tmp_path / "second.key")), ""):
        ended = checkout.run(*command, environment={"GUARDIAN_ENCRYPTION__KEY_FILE": key})
        assert ended.exit_code == 1, ended.said
        errors = [each for each in ended.stderr.splitlines() if each.startswith("Error:")]
        assert len(errors) == 1, ended.said
        assert str(tmp_path / "store") in errors[0]
        assert "Traceback" not in ended.said
    assert store_of(checkout) == stored
    assert (checkout.root / "terraform.tfstate").read_bytes() == state


def test_a_key_that_others_can_read_is_refused(checkout, tmp_path):
    key = write_key(tmp_path / "open.key", mode=0o644)
    ended = checkout.run("apply", "-auto-approve", environment={"GUARDIAN_ENCRYPTION__KEY_FILE": str(key)})
    assert ended.exit_code == 1
    assert f"chmod 600 {key}" in ended.stderr
    assert store_of(checkout) == {}
    assert not (checkout.root / "terraform.tfstate").exists()


def test_a_sealed_store_is_not_opened_for_an_unsealed_one(checkout, tmp_path):
    assert checkout.run("apply", "-auto-approve").exit_code == 0
    stored = store_of(checkout)
    environment = {"GUARDIAN_ENCRYPTION__KEY_FILE": str(write_key(tmp_path / "late.key"))}
    ended = checkout.run("apply", "-auto-approve", environment=environment)
    assert ended.exit_code == 1
    assert "not encrypted" in ended.stderr
    assert store_of(checkout) == stored


def test_every_file_of_a_run_is_private(sealed):
    fail_and_restore(sealed)
    for path in store_of(sealed):
        assert Path(path).stat().st_mode & 0o077 == 0 or path.endswith(".gitignore"), path
    assert list((sealed.root / ".guardian" / "runs").iterdir()) == []
