"""Guardians that come at once: one wins, the others are refused and told by whom.

Eight race for one project: for the bare lease, and with whole applies.
"""

import threading
import uuid
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from guardian.adapters.store.local import LocalStore
from guardian.adapters.store.s3 import S3Store
from guardian.domain.journal import Kind
from guardian.domain.run import Outcome
from guardian.errors import ExitCode, LeaseHeldError
from guardian.operations.apply import ApplyRequest, apply
from guardian.operations.context import Context
from guardian.ports.blobs import BlobStore
from guardian.repository import lease as lease_module
from guardian.repository import log as log_module
from guardian.repository.lease import acquire
from guardian.repository.log import Log
from guardian.repository.repository import Repository
from tests.fakes.audience import FakeAudience
from tests.fakes.blobs import FakeBlobStore
from tests.fakes.system import FakeClock, FakeIdentity
from tests.fakes.world import World
from tests.support.chain import open_runs, sound
from tests.support.moto import REGION, environment, moto_server
from tests.support.projects import open_project
from tests.support.racing import CrowdedStore, Gate, Gauge, all_at_once, check_turns
from tests.support.sweeps import times
from tests.support.trial import GOOD, THERE

pytestmark = pytest.mark.sweep

PROMISE = 9
RACERS = 8
BUCKET = "guardian-races"
MakeStore = Callable[[], BlobStore]


@pytest.fixture(scope="module")
def s3() -> Iterator[MakeStore]:
    with moto_server() as moto, pytest.MonkeyPatch.context() as patch:
        where = {"LocationConstraint": REGION}
        moto.client("s3").create_bucket(Bucket=BUCKET, CreateBucketConfiguration=where)
        for name, value in environment(moto.url).items():
            patch.setenv(name, value)
        client = S3Store(BUCKET)._connected()
        yield lambda: S3Store(BUCKET, str(uuid.uuid4()), client=client)


@pytest.fixture(params=["fake", "local", "s3"])
def make_store(request: pytest.FixtureRequest, tmp_path: Path) -> MakeStore:
    """Return what makes one empty store after the other."""
    match request.param:
        case "fake":
            return FakeBlobStore
        case "local":
            return lambda: LocalStore(tmp_path / str(uuid.uuid4()))
        case _:
            made: MakeStore = request.getfixturevalue("s3")
            return made


def gate_of(*, gated: bool) -> Gate:
    """Let the racers meet at their first record, or run as they come."""
    return Gate(RACERS, patience_s=0.2 if gated else 0.0)


class Overwriting(FakeBlobStore):
    """A mutant: no condition on the writes to the log; elsewhere guardian's own probe would find it."""

    def put_if_absent(self, key: str, body: bytes) -> bool:
        if "/log/" not in key:
            return super().put_if_absent(key, body)
        self.bodies[key] = body
        return True


def race_of_leases(
    store: BlobStore,
    *,
    identities: list[FakeIdentity] | None = None,
    clock: FakeClock | None = None,
    gated: bool = True,
) -> None:
    """Let eight take the bare lease at once; all losers are there before the winner gives it back."""
    open_project(store)
    gate, judged = gate_of(gated=gated), threading.Barrier(RACERS)
    holding = Gauge()
    names = identities or [FakeIdentity(f"user{each}", pid=1000 + each) for each in range(RACERS)]

    def racer(identity: FakeIdentity) -> Callable[[], str]:
        shared = clock or FakeClock(tick_s=0.001)
        log = open_project(CrowdedStore(store, gate), identity=identity, clock=shared).log

        def race() -> str:
            try:
                lease = acquire(log, identity, shared)
            except LeaseHeldError as error:
                judged.wait(30)
                return error.message
            with holding:
                judged.wait(30)
            lease.release()
            return ""

        return race

    ended = all_at_once([racer(each) for each in names])
    assert [type(each) for each in ended] == [str] * RACERS, ended
    assert holding.most == 1, f"{holding.most} held the lease at once"
    records = sound(open_project(store))
    winner = str(records[0].actor)
    assert all(each == "" or winner in str(each) for each in ended), ended
    check_turns(records)
    assert [each.kind for each in records] == [Kind.LEASE_TAKEN, Kind.LEASE_RELEASED]


def races_of_leases(make_store: MakeStore, number: int) -> None:
    for each in range(number):
        race_of_leases(make_store(), gated=each % 2 == 0)


@pytest.fixture
def races(make_store: MakeStore) -> int:
    """How many races a store gets; in the long form 200 in all."""
    return times(3, 80) if make_store is FakeBlobStore else times(2, 60)


def test_of_eight_that_want_the_lease_one_has_it(make_store, races, tally):
    tally(PROMISE, points=races)
    races_of_leases(make_store, races)


def twins() -> list[FakeIdentity]:
    """Eight that nothing tells apart: containers of one image, each with pid 1 on its own host `runner`."""
    return [FakeIdentity("root", host="runner", pid=1) for _ in range(RACERS)]


def test_of_eight_twins_whose_clocks_stand_one_has_the_lease(make_store, tally):
    tally(PROMISE, points=1)
    race_of_leases(make_store(), identities=twins(), clock=FakeClock())


def test_a_log_that_knows_its_own_by_equal_bodies_is_caught(tally, monkeypatch):
    """A mutant: nothing random in a record, so that two of equal content are one."""
    tally(PROMISE, mutants=1)
    for module in (log_module, lease_module):
        monkeypatch.setattr(module, "token_hex", lambda size: "ab" * size)
    with pytest.raises(AssertionError, match="held the lease at once"):
        race_of_leases(FakeBlobStore(), identities=twins(), clock=FakeClock())


def test_a_log_that_writes_upon_a_head_that_nobody_judged_is_caught(tally, monkeypatch):
    """A mutant: where the log was empty a moment ago it looks again, and follows whatever is there now."""
    tally(PROMISE, mutants=1)
    write = Log._write_after
    monkeypatch.setattr(
        Log, "_write_after", lambda log, head, *record: write(log, head or log.head(), *record)
    )
    with pytest.raises(AssertionError):
        races_of_leases(FakeBlobStore, 80)


def test_a_store_without_conditions_is_caught_by_the_lease(tally):
    tally(PROMISE, mutants=1)
    with pytest.raises(AssertionError):
        race_of_leases(Overwriting())


def race_of_applies(directory: Path, store: BlobStore, *, gated: bool = True) -> None:
    """Let eight apply the same release at once, each a guardian of its own, the repository not made yet."""
    world = World(directory)
    world.configure(**GOOD)
    gate, applying = gate_of(gated=gated), Gauge()
    real = world.engine.apply

    def counted(*arguments: Any, **given: Any) -> Any:
        with applying:
            return real(*arguments, **given)

    world.engine.apply = counted  # type: ignore[method-assign]
    first = world.guardians + 1
    world.living |= {1000 + first + each for each in range(RACERS)}
    contexts = [world.context() for _ in range(RACERS)]

    def racer(context: Context) -> Callable[[], Any]:
        def race() -> Any:
            crowded = CrowdedStore(store, gate)
            own = Repository.open_or_create(crowded, clock=context.clock, identity=context.identity)
            mine = replace(context, repository=own, audience=FakeAudience())
            return apply(mine, ApplyRequest(checkout=world.checkout, auto_approve=True))

        return race

    ended = all_at_once([racer(each) for each in contexts])
    world.store = store
    judge(world, ended, {str(each.identity.actor()) for each in contexts}, applying)


def judge(world: World, ended: list[Any], names: set[str], applying: Gauge) -> None:
    """Hold a race to the laws: one applied, who came after it had nothing to do, the rest were refused."""
    assert applying.most == 1, f"{applying.most} applies at once"
    errors = [each for each in ended if isinstance(each, Exception)]
    outcomes = [each.outcome for each in ended if not isinstance(each, Exception)]
    assert outcomes.count(Outcome.APPLIED) == applying.entries == 1, ended
    assert set(outcomes) <= {Outcome.APPLIED, Outcome.NO_CHANGES}, ended
    for each in errors:
        assert isinstance(each, LeaseHeldError), repr(each)
        assert each.exit_code is ExitCode.REFUSED
        assert each.hint
        assert any(name in each.message for name in names), each.message
    records = sound(world.project)
    check_turns(records)
    assert open_runs(records) == set()
    assert [each.kind for each in records].count(Kind.APPLYING) == 1
    assert world.inputs == THERE


def test_of_eight_that_apply_one_does(tmp_path, make_store, races, tally):
    tally(PROMISE, points=races)
    for number in range(races):
        race_of_applies(tmp_path / str(number), make_store(), gated=number % 2 == 0)


def test_a_store_without_conditions_is_caught_by_the_applies(tmp_path, tally):
    tally(PROMISE, mutants=1)
    with pytest.raises(AssertionError):
        race_of_applies(tmp_path, Overwriting())
