"""The suite's own guards: they must bite."""

import os
import socket
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.support.loopback import OutsideWorldError, is_local
from tests.support.provider import NoProviderError, provider_cli_config
from tests.support.wants import summary_lines


def test_no_socket_leaves_the_machine():
    with socket.socket() as one, pytest.raises(OutsideWorldError):
        one.connect(("192.0.2.1", 80))
    with socket.socket(type=socket.SOCK_DGRAM) as one, pytest.raises(OutsideWorldError):
        one.sendto(b"x", ("192.0.2.1", 53))
    with pytest.raises(OutsideWorldError):
        socket.getaddrinfo("sts.amazonaws.com", 443)


def test_loopback_is_open():
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(server.getsockname(), timeout=5).close()
    assert is_local("::1")
    assert is_local("localhost")
    assert not is_local("10.0.0.1")
    assert not is_local(b"example.org")


def test_the_environment_is_clean(tmp_path):
    foreign = [name for name in os.environ if name.startswith(("TF_", "GUARDIAN_"))]
    assert foreign == []
    assert os.environ["AWS_ACCESS_KEY_ID"] == "testing"
    assert os.environ["AWS_CONFIG_FILE"] == os.devnull
    assert "AWS_PROFILE" not in os.environ
    assert Path.cwd() == tmp_path
    assert list(Path.home().iterdir()) == []


def test_a_mirror_without_the_provider_is_told_and_remembered(tmp_path):
    shared, mirror = tmp_path / "shared", tmp_path / "mirror"
    shared.mkdir()
    for _ in range(2):
        with pytest.raises(NoProviderError, match="has no registry"):
            provider_cli_config(shared, "terraform", {"GUARDIAN_PROVIDER_MIRROR": str(mirror)})


def test_wants_are_counted_and_other_skips_are_not():
    skipped = [
        SimpleNamespace(longrepr=("a.py", 1, "Skipped: for want of terraform: not on PATH")),
        SimpleNamespace(longrepr=("b.py", 2, "Skipped: for want of terraform: not on PATH")),
        SimpleNamespace(longrepr=("c.py", 3, "Skipped: only on Windows")),
    ]
    assert list(summary_lines(skipped)) == ["skipped for want of terraform: 2 tests: not on PATH"]
