"""Applying while the store is down, and flushing: what is guarded, what is said, what arrives."""

from pathlib import Path

import pytest

from guardian.domain.journal import Kind
from guardian.domain.run import Outcome
from guardian.errors import (
    EncryptionError,
    ExitCode,
    GuardianError,
    HeldError,
    LeaseHeldError,
    SpooledError,
    StoreCorruptError,
    WrongStateError,
)
from guardian.operations.flush import unrecorded_runs, waiting
from guardian.operations.hold import release, set_hold
from guardian.repository.objects import ObjectKind
from tests.fakes.blobs import FakeBlobStore, FaultyBlobStore
from tests.fakes.sealer import FakeSealer
from tests.fakes.system import FakeIdentity
from tests.fakes.world import World
from tests.support.spools import Outage, of_runs

REASON = "production burns"
ELSEWHERE = FakeIdentity("bob", host="elsewhere", pid=7)


@pytest.fixture
def outage(tmp_path: Path) -> Outage:
    """Return a store that this machine applied to once, and that is down now."""
    made = Outage(World(tmp_path))
    made.world.configure(a="1")
    made.apply()
    return made


def applies(outage: Outage) -> int:
    return sum(verb == "apply" for verb, _ in outage.world.engine.calls)


def lose_sight(outage: Outage, verb: str) -> str:
    """Apply to a store that goes away for good once the engine has done one thing; return the run."""
    store = FaultyBlobStore(outage.world.store)
    engine, real = outage.world.engine, getattr(outage.world.engine, verb)

    def last(*arguments, **given):
        ended = real(*arguments, **given)
        store.fail_from_now()
        return ended

    setattr(engine, verb, last)
    with pytest.raises(GuardianError, match="does not answer"):
        outage.apply(store=store)
    setattr(engine, verb, real)
    run = outage.project.log.standing().last_run
    assert run is not None
    return run.id


def kinds_of(outage: Outage, run_id: str) -> list[Kind]:
    return [each.kind for each in outage.spooled.log.read() if each.run_id == run_id]


def test_a_glass_apply_is_an_apply_on_the_spool(outage):
    seen = outage.world.project.log.head()
    outage.world.configure(a="2")
    ended = outage.apply_in_glass(reason=REASON)
    assert (ended.exit_code, outage.world.inputs) == (ExitCode.OK, {"a": "2"})
    kinds = kinds_of(outage, ended.run_id)
    assert kinds[:3] == [Kind.RUN_OPENED, Kind.BREAK_GLASS, Kind.PLANNED]
    assert kinds.index(Kind.SNAPSHOT_COMMITTED) < kinds.index(Kind.APPLYING)
    broken = next(each for each in outage.spooled.log.read() if each.kind is Kind.BREAK_GLASS)
    assert (broken.body["reason"], broken.body["remembered"]) == (REASON, seen.number)
    assert [each.glass.reason for each in outage.glasses] == [REASON]
    assert outage.world.project.log.head() == seen, "the store was written to"


@pytest.mark.parametrize("changes", [{"lineage": "another"}, {"serial": 0}, {"resources": []}])
def test_the_remembered_state_guards_the_glass(outage, changes):
    outage.world.rewrite_state(**changes)
    outage.world.configure(a="2")
    with pytest.raises(WrongStateError):
        outage.apply_in_glass()
    assert applies(outage) == 1, "only the one before the outage"


def test_nothing_remembered_is_said_and_recorded(outage):
    outage.memory.heads.clear()
    outage.world.configure(a="2")
    ended = outage.apply_in_glass()
    assert ended.exit_code is ExitCode.OK
    assert [(each.remembered, each.seen_at) for each in outage.glasses] == [(None, None)]
    broken = next(each for each in outage.spooled.log.read() if each.kind is Kind.BREAK_GLASS)
    assert broken.body["remembered"] is None


def test_a_remembered_hold_refuses_and_says_from_when_it_is(outage):
    context = outage.context()
    set_hold(
        context.repository.project(outage.world.project.descriptor.name),
        "freeze",
        clock=context.clock,
        identity=context.identity,
    )
    outage.world.configure(a="2")
    with pytest.raises(HeldError, match=r"freeze \(as this machine saw it on 2026-01-02") as refused:
        outage.apply_in_glass()
    assert "without the store" in refused.value.hint
    assert outage.world.inputs == {"a": "1"}


def test_another_state_than_the_remembered_one_is_refused(outage):
    (seen,) = outage.memory.heads.items()
    key, remembered = seen
    moved = remembered.to_json()
    moved["descriptor"]["backend"]["address"] = "s3://states/other.tfstate"
    outage.memory.heads[key] = type(remembered).from_json(moved)
    with pytest.raises(WrongStateError, match=r"other\.tfstate"):
        outage.apply_in_glass()


def test_a_run_that_had_no_end_is_announced(outage):
    outage.world.configure(a="2")
    run_id = lose_sight(outage, "plan")
    outage.apply_in_glass()
    assert [each.open_run for each in outage.glasses] == [run_id]


def test_a_failure_in_the_glass_holds_the_spool_and_its_way_back_needs_the_glass(outage):
    outage.world.configure(a="2", b="!")
    assert outage.apply_in_glass().exit_code is ExitCode.FAILED_HELD
    with pytest.raises(HeldError) as refused:
        outage.apply_in_glass()
    assert "guardian restore --break-glass" in refused.value.hint


def test_a_failure_that_follows_a_good_apply_in_the_glass_goes_back_to_it(outage):
    outage.world.configure(a="2")
    outage.apply_in_glass()
    outage.world.configure(a="3", b="!")
    assert outage.apply_in_glass().exit_code is ExitCode.FAILED_HELD
    assert outage.restore_in_glass().outcome is Outcome.RESTORED
    assert outage.world.inputs == {"a": "2"}
    outage.flush()
    assert outage.damage() == []
    assert outage.project.log.standing().hold is None
    assert outage.project.log.standing().open_incident is None


def test_beside_a_spool_the_store_is_not_worked_with(outage):
    outage.world.configure(a="2")
    outage.apply_in_glass()
    before = outage.project.log.head()
    for work in (outage.apply, outage.restore):
        with pytest.raises(SpooledError, match="1 run waits") as refused:
            work()
        assert refused.value.hint.startswith("guardian flush")
        assert refused.value.exit_code is ExitCode.REFUSED
    assert outage.project.log.head() == before


def test_a_second_glass_apply_goes_on_with_the_spool(outage):
    for value in ("2", "3"):
        outage.world.configure(a=value)
        assert outage.apply_in_glass().exit_code is ExitCode.OK
    assert [len(each.runs) for each in waiting(outage.context().spool)] == [2]
    assert sum(each.kind is Kind.STATE_ACCEPTED for each in outage.spooled.log.read()) == 1


def test_the_wrong_state_is_found_on_the_spool_too(outage):
    outage.world.configure(a="2")
    outage.apply_in_glass()
    outage.world.rewrite_state(serial=1)
    outage.world.configure(a="3")
    with pytest.raises(WrongStateError):
        outage.apply_in_glass()


def test_flushed_runs_are_the_spooled_ones_in_order(outage):
    runs = []
    for value in ("2", "3"):
        outage.world.configure(a=value)
        runs.append(outage.apply_in_glass(reason=f"for {value}").run_id)
    before = outage.project.log.head().number
    spooled = of_runs(list(outage.spooled.log.read()))
    done = outage.flush()
    (flushed,) = done.projects
    assert (flushed.runs, flushed.moved, flushed.contradiction) == (tuple(runs), False, "")
    assert of_runs(list(outage.project.log.read(before + 1))) == spooled
    origin = next(each for each in outage.project.log.read() if each.kind is Kind.FLUSHED)
    assert (origin.body["reason"], origin.body["runs"]) == ("for 2; for 3", runs)
    assert origin.body["by"]["host"] == "laptop"
    standing = outage.project.log.standing()
    assert (standing.last_run.id, standing.lease, standing.hold) == (runs[-1], None, None)
    assert standing.known_state == outage.last_kept.log.standing().known_state
    assert outage.damage() == []
    assert not outage.is_there()
    outage.world.configure(a="4")
    assert outage.apply().exit_code is ExitCode.OK


def test_an_encrypted_spool_goes_into_a_store_that_names_everything_otherwise(tmp_path):
    outage = Outage(World(tmp_path), sealer=FakeSealer())
    outage.world.configure(a="1")
    outage.apply()
    outage.world.configure(a="2")
    ended = outage.apply_in_glass()
    assert ended.baseline_id is not None
    spooled = outage.spooled.snapshot(ended.baseline_id)
    outage.flush()
    assert outage.damage() == []
    baseline = outage.project.log.standing().baseline
    assert baseline is not None
    assert baseline != ended.baseline_id
    there = outage.project.snapshot(baseline)
    assert there.state is not None
    assert spooled.state is not None
    assert there.state.sha256 == spooled.state.sha256
    assert outage.project.get_state(there.state) == outage.last_kept.get_state(spooled.state)
    outage.world.configure(a="3", b="!")
    outage.apply()
    assert outage.restore().outcome is Outcome.RESTORED
    assert outage.world.inputs == {"a": "2"}


def test_without_its_keys_nothing_is_spooled(tmp_path):
    class Down(FakeSealer):
        def seal(self, plaintext, context):
            raise EncryptionError("the key service does not answer")

    outage = Outage(World(tmp_path), sealer=Down())
    outage.world.configure(a="1")
    with pytest.raises(EncryptionError):
        outage.apply_in_glass()
    assert not outage.is_there()
    assert applies(outage) == 0


def test_a_kept_state_comes_along_and_is_found_under_its_name_there(tmp_path):
    outage = Outage(World(tmp_path), sealer=FakeSealer())
    outage.world.configure(a="1")
    outage.apply()
    outage.world.configure(a="2", b="!")
    stranded = tmp_path / "errored.tfstate"
    body = outage.world.backend.body
    stranded.write_bytes(body)
    outage.world.engine.stranded = stranded
    outage.apply_in_glass()
    outage.flush()
    incident = next(each for each in outage.project.log.read() if each.kind is Kind.INCIDENT_OPENED)
    kept = incident.body["incident"]["stranded_object"]
    assert outage.project.get(ObjectKind.STATE, kept) == body
    assert outage.damage() == []


def elsewhere(outage: Outage, **values: str) -> None:
    """Apply on a machine that reaches the store and knows nothing of the spool."""
    outage.world.configure(**values)
    outage.world.apply()


def test_what_others_did_meanwhile_is_said(outage):
    outage.world.configure(a="2")
    elsewhere(outage, a="1", b="1")
    outage.world.configure(a="2", b="1")
    ended = outage.apply_in_glass()
    (flushed,) = outage.flush().projects
    assert (flushed.moved, flushed.contradiction, flushed.hold) == (True, "", None)
    assert outage.project.log.standing().baseline == ended.baseline_id
    assert outage.damage() == []


def test_what_contradicts_the_store_is_brought_over_and_held(outage):
    outage.world.configure(a="2")
    outage.apply_in_glass()
    elsewhere(outage, a="3")
    newest = outage.project.log.standing().known_state
    (flushed,) = outage.flush().projects
    assert flushed.moved
    assert "went back" in flushed.contradiction
    standing = outage.project.log.standing()
    assert flushed.contradiction in standing.hold.reason
    assert standing.known_state == newest, "the later moment is the known one"
    assert outage.damage() == []
    with pytest.raises(HeldError):
        outage.apply()


def test_a_hold_that_somebody_set_meanwhile_outlives_the_flush(outage):
    outage.world.configure(a="2")
    outage.apply_in_glass()
    outage.world.configure(a="3", b="!")
    outage.apply_in_glass()
    outage.restore_in_glass()
    made = set_hold(outage.project, "freeze", clock=outage.world.clock, identity=ELSEWHERE)
    (flushed,) = outage.flush().projects
    assert flushed.hold == made
    assert outage.project.log.standing().hold == made


def test_a_failure_that_is_not_mended_arrives_as_one(outage):
    outage.world.configure(a="2", b="!")
    outage.apply_in_glass()
    (flushed,) = outage.flush().projects
    standing = outage.project.log.standing()
    assert standing.hold == flushed.hold
    assert standing.open_incident.run_id == flushed.runs[0]
    assert outage.restore().outcome is Outcome.RESTORED
    assert outage.world.inputs == {"a": "1"}, "back to the store's own baseline"
    assert release(outage.project, "done") is None


def test_a_run_that_the_store_lost_sight_of_is_in_doubt_and_comes_first(outage):
    outage.world.configure(a="2")
    lost = lose_sight(outage, "apply")
    assert unrecorded_runs(outage.context()) == (lost,)
    outage.world.configure(a="3")
    outage.apply_in_glass()
    (flushed,) = outage.flush().projects
    assert flushed.contradiction == ""
    assert lost in flushed.hold.reason
    runs = [each for each, kind in of_runs(list(outage.project.log.read())) if kind is Kind.RUN_CLOSED]
    assert runs[-2:] == [lost, flushed.runs[0]]
    assert outage.damage() == []


def test_nobody_flushes_what_somebody_works_on(outage):
    outage.world.configure(a="2")
    outage.apply_in_glass()
    outage.world.living |= set(range(1000, 2000))
    context = outage.glass_context()
    lease = {"id": "ab" * 16, "ttl_s": 60.0, "holder": context.identity.actor().to_json()}
    outage.spooled.log.append(Kind.LEASE_TAKEN, {"lease": lease})
    with pytest.raises(LeaseHeldError):
        outage.flush()
    assert outage.is_there()


def test_a_flush_that_does_not_read_back_leaves_the_spool(outage):
    class Forgetful(FakeBlobStore):
        def put_if_absent(self, key: str, body: bytes) -> bool:
            if "/log/" in key and key.endswith("9"):
                return True
            return super().put_if_absent(key, body)

    outage.world.configure(a="2")
    outage.apply_in_glass()
    forgetful = Forgetful()
    forgetful.bodies = outage.world.store.bodies
    with pytest.raises(StoreCorruptError):
        outage.flush(store=forgetful)
    assert outage.is_there()
