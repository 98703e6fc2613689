"""Who guardian is, who is dead, and which signal came first."""

import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import replace
from datetime import UTC, timedelta
from pathlib import Path

import pytest

from guardian.adapters.system import (
    ProcessIdentity,
    SignalInterruption,
    SystemClock,
    process_started,
)
from guardian.domain.actor import Actor
from guardian.ports.system import Clock, Identity, Interruption
from tests.fakes.system import FakeClock, FakeIdentity, FakeInterruption

linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs Linux's /proc")
ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT)


def test_the_adapters_and_the_fakes_fit_the_ports():
    clocks: list[Clock] = [SystemClock(), FakeClock()]
    identities: list[Identity] = [ProcessIdentity(), FakeIdentity()]
    interruptions: list[Interruption] = [SignalInterruption(), FakeInterruption()]
    assert all(each.now().tzinfo is UTC for each in clocks)
    assert all(each.monotonic_s() <= each.monotonic_s() for each in clocks)
    assert all(not each.is_dead(each.actor()) for each in identities)
    assert all(each.requested() is None for each in interruptions)


def test_the_actor_is_this_process():
    actor = ProcessIdentity(environment={}).actor()
    assert (actor.pid, actor.job) == (os.getpid(), "")
    assert actor.user
    assert actor.host
    assert Actor.from_json(actor.to_json()) == actor


@pytest.mark.parametrize(
    ("environment", "job"),
    [
        (
            {"GITHUB_SERVER_URL": "https://github.com", "GITHUB_REPOSITORY": "a/b", "GITHUB_RUN_ID": "7"},
            "https://github.com/a/b/actions/runs/7",
        ),
        ({"GITHUB_SERVER_URL": "https://github.com", "GITHUB_REPOSITORY": "a/b", "GITHUB_RUN_ID": ""}, ""),
        ({"CI_JOB_URL": "https://gitlab.example/j/1"}, "https://gitlab.example/j/1"),
        ({"BUILD_URL": "https://jenkins.example/job/x/1/"}, "https://jenkins.example/job/x/1/"),
        (
            {
                "SYSTEM_COLLECTIONURI": "https://dev.azure.example/o/",
                "SYSTEM_TEAMPROJECT": "p",
                "BUILD_BUILDID": "9",
            },
            "https://dev.azure.example/o/p/_build/results?buildId=9",
        ),
        ({"CI": "true", "BUILD_BUILDID": "9"}, ""),
    ],
)
def test_the_job_has_an_address_where_there_is_one(environment, job):
    assert ProcessIdentity(environment=environment).actor().job == job


@pytest.fixture
def child():
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        yield process
        process.kill()


def actor_of(pid: int) -> Actor:
    return replace(ProcessIdentity().actor(), pid=pid, started=process_started(pid))


@linux
def test_a_process_is_dead_from_its_end_even_before_it_is_reaped(child):
    identity, actor = ProcessIdentity(), actor_of(child.pid)
    assert actor.started > 0
    assert not identity.is_dead(actor)
    child.kill()
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
    assert identity.is_dead(actor)
    child.wait()
    assert identity.is_dead(actor)


@linux
def test_a_pid_that_another_process_uses_now_is_dead(child):
    identity, actor = ProcessIdentity(), actor_of(child.pid)
    assert identity.is_dead(replace(actor, started=actor.started - 1))
    assert not identity.is_dead(replace(actor, started=0))


@linux
@pytest.mark.parametrize(
    "change",
    [
        {"host": "elsewhere"},
        {"boot_id": ""},
        {"boot_id": "another boot"},
        {"pid": 0},
        {"pid": -1},
        {"pid": 1 << 40},
    ],
)
def test_what_is_not_here_is_not_proven(child, change):
    identity, actor = ProcessIdentity(), actor_of(child.pid)
    child.kill()
    child.wait()
    assert identity.is_dead(actor)
    assert not identity.is_dead(replace(actor, **change))


@linux
def test_two_pid_namespaces_of_one_boot_differ():
    assert ProcessIdentity().actor().boot_id.endswith(Path("/proc/self/ns/pid").readlink().name)


def test_without_proc_nothing_is_proven(tmp_path):
    identity = ProcessIdentity(proc=tmp_path)
    assert identity.actor().boot_id == ""
    assert identity.actor().started == 0
    assert not identity.is_dead(replace(identity.actor(), pid=(1 << 31) - 1))


@pytest.mark.parametrize("name", ["plain", "a b", "a) R 1 (b", ")"])
def test_a_process_may_call_itself_what_it_likes(tmp_path, name):
    (tmp_path / "7").mkdir()
    (tmp_path / "7" / "stat").write_text(f"7 ({name}) S {' '.join(['0'] * 18)} 4711 0 0\n")
    assert process_started(7, proc=tmp_path) == 4711
    (tmp_path / "7" / "stat").write_text(f"7 ({name}")
    assert process_started(7, proc=tmp_path) == 0


@pytest.fixture
def _heard():
    """Make no signal ignored, whatever started the tests (`nohup`, a background job)."""
    before = {each: signal.signal(each, signal.default_int_handler) for each in ENDING}
    yield
    for each, handler in before.items():
        signal.signal(each, handler)


@pytest.mark.usefixtures("_heard")
@pytest.mark.parametrize("number", ENDING)
def test_a_signal_is_remembered_by_name_and_the_first_one_stays(number):
    with SignalInterruption() as interruption:
        assert interruption.requested() is None
        signal.raise_signal(number)
        assert interruption.requested() == number.name
        for other in ENDING:
            signal.raise_signal(other)
        assert interruption.requested() == number.name
    # The process is about to end: the rest of a storm must not change how.
    signal.raise_signal(number)
    assert interruption.requested() == number.name


@pytest.mark.usefixtures("_heard")
def test_handlers_come_back_after_an_error():
    before = [signal.getsignal(each) for each in ENDING]
    with pytest.raises(RuntimeError), SignalInterruption():
        raise RuntimeError
    assert [signal.getsignal(each) for each in ENDING] == before


@pytest.mark.usefixtures("_heard")
def test_handlers_come_back_when_no_signal_came():
    before = [signal.getsignal(each) for each in ENDING]
    with SignalInterruption():
        assert [signal.getsignal(each) for each in ENDING] != before
    assert [signal.getsignal(each) for each in ENDING] == before


def test_an_ignored_signal_stays_ignored():
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with SignalInterruption() as interruption:
            signal.raise_signal(signal.SIGHUP)
            assert interruption.requested() is None
        assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGHUP, before)


@pytest.mark.usefixtures("_heard")
def test_a_waiting_main_thread_hears_of_a_signal_from_outside():
    with SignalInterruption() as interruption:
        threading.Timer(0.05, os.kill, (os.getpid(), signal.SIGTERM)).start()
        deadline = time.monotonic() + 10
        while interruption.requested() is None and time.monotonic() < deadline:
            time.sleep(0.01)
        assert interruption.requested() == "SIGTERM"


def test_the_fakes_do_what_they_are_told():
    clock = FakeClock(tick_s=1)
    first, second = clock.now(), clock.now()
    assert second - first == timedelta(seconds=1)
    clock.advance(60)
    clock.set_back(3600)
    assert clock.now() < first
    assert clock.monotonic_s() > 60
    interruption = FakeInterruption(after=2)
    assert [interruption.requested() for _ in range(3)] == [None, "SIGTERM", "SIGTERM"]
