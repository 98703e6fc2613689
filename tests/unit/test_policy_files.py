"""Which Rego files are read, and which are refused."""

import os
from pathlib import Path

import pytest

from guardian.adapters.policy import policy_engines
from guardian.adapters.policy.rego_files import MAX_BYTES, read_modules
from guardian.errors import PolicyError
from tests.support.policies import rego, rule


def test_files_and_directories_are_read_once_without_tests(tmp_path):
    (tmp_path / "sub").mkdir()
    one = rego(tmp_path, "")
    two = rego(tmp_path / "sub", "", name="b.rego", package="guardian.network")
    three = rego(tmp_path / "sub", "", name="lib.rego", package="lib.cidr")
    rego(tmp_path, "", name="policy_test.rego")
    (tmp_path / "note.txt").write_text("x")
    found = read_modules((tmp_path, one))
    assert [(Path(each.path), each.package, each.judges) for each in found] == [
        (one, "guardian", True),
        (two, "guardian.network", True),
        (three, "lib.cidr", False),
    ]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"deny := 1", "has no `package` line"),
        (b"package main\n", "is of `package guardian`: nothing would be judged"),
        (b"package guardians\n", "is of `package guardian`: nothing would be judged"),
        (b"package guardian\n\xff", "is not UTF-8 text (byte 17)"),
        (b"package guardian\n#" + b"x" * MAX_BYTES, "is larger than"),
    ],
    ids=range(5),
)
def test_a_file_that_is_no_policy_is_refused(tmp_path, body, words):
    path = tmp_path / "a.rego"
    path.write_bytes(body)
    with pytest.raises(PolicyError) as error:
        read_modules((path,))
    assert str(path) in error.value.message
    assert words in error.value.message


def test_what_is_not_there_is_never_no_policy(tmp_path):
    with pytest.raises(PolicyError, match=r"none\.rego cannot be read: No such file"):
        read_modules((tmp_path / "none.rego",))
    with pytest.raises(PolicyError, match=r"holds no \*\.rego file"):
        read_modules((tmp_path,))
    os.mkfifo(tmp_path / "pipe.rego")
    with pytest.raises(PolicyError, match=r"pipe\.rego is not a regular file"):
        read_modules((tmp_path,))


def test_engines_are_made_for_what_there_is(tmp_path):
    path = rego(tmp_path, 'deny contains "x"')
    assert policy_engines((), (), timeout_s=1) == ()
    both = policy_engines((rule("type"),), [path], timeout_s=30)
    assert [each.summary for each in both] == ["1 rule in JMESPath", "1 file of Rego"]
