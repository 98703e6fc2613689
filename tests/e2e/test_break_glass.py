"""The real thing while the store is down: refused, then applied in the broken glass, then flushed."""

import json
import signal
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from guardian.adapters.store.local import LocalStore
from guardian.adapters.store.s3 import S3Store
from guardian.adapters.system import ProcessIdentity, SystemClock
from guardian.domain.journal import Kind
from guardian.ports.blobs import BlobStore
from guardian.repository.check import check_project
from guardian.repository.project import Project
from guardian.repository.repository import Repository
from tests.support.guardian import Checkout, refuse, wait_until
from tests.support.moto import REGION, MotoServer, environment
from tests.support.proxy import FaultProxy
from tests.support.spools import of_runs
from tests.support.sweeps import some

pytestmark = pytest.mark.terraform

BUCKET = "guardian-store"
GLASS = ("apply", "-auto-approve", "--break-glass", "--reason", "production burns")


def release(value: str, *, broken: bool = False) -> str:
    text = f'resource "terraform_data" "app" {{\n  input = "{value}"\n}}\n'
    if broken:
        text += (
            'resource "terraform_data" "bad" {\n  depends_on = [terraform_data.app]\n'
            '  provisioner "local-exec" {\n    command = "exit 1"\n  }\n}\n'
        )
    return text


@pytest.fixture
def remote(
    tmp_path: Path, terraform: str, guardian_exe: Path, moto: MotoServer, proxy: FaultProxy
) -> Checkout:
    """Return an applied checkout whose store is a bucket behind the proxy, with one change pending."""
    moto.client("s3").create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
    given = {**environment(proxy.url), "GUARDIAN_STORE": f"s3://{BUCKET}/p"}
    checkout = Checkout(tmp_path / "checkout", guardian_exe, given)
    checkout.write(release("1"))
    assert checkout.run("apply", "-auto-approve").exit_code == 0
    checkout.write(release("2"))
    return checkout


@pytest.fixture
def local(tmp_path: Path, terraform: str, guardian_exe: Path) -> Checkout:
    """Return an applied checkout whose store is a directory elsewhere, with one change pending."""
    checkout = Checkout(
        tmp_path / "checkout", guardian_exe, {"GUARDIAN_STORE": str(tmp_path / "disk" / "store")}
    )
    checkout.write(release("1"))
    assert checkout.run("apply", "-auto-approve").exit_code == 0
    checkout.write(release("2"))
    return checkout


def deny(proxy: FaultProxy) -> None:
    """Take the store away; the very next command notices, without waiting for an answer."""
    proxy.add("error_before", service="s3", status=403, code="AccessDenied")


def last_line(said: str) -> dict[str, Any]:
    return dict(json.loads(said.splitlines()[-1]))


def only_project(store: BlobStore) -> Project:
    identity = ProcessIdentity(environment={})
    repository = Repository.open(store, clock=SystemClock(), identity=identity)
    (found,) = repository.projects()
    return repository.project(found.name)


def project_in_bucket(moto: MotoServer) -> Project:
    return only_project(S3Store(BUCKET, "p", client=moto.client("s3")))


def input_of(checkout: Checkout) -> str:
    state = json.loads((checkout.root / "terraform.tfstate").read_bytes())
    return str(state["resources"][0]["instances"][0]["attributes"]["input"]["value"])


def spools() -> list[Path]:
    return sorted(Path.home().glob(".local/state/guardian/spool/*/*"))


def test_from_the_outage_to_the_flush(remote, proxy, moto):
    good = last_line(remote.run("status", "--json").stdout)
    refuse(remote, *GLASS, exit_code=1, words=("answers: nothing was done", "leave --break-glass"))
    assert spools() == []

    deny(proxy)
    refuse(remote, "apply", "-auto-approve", exit_code=1, words=("AccessDenied",))
    seen = remote.run("status")
    assert seen.exit_code == 1
    assert "FROM MEMORY" in seen.stdout
    assert good["baseline_id"][:12] in seen.stdout
    applied = remote.run(*GLASS)
    assert applied.exit_code == 0, applied.said
    assert "BREAK GLASS" in applied.stderr
    assert "production burns" in applied.stderr
    assert "terraform_data.app" in applied.said
    (spool,) = spools()
    assert stat.S_IMODE(spool.stat().st_mode) == stat.S_IMODE(spool.parent.stat().st_mode) == 0o700
    down = remote.run("status", "--json")
    assert (down.exit_code, last_line(down.stdout)["error"]["code"]) == (1, "store_unreachable")
    (memory,) = [json.loads(each) for each in down.stdout.splitlines() if '"remembered"' in each]
    assert (memory["spooled"], memory["next"]["command"]) == (1, "guardian flush")
    refuse(remote, "flush", exit_code=1, words=("AccessDenied",))
    remote.write(release("3"))
    again = remote.run(*GLASS, "--json")
    lines = [json.loads(each) for each in again.stdout.splitlines()]
    assert again.exit_code == 0, again.said
    assert [each["reason"] for each in lines if each["type"] == "break_glass"] == ["production burns"]

    proxy.faults.clear()
    remote.write(release("4"))
    refuse(remote, "apply", "-auto-approve", exit_code=4, words=("2 runs wait", "guardian flush"))
    assert "2 not in the store yet" in remote.run("status").stdout
    assert "2 runs" in remote.run("flush", "--dry-run").stdout
    assert last_line(remote.run("status", "--json").stdout)["baseline_id"] == good["baseline_id"]
    flushed = remote.run("flush", "--json")
    told = last_line(flushed.stdout)
    assert flushed.exit_code == 0, flushed.said
    assert (told["outcome"], len(told["flushed"][0]["runs"]), told["flushed"][0]["moved"]) == ("ok", 2, False)
    assert [Path(told["kept"])] == spools()
    assert remote.run("flush").stdout == "Nothing is spooled.\n"
    now = last_line(remote.run("status", "--json").stdout)
    assert now["baseline_id"] == lines[-1]["baseline_id"]
    assert now["spooled"] == 0
    assert list(check_project(project_in_bucket(moto), read_data=True)) == []
    assert input_of(remote) == "3"
    assert remote.run("apply", "-auto-approve").exit_code == 0
    assert input_of(remote) == "4"


@pytest.mark.sweep
@pytest.mark.parametrize("at", some(range(2, 22), 2))
def test_a_flush_that_is_killed_is_finished_by_the_next(remote, proxy, moto, tally, at):
    tally(10, points=1)
    deny(proxy)
    assert remote.run(*GLASS).exit_code == 0
    spooled = of_runs(list(only_project(LocalStore(spools()[0])).log.read()))
    before = len(list(project_in_bucket(moto).log.read()))
    proxy.faults.clear()
    proxy.faults.forget_counts()
    held = proxy.add("hold", service="s3", operation="PutObject", nth=at)
    with remote.start("flush") as process:
        wait_until(lambda: proxy.count("s3", "PutObject") >= at, "the write to be held")
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert process.returncode == -signal.SIGKILL
    proxy.faults.remove(held)
    assert [each.name for each in spools()] == ["open"]
    ended = remote.run("flush")
    assert ended.exit_code == 0, ended.said
    records = list(project_in_bucket(moto).log.read(before + 1))
    assert of_runs(records) == spooled
    assert [each.kind for each in records].count(Kind.FLUSHED) == 1
    assert list(check_project(project_in_bucket(moto), read_data=True)) == []
    assert [each.name.startswith("flushed-") for each in spools()] == [True]


def take_away(store: Path) -> Callable[[], None]:
    """Put a file where the store is, and return what brings the store back."""
    aside = store.rename(store.with_name("aside"))
    store.write_text("this disk is not mounted\n")

    def back() -> None:
        store.unlink()
        aside.rename(store)

    return back


def test_a_failure_in_the_glass_and_its_way_back(local, tmp_path):
    back = take_away(tmp_path / "disk" / "store")
    refuse(local, "restore", "--break-glass", "--reason", "x", exit_code=1, words=("nothing is spooled",))
    assert local.run(*GLASS).exit_code == 0
    local.write(release("3", broken=True))
    failed = local.run(*GLASS, "--on-failure", "hold")
    assert failed.exit_code == 3, failed.said
    refuse(local, *GLASS, exit_code=4, words=("on hold", "guardian restore --break-glass"))
    refuse(local, "restore", "-auto-approve", exit_code=1, words=("cannot be used",))
    restored = local.run("restore", "-auto-approve", "--break-glass", "--reason", "and back")
    assert restored.exit_code == 0, restored.said
    assert input_of(local) == "2"
    back()
    refuse(local, "restore", "-auto-approve", exit_code=4, words=("guardian flush",))
    assert local.run("flush").exit_code == 0
    project = only_project(LocalStore(tmp_path / "disk" / "store"))
    assert list(check_project(project, read_data=True)) == []
    standing = project.log.standing()
    assert (standing.hold, standing.open_incident) == (None, None)
    local.write(release("2"))
    assert "Nothing to apply" in local.run("apply", "-auto-approve").stdout


def test_a_remembered_hold_stops_the_glass(local, tmp_path):
    assert local.run("hold", "--reason", "freeze").exit_code == 0
    take_away(tmp_path / "disk" / "store")
    refuse(local, *GLASS, exit_code=4, words=("freeze", "as this machine saw it on", "nothing lifts"))
    assert input_of(local) == "1"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--break-glass",), "--break-glass wants a reason"),
        (("--break-glass", "--reason", " "), "--break-glass wants a reason"),
        (("--reason", "why"), "--reason goes with --break-glass only"),
    ],
)
def test_the_two_options_belong_together(local, arguments, words):
    for command in ("apply", "restore"):
        refuse(local, command, "-auto-approve", *arguments, exit_code=1, words=(words,))
