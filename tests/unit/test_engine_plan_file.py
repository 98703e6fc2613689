"""Saved plan files, good and hostile."""

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from guardian.adapters.terraform import plan_file
from guardian.adapters.terraform.plan_file import read_plan_file
from guardian.errors import EngineError

MEMBERS = {
    "tfplan": b"plan",
    "tfstate": b"refreshed",
    "tfstate-prev": b"prior",
    "tfconfig/m-/main.tf": b"root",
    "tfconfig/m-net.sub/main.tf": b"child",
    "tfconfig/modules.json": b"[]",
}


def saved(path: Path, members: Mapping[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> Path:
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    path.write_bytes(body.getvalue())
    return path


def test_a_saved_plan_gives_states_and_configuration(tmp_path: Path) -> None:
    path = saved(tmp_path / "p", MEMBERS)
    file = read_plan_file(path)
    assert (file.prior_state, file.refreshed_state) == (b"prior", b"refreshed")
    assert file.configuration == {"m-/main.tf": b"root", "m-net.sub/main.tf": b"child"}
    assert file.body == path.read_bytes()


@pytest.mark.parametrize("missing", ["tfplan", "tfstate", "tfstate-prev"])
def test_another_archive_is_refused(tmp_path: Path, missing: str) -> None:
    path = saved(tmp_path / "p", {name: body for name, body in MEMBERS.items() if name != missing})
    with pytest.raises(EngineError, match="p is not a saved plan file"):
        read_plan_file(path)


@pytest.mark.parametrize("body", [b"", b"{}", b"PK\x03\x04", b"resource {}", b"PK\x05\x06" + b"\0" * 18])
def test_what_is_no_archive_is_refused(tmp_path: Path, body: bytes) -> None:
    (tmp_path / "p").write_bytes(body)
    with pytest.raises(EngineError, match="p is not a saved plan file"):
        read_plan_file(tmp_path / "p")


def test_a_torn_archive_is_refused(tmp_path: Path) -> None:
    path = saved(tmp_path / "p", MEMBERS)
    path.write_bytes(path.read_bytes()[:-30])
    with pytest.raises(EngineError, match="is not a saved plan file"):
        read_plan_file(path)


def test_a_changed_byte_is_refused(tmp_path: Path) -> None:
    path = saved(tmp_path / "p", MEMBERS, zipfile.ZIP_STORED)
    path.write_bytes(path.read_bytes().replace(b"prior", b"PRIOR"))
    with pytest.raises(EngineError, match="is not a saved plan file"):
        read_plan_file(path)


def test_an_encrypted_plan_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "p").write_bytes(b'{"meta":{},"encrypted_data":"AAAA","encryption_version":"v0"}')
    with pytest.raises(EngineError, match="encrypted by OpenTofu"):
        read_plan_file(tmp_path / "p")


def test_a_bomb_is_refused_before_it_is_inflated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plan_file, "MAX_CONTENT_BYTES", 1 << 20)
    path = saved(tmp_path / "p", MEMBERS | {"tfconfig/m-/big.tf": b"\0" * (2 << 20)})
    assert path.stat().st_size < 10_000
    with pytest.raises(EngineError, match="would unpack to more than"):
        read_plan_file(path)


def test_a_member_larger_than_it_declares_is_refused(tmp_path: Path) -> None:
    path = saved(tmp_path / "p", MEMBERS | {"tfstate": b"\0" * 70_000})
    body = path.read_bytes()
    declared = (70_000).to_bytes(4, "little")
    assert body.count(declared) == 2
    path.write_bytes(body.replace(declared, (7).to_bytes(4, "little")))
    with pytest.raises(EngineError, match="is not a saved plan file"):
        read_plan_file(path)


def test_a_plan_that_cannot_be_read_says_why(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match="No such file"):
        read_plan_file(tmp_path / "absent")
    with pytest.raises(EngineError, match="Is a directory"):
        read_plan_file(tmp_path)
