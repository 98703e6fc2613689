"""Writing a record while answers get lost and disks fill up: whole or not at all, and no lock stays."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from guardian.adapters.terraform.backend import TerraformStateBackend
from guardian.domain.engine import Backend, WorkingDirectory
from guardian.errors import BackendError
from tests.support.moto import MotoServer, environment, moto_server
from tests.support.proxy import FaultProxy, fault_proxy
from tests.support.record_bench import LOCKS, NEXT, RECORD, Bench, NoEngine, in_s3, make_cloud

LOCK_PUT = {"operation": "PutObject", "path": "tflock"}


@pytest.fixture(scope="module")
def cloud() -> Iterator[MotoServer]:
    with moto_server() as server:
        yield server


@pytest.fixture
def proxy(cloud: MotoServer) -> Iterator[FaultProxy]:
    make_cloud(cloud)
    with fault_proxy(cloud.url) as running:
        yield running


@pytest.fixture
def bench(cloud: MotoServer, proxy: FaultProxy, tmp_path: Path) -> Bench:
    made = in_s3(cloud, tmp_path, LOCKS["both"])
    made.backend = TerraformStateBackend(NoEngine(), environment(proxy.url))
    return made


def left_behind(cloud: MotoServer) -> set[str]:
    objects = cloud.client("s3").list_objects_v2(Bucket="states").get("Contents", [])
    items = cloud.client("dynamodb").scan(TableName="locks")["Items"]
    return {each["Key"] for each in objects} | {each["LockID"]["S"] for each in items}


@pytest.mark.parametrize(
    "lost", [LOCK_PUT, {"operation": "PutItem", "body": "attribute_not_exists"}], ids=["object", "item"]
)
def test_a_lost_answer_to_the_lock_does_not_lock_us_out(bench, proxy, cloud, lost):
    fault = proxy.add("reset_after", nth=1, **lost)
    bench.write(RECORD)
    assert proxy.faults.hits(fault) == 1
    assert bench.read() == RECORD
    assert left_behind(cloud) == {"team/app.tfstate", "states/team/app.tfstate-md5"}


@pytest.mark.parametrize("operation", ["PutObject", "PutItem", "DeleteObject", "DeleteItem"])
def test_any_lost_answer_is_made_up_for(bench, proxy, cloud, operation):
    proxy.add("reset_after", operation=operation, nth=1)
    bench.write(NEXT)
    assert bench.read() == NEXT
    assert left_behind(cloud) == {"team/app.tfstate", "states/team/app.tfstate-md5"}


@pytest.mark.parametrize("kind", ["error_before", "error_after"])
def test_a_lock_that_is_denied_leaves_nothing(bench, proxy, cloud, kind):
    proxy.add(kind, status=403, code="AccessDenied", **LOCK_PUT)
    with pytest.raises(BackendError, match=r"cannot lock the state .*AccessDenied"):
        bench.write(NEXT)
    assert left_behind(cloud) == set()


def test_a_record_that_is_denied_stays_as_it_was(bench, proxy, cloud):
    bench.write(RECORD)
    proxy.add(
        "error_before", operation="PutObject", path=r"app\.tfstate(\?|$)", status=403, code="AccessDenied"
    )
    with pytest.raises(BackendError, match=r"cannot write the state .*AccessDenied"):
        bench.write(NEXT)
    assert bench.read() == RECORD
    assert left_behind(cloud) == {"team/app.tfstate", "states/team/app.tfstate-md5"}


# The limit acts as a disk that is full: of a size that the old record has and the new one has not.
WRITES_WITH_A_LIMIT = """
import json, os, resource, sys
from pathlib import Path
from guardian.adapters.terraform.writing import write_local
from guardian.errors import BackendError
if sys.argv[3] == "without":
    del os.posix_fallocate
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), int(sys.argv[2])))
try:
    write_local(Path(sys.argv[1]), b"n" * 100_000)
except BackendError as error:
    print(error.message)
"""


@pytest.mark.parametrize("room", ["with", "without"])
def test_a_record_that_does_not_fit_leaves_the_old_one(tmp_path, room):
    path = tmp_path / "terraform.tfstate"
    path.write_bytes(b"o" * 9_000)
    argv = [sys.executable, "-c", WRITES_WITH_A_LIMIT, str(path), "10000", room]
    ended = subprocess.run(argv, capture_output=True, text=True, check=True)
    assert ended.stdout.startswith(f"cannot write the state {path}: ")
    assert path.read_bytes() == b"o" * 9_000


class Pusher:
    """Takes what is pushed, and how private its file is."""

    def __init__(self) -> None:
        self.pushed = b""
        self.mode = 0

    def output_of(self, where, verb, *positional, options):
        assert (verb, where.environment["TF_WORKSPACE"], options) == ("state push", "blue", {})
        path = Path(positional[0])
        self.pushed, self.mode = path.read_bytes(), path.stat().st_mode & 0o777
        return b""


def elsewhere(base: Path) -> tuple[WorkingDirectory, Backend]:
    run = base / "run"
    run.mkdir()
    backend = Backend(
        kind="http", config={"address": "http://127.0.0.1:9"}, workspace="blue", address="http://x"
    )
    return WorkingDirectory(root=base, run_dir=run), backend


def test_an_unknown_backend_is_pushed_to_from_a_private_file_that_goes(tmp_path):
    where, backend = elsewhere(tmp_path)
    pusher = Pusher()
    through = TerraformStateBackend(pusher, {})
    with through.locked(where, backend, operation="a test"):
        through.write(where, backend, RECORD)
    assert (pusher.pushed, pusher.mode) == (RECORD, 0o600)
    assert list(where.run_dir.iterdir()) == []


def test_a_directory_for_the_push_that_is_gone_is_a_backend_error(tmp_path):
    where, backend = elsewhere(tmp_path)
    where.run_dir.rmdir()
    with pytest.raises(BackendError, match="cannot write"):
        TerraformStateBackend(Pusher(), {}).write(where, backend, json.dumps({}).encode())
