"""Every request of a guarded apply and of a restore to an S3 store fails in turn, in eight ways.

The laws: a fault that passes is not seen at all, and what was written is what an undisturbed run writes; an
outage is a clean refusal before the engine ran and "unrecorded" after; and whatever happened, the log is
whole, nothing is in it twice, and the next guardian goes on.
"""

import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import cycle, islice, product
from pathlib import Path
from typing import Any

import pytest

from guardian.adapters.store.s3 import S3Store
from guardian.domain.journal import Kind
from guardian.errors import ExitCode, GuardianError
from tests.fakes.blobs import FakeBlobStore
from tests.fakes.world import World
from tests.support.chain import sound
from tests.support.moto import REGION, MotoServer, environment, moto_server
from tests.support.proxy import FaultProxy, fault_proxy
from tests.support.sweeps import LONG, some
from tests.support.trial import GOOD, RELEASES, THERE, Trial, check_claims, check_doubt

pytestmark = pytest.mark.sweep

PROMISE = 10
BUCKET = "guardian-requests"
FAULTS: dict[str, dict[str, Any]] = {
    "lost answer": {"action": "reset_after"},
    "500 after": {"action": "error_after", "status": 500, "code": "InternalError"},
    "409": {"action": "error_before", "status": 409, "code": "ConditionalRequestConflict"},
    "412": {"action": "error_before", "status": 412, "code": "PreconditionFailed"},
    "SlowDown": {"action": "error_before", "status": 503, "code": "SlowDown"},
    "200 with an error": {"action": "error_after", "status": 200, "code": "InternalError"},
    "truncated": {"action": "truncate", "keep_bytes": 1},
    "hang": {"action": "hold_after"},
}
# What comes by the clock, or in any number.
BY_CHANCE = {Kind.LEASE_RENEWED, Kind.ENGINE_EVENTS}
READ_S = 0.3
Operation = Callable[..., Any]


def applies(world: World, **given: Any) -> Any:
    return world.apply(**given)


def restores(world: World, **given: Any) -> Any:
    return world.restore(**given)


def store_of(prefix: str, client: Any, *, patience_s: float) -> S3Store:
    """Return a store that repeats a request for so long."""
    total_s = 2 * (1 + READ_S) + 5 + patience_s
    return S3Store(BUCKET, prefix, client=client, connect_s=1, read_s=READ_S, total_s=total_s, wait_s=0.01)


@dataclass
class Cloud:
    """The bucket, seen directly and through the proxy."""

    moto: MotoServer
    proxy: FaultProxy
    client: Any

    def fill(self, prefix: str, bodies: dict[str, bytes]) -> None:
        for key, body in bodies.items():
            self.moto.client("s3").put_object(Bucket=BUCKET, Key=f"{prefix}/{key}", Body=body)

    def bodies(self, prefix: str) -> dict[str, bytes]:
        s3 = self.moto.client("s3")
        found = {}
        for page in s3.get_paginator("list_objects_v2").paginate(Bucket=BUCKET, Prefix=f"{prefix}/"):
            for each in page.get("Contents", ()):
                body = s3.get_object(Bucket=BUCKET, Key=each["Key"])["Body"].read()
                found[each["Key"].removeprefix(f"{prefix}/")] = body
        return found

    @property
    def requests(self) -> int:
        return sum(self.proxy.faults.counts().values())


@pytest.fixture(scope="module")
def cloud() -> Iterator[Cloud]:
    with moto_server() as moto, fault_proxy(moto.url) as proxy, pytest.MonkeyPatch.context() as patch:
        where = {"LocationConstraint": REGION}
        moto.client("s3").create_bucket(Bucket=BUCKET, CreateBucketConfiguration=where)
        for name, value in environment(proxy.url).items():
            patch.setenv(name, value)
        yield Cloud(moto, proxy, store_of("x", None, patience_s=1)._connected())


class Scene:
    """A project on the shelf, set up in the bucket anew for each trial."""

    def __init__(self, directory: Path, cloud: Cloud, operation: Operation, *, release: str) -> None:
        self._directory = directory
        self._cloud = cloud
        self.operation = operation
        self._release = release
        self.struck: list[str] = []
        self.store = store_of
        world = World(directory / "first")
        world.configure(**GOOD)
        world.apply()
        if operation is restores:
            world.configure(**RELEASES["fails"])
            world.apply()
        assert isinstance(world.store, FakeBlobStore)
        self._bodies, self._state = world.store.bodies, world.backend.body
        cloud.proxy.faults.forget_counts()
        self.undisturbed = self._trial(0, patience_s=3)
        self.requests = cloud.requests

    def trial(self, number: int, fault: str, *, patience_s: float, **when: Any) -> Trial:
        """Run the operation while requests of these numbers meet the fault; `struck` tells which did."""
        rule = self._cloud.proxy.add(service="s3", **FAULTS[fault], **when)
        trial = self._trial(number, patience_s=patience_s)
        self.struck = self._cloud.proxy.faults.struck(rule)
        self._cloud.proxy.faults.clear()
        assert self.struck, f"request {number} never came"
        return trial

    def _trial(self, number: int, *, patience_s: float) -> Trial:
        prefix = str(uuid.uuid4())
        self._cloud.fill(prefix, self._bodies)
        fake = FakeBlobStore()
        fake.bodies = dict(self._bodies)
        world = World(self._directory / prefix, store=fake)
        world.backend.body, world.guardians = self._state, 10
        world.configure(**RELEASES[self._release])
        known = len(world.records)
        error: BaseException | None = None
        ended = None
        try:
            ended = self.operation(world, store=self.store(prefix, self._cloud.client, patience_s=patience_s))
        except GuardianError as raised:
            error = raised
        fake.bodies = self._cloud.bodies(prefix)
        return Trial(
            world=world,
            number=number,
            records=sound(world.project)[known:],
            engine_ran=any(verb == "apply" for verb, _ in world.engine.calls),
            error=error,
            ended=ended,
        )


def written(trial: Trial) -> list[Kind]:
    return [each.kind for each in trial.records if each.kind not in BY_CHANCE]


def check(trial: Trial, scene: Scene) -> None:
    """Hold a trial to the laws, and let the next guardian go on."""
    if scene.operation is applies:
        check_claims(trial)
        check_doubt(trial)
    else:
        check_restore(trial)
    sound(trial.world.project)


def check_restore(trial: Trial) -> None:
    world = trial.world
    if trial.error is not None:
        assert isinstance(trial.error, GuardianError)
        allowed = (
            {ExitCode.FAILED_HELD, ExitCode.RESTORE_INCOMPLETE} if trial.engine_ran else {ExitCode.ERROR}
        )
        assert trial.error.exit_code in allowed, f"call {trial.number}: {trial.error!r}"
    assert world.restore().exit_code is ExitCode.OK, trial.number
    assert world.inputs == THERE, trial.number
    world.configure(**GOOD)
    assert world.apply().exit_code is ExitCode.OK, trial.number


def points_of(scene: Scene, most: int, *, begin: int = 1, turn: int = 0) -> list[tuple[int, str]]:
    """Pair every request with every fault; in the short form some requests, with the faults in rotation."""
    if LONG:
        return list(product(range(1, scene.requests + 1), FAULTS))
    numbers = some(range(begin, scene.requests + 1), most)
    return list(zip(numbers, islice(cycle(FAULTS), turn, None), strict=False))


def check_unseen(trial: Trial, scene: Scene, fault: str) -> None:
    """Hold a fault that passes to being unseen."""
    # A read was not conditional: that somebody answers so is no trouble that passes.
    if fault == "412" and scene.struck != ["PutObject"]:
        return
    where = f"request {trial.number}: {fault}: {trial.error!r}"
    assert trial.error is None, where
    assert trial.ended.exit_code is scene.undisturbed.ended.exit_code, where
    assert written(trial) == written(scene.undisturbed), where


OPERATIONS: dict[str, tuple[Operation, str]] = {
    "apply": (applies, "succeeds"),
    "failing apply": (applies, "fails"),
    "restore": (restores, "fails"),
}
# How many points of each the short form takes.
ONCE = {"apply": 8, "failing apply": 2, "restore": 3}
OUTAGES: dict[str, int | None] = {"for a while": 9, "for good": None}


@pytest.fixture(scope="module")
def scene_of(cloud: Cloud, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Scene]:
    """Return what stages an operation, once for all tests."""
    staged: dict[str, Scene] = {}

    def stage(name: str) -> Scene:
        if name not in staged:
            operation, release = OPERATIONS[name]
            staged[name] = Scene(tmp_path_factory.mktemp("scene"), cloud, operation, release=release)
        return staged[name]

    return stage


@pytest.mark.parametrize("name", OPERATIONS)
def test_a_request_that_fails_once(scene_of, tally, name):
    scene = scene_of(name)
    points = points_of(scene, ONCE[name])
    tally(PROMISE, points=len(points))
    for number, fault in points:
        trial = scene.trial(number, fault, patience_s=3, nth=number)
        check_unseen(trial, scene, fault)
        check(trial, scene)


@pytest.mark.parametrize("name", OPERATIONS)
@pytest.mark.parametrize("outage", OUTAGES)
def test_a_request_that_is_the_first_of_an_outage(scene_of, tally, name, outage):
    scene = scene_of(name)
    # In the middle the engine runs.
    points = points_of(scene, 1, begin=scene.requests // 2, turn=len(outage) + list(OPERATIONS).index(name))
    tally(PROMISE, points=len(points))
    for number, fault in points:
        when: dict[str, int] = {"from_nth": number}
        if length := OUTAGES[outage]:
            when["to_nth"] = number + length - 1
        check(scene.trial(number, fault, patience_s=0.1, **when), scene)


def blind(store: S3Store, key: str, body: bytes) -> bool:
    """Take every refusal for somebody else's object, also that of its own."""
    return store._ask(lambda: store._put(f"{store._prefix}{key}", body))


def greedy(store: S3Store, key: str, body: bytes) -> bool:
    """Take every object for its own."""
    return blind(store, key, body) or True


@pytest.mark.parametrize(("mutant", "fault"), [(blind, "lost answer"), (greedy, "412")])
def test_a_store_that_does_not_read_back_is_caught(scene_of, tally, monkeypatch, mutant, fault):
    tally(PROMISE, mutants=1)
    scene = scene_of("apply")
    monkeypatch.setattr(S3Store, "put_if_absent", mutant)
    with pytest.raises(AssertionError):  # noqa: PT012 - the sweep's own checks
        trial = scene.trial(3, fault, patience_s=3, nth=3, operation="PutObject", path="/log/")
        check_unseen(trial, scene, fault)
        check(trial, scene)
