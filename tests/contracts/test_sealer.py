"""What every sealer must do, the fake included; the real one with key files and with KMS."""

import base64
import contextlib
import os
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from guardian.adapters.encryption import AwsEncryptionSealer
from guardian.adapters.encryption.keyring import Keyring
from guardian.errors import EncryptionError
from guardian.ports.sealer import Sealer
from tests.fakes.sealer import FakeSealer
from tests.support.moto import REGION, MotoServer, moto_server

CONTEXT = {"repository": "3f1c", "state": "network/default", "kind": "log"}
PLAINTEXT = b'{"password": "correct horse battery staple"}' * 20


@pytest.fixture(scope="module")
def kms() -> Iterator[MotoServer]:
    # The SDK makes its own clients, so that the endpoint must come from the environment, as for a user.
    with moto_server() as server, pytest.MonkeyPatch.context() as patch:
        for name, value in server.env().items():
            patch.setenv(name, value)
        yield server


def kms_key(server: MotoServer) -> str:
    return str(server.client("kms").create_key()["KeyMetadata"]["Arn"])


def key_file(directory: Path, key: bytes | None = None) -> Path:
    path = directory / f"{os.urandom(4).hex()}.key"
    path.touch(0o600)
    path.write_bytes(os.urandom(32) if key is None else key)
    return path


Another = Callable[[], Sealer]


@pytest.fixture(params=["fake", "file", "kms", "file and kms"])
def another(request: pytest.FixtureRequest, tmp_path: Path) -> Another:
    """Return what makes a sealer of the kind with a new key."""

    def real() -> Sealer:
        files = [key_file(tmp_path)] if "file" in request.param else []
        keys = [kms_key(request.getfixturevalue("kms"))] if "kms" in request.param else []
        return AwsEncryptionSealer(kms_keys=keys, key_files=files)

    return (lambda: FakeSealer(os.urandom(8))) if request.param == "fake" else real


@pytest.fixture
def sealer(another: Another) -> Sealer:
    return another()


@pytest.mark.parametrize("size", [0, 1, 65_535, 65_536, 65_537, 3_000_000])
def test_what_is_sealed_opens(sealer, size):
    plaintext = os.urandom(size)
    assert sealer.open(sealer.seal(plaintext, CONTEXT), CONTEXT) == plaintext


def test_the_body_shows_nothing_and_is_never_the_same(sealer):
    first, second = sealer.seal(PLAINTEXT, CONTEXT), sealer.seal(PLAINTEXT, CONTEXT)
    assert first != second
    assert b"password" not in first
    assert b"horse" not in first


@pytest.mark.parametrize(
    "other",
    [
        {},
        {**CONTEXT, "state": "network/production"},
        {**CONTEXT, "more": "x"},
        {"repository": "3f1c", "state": "network/default"},
        {"repository": "3f1c", "state": "log", "kind": "network/default"},
    ],
)
def test_another_context_does_not_open(sealer, other):
    with pytest.raises(EncryptionError):
        sealer.open(sealer.seal(PLAINTEXT, CONTEXT), other)
    with pytest.raises(EncryptionError):
        sealer.open(sealer.seal(PLAINTEXT, other), CONTEXT)


def test_another_key_does_not_open(another):
    sealed = another().seal(PLAINTEXT, CONTEXT)
    with pytest.raises(EncryptionError) as caught:
        another().open(sealed, CONTEXT)
    assert "horse" not in str(caught.value)


def test_no_byte_can_be_changed(sealer):
    sealed = sealer.seal(PLAINTEXT, CONTEXT)
    offsets = {*range(0, len(sealed), 13), *range(64), *range(len(sealed) - 33, len(sealed))}
    for offset in sorted(offsets):
        changed = bytearray(sealed)
        changed[offset] ^= 1 << (offset % 8)
        with pytest.raises(EncryptionError):
            sealer.open(bytes(changed), CONTEXT)


def test_no_byte_can_be_missing_or_too_many(sealer):
    sealed = sealer.seal(PLAINTEXT, CONTEXT)
    for length in (0, 1, 40, len(sealed) // 2, len(sealed) - 1):
        with pytest.raises(EncryptionError):
            sealer.open(sealed[:length], CONTEXT)
    for tail in (b"\0", sealed):
        with pytest.raises(EncryptionError):
            sealer.open(sealed + tail, CONTEXT)
    with pytest.raises(EncryptionError):
        sealer.open(PLAINTEXT, CONTEXT)


def test_the_description_names_the_keys_and_holds_none(sealer):
    description = dict(sealer.description)
    assert description["method"]
    assert description["keys"]
    assert all(isinstance(value, str) for value in description.values())


def test_any_one_of_the_keys_opens(kms, tmp_path):
    first, second, file = kms_key(kms), kms_key(kms), key_file(tmp_path)
    sealed = AwsEncryptionSealer(kms_keys=[first, second], key_files=[file]).seal(PLAINTEXT, CONTEXT)
    for alone in (
        AwsEncryptionSealer(kms_keys=[first]),
        AwsEncryptionSealer(kms_keys=[second]),
        AwsEncryptionSealer(key_files=[file]),
        AwsEncryptionSealer(kms_keys=[kms_key(kms), second], key_files=[key_file(tmp_path)]),
    ):
        assert alone.open(sealed, CONTEXT) == PLAINTEXT


@contextlib.contextmanager
def kms_out_of_reach() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
        patch.setenv("AWS_MAX_ATTEMPTS", "1")
        yield


def test_a_key_file_opens_without_asking_kms(kms, tmp_path):
    arn, file = kms_key(kms), key_file(tmp_path)
    # Which of its data keys a message names first is chance.
    bodies = [
        AwsEncryptionSealer(kms_keys=[arn], key_files=[file]).seal(PLAINTEXT, CONTEXT) for _ in range(8)
    ]
    with kms_out_of_reach():
        opener = AwsEncryptionSealer(kms_keys=[arn], key_files=[file])
        assert [opener.open(each, CONTEXT) for each in bodies] == [PLAINTEXT] * 8
        assert opener._keyring.take_failures() == ()


def test_a_silent_kms_lets_the_next_key_try(kms):
    keys = [kms_key(kms), kms_key(kms)]
    sealed = AwsEncryptionSealer(kms_keys=keys).seal(PLAINTEXT, CONTEXT)
    with kms_out_of_reach():
        silent = AwsEncryptionSealer(kms_keys=keys)._keyring
    for number in range(2):
        opener = AwsEncryptionSealer(kms_keys=keys)
        members(opener._keyring)[number].config.client = members(silent)[number].config.client
        assert opener.open(sealed, CONTEXT) == PLAINTEXT
        with pytest.raises(EncryptionError, match="could not be opened") as damaged:
            opener.open(b"damaged", CONTEXT)
        assert "Could not connect" not in damaged.value.message


def members(keyring: Keyring) -> list[Any]:
    return list(keyring.materials.backing_materials_manager.master_key_provider._members)


def test_a_message_of_another_program_opens_and_its_damage_is_told(tmp_path):
    sealer = AwsEncryptionSealer(key_files=[key_file(tmp_path)])
    ring = sealer._keyring
    message, header = ring.client.encrypt(
        source=PLAINTEXT, materials_manager=ring.materials, encryption_context=CONTEXT, frame_length=0
    )
    assert "aws-crypto-public-key" in header.encryption_context  # signed, in one frame
    assert sealer.open(message, CONTEXT) == PLAINTEXT
    for offset in range(len(message)):
        changed = bytearray(message)
        changed[offset] ^= 0x80
        with pytest.raises(EncryptionError):
            sealer.open(bytes(changed), CONTEXT)


def test_a_body_is_sealed_by_every_key_or_not_at_all(kms, tmp_path):
    known = kms_key(kms)
    unknown = known.replace(REGION, "eu-west-1")
    with pytest.raises(EncryptionError, match="NotFoundException") as caught:
        AwsEncryptionSealer(kms_keys=[known, unknown], key_files=[key_file(tmp_path)]).seal(
            PLAINTEXT, CONTEXT
        )
    assert unknown in caught.value.message
    assert known not in caught.value.message
    assert "kms:Encrypt" in caught.value.hint


def test_a_kms_that_does_not_answer_is_told(kms):
    arn = kms_key(kms)
    sealed = AwsEncryptionSealer(kms_keys=[arn]).seal(PLAINTEXT, CONTEXT)
    with kms_out_of_reach():
        opener = AwsEncryptionSealer(kms_keys=[arn])
        with pytest.raises(EncryptionError, match="Could not connect") as caught:
            opener.open(sealed, CONTEXT)
        assert "kms:Decrypt" in caught.value.hint
        with pytest.raises(EncryptionError, match="could not be opened") as damaged:
            opener.open(b"damaged", CONTEXT)
    assert "Could not connect" not in damaged.value.message


def test_a_run_costs_a_few_calls_of_kms(kms):
    arn = kms_key(kms)
    sealer = AwsEncryptionSealer(kms_keys=[arn])
    sealed = sealer.seal(b"0", CONTEXT)
    later = [sealer.seal(b"1", CONTEXT) for _ in range(50)]
    opener = AwsEncryptionSealer(kms_keys=[arn])
    assert opener.open(sealed, CONTEXT) == b"0"
    kms.reset()  # forgets the key: whoever asks KMS again from here on is refused
    assert [opener.open(each, CONTEXT) for each in later] == [b"1"] * 50
    assert sealer.seal(b"2", CONTEXT)
    with pytest.raises(EncryptionError):
        sealer.seal(b"3", {**CONTEXT, "kind": "objects"})


def test_threads_share_a_sealer(tmp_path):
    sealer = AwsEncryptionSealer(key_files=[key_file(tmp_path)])
    opened: list[bytes] = []

    def work(number: int) -> None:
        body = f"{number}".encode() * 1_000
        opened.append(sealer.open(sealer.seal(body, CONTEXT), CONTEXT)[:1])

    workers = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sorted(opened) == [b"%d" % number for number in range(8)]


def test_a_key_file_may_hold_base64_and_is_the_same_key(tmp_path):
    key = os.urandom(32)
    raw, text = key_file(tmp_path, key), key_file(tmp_path, base64.b64encode(key) + b"\n")
    sealed = AwsEncryptionSealer(key_files=[raw]).seal(PLAINTEXT, CONTEXT)
    assert AwsEncryptionSealer(key_files=[text]).open(sealed, CONTEXT) == PLAINTEXT
    assert (
        AwsEncryptionSealer(key_files=[raw]).description == AwsEncryptionSealer(key_files=[text]).description
    )
    assert key.hex() not in str(AwsEncryptionSealer(key_files=[raw]).description)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        bytes(range(200, 231)),
        bytes(range(200, 233)),
        bytes(range(200)),
        base64.b64encode(bytes(range(16))),
        bytes(range(16)).hex().encode(),
        b"a password of 32 characters, yes",
        b"=" * 44,
    ],
)
def test_what_is_no_key_is_refused_and_not_shown(tmp_path, content):
    path = key_file(tmp_path, content)
    with pytest.raises(EncryptionError, match="neither 32 random bytes nor their base64") as caught:
        AwsEncryptionSealer(key_files=[path])
    assert "openssl rand" in caught.value.hint
    assert "password" not in str(caught.value)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644])
def test_a_key_file_that_others_reach_is_refused(tmp_path, mode):
    path = key_file(tmp_path)
    path.chmod(mode)
    with pytest.raises(EncryptionError, match=f"mode 0{mode:o}") as caught:
        AwsEncryptionSealer(key_files=[path])
    assert caught.value.hint == f"chmod 600 {path}"


def test_a_key_file_that_is_no_file_is_refused_at_once(tmp_path):
    os.mkfifo(tmp_path / "fifo", 0o600)
    for path, words in ((tmp_path / "fifo", "not a regular file"), (tmp_path / "none", "No such file")):
        with pytest.raises(EncryptionError, match=words):
            AwsEncryptionSealer(key_files=[path])


@pytest.mark.parametrize(
    "arn", ["alias/x", "arn:aws:kms:eu-central-1:123456789012:alias/x", "1234abcd-12ab", "", "arn:aws:s3:::b"]
)
def test_only_the_arn_of_a_key_names_a_kms_key(arn):
    with pytest.raises(EncryptionError, match="not the ARN of a KMS key"):
        AwsEncryptionSealer(kms_keys=[arn])


def test_no_key_at_all_is_refused():
    with pytest.raises(EncryptionError, match="no key is given"):
        AwsEncryptionSealer()


def test_without_the_sdk_the_error_names_the_extra(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "aws_encryption_sdk", None)
    with pytest.raises(EncryptionError, match="not installed") as caught:
        AwsEncryptionSealer(key_files=[key_file(tmp_path)])
    assert caught.value.hint == "pip install 'guardian[encryption]'"
