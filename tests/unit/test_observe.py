"""Drift of a whole project over fakes: since when, by whose hand, what is silent, what is not claimed."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any, NoReturn

import pytest

from guardian.domain.drift import Drift, Kind, Origin
from guardian.domain.drift_rules import IgnoreRule, Scope
from guardian.domain.journal import Kind as RecordKind
from guardian.domain.live import Known, Tier, Unmanaged
from guardian.domain.observation import Absent, Unreadable
from guardian.domain.observed import Observed
from guardian.domain.run import Outcome
from guardian.domain.snapshot import Purpose
from guardian.errors import (
    BackendError,
    ExitCode,
    LiveError,
    NotFoundError,
    UsageError,
    WrongAccountError,
    WrongStateError,
)
from guardian.operations import aftermath
from guardian.operations.acceptances import accept
from guardian.operations.context import Context
from guardian.operations.observe import DriftRequest, observe, remember
from guardian.repository.project import Project
from tests.fakes.fingerprints import live
from tests.fakes.world import PROJECT, World

A, B, C = "aws_x.a", "aws_x.b", "aws_x.c"
ACCOUNT, OTHER = "123456789012", "210987654321"


@pytest.fixture
def world(tmp_path: Path) -> World:
    """Return a project of two objects of AWS, applied, which are live as recorded."""
    world = World(tmp_path)
    world.fingerprints.covered = {"aws_x"}
    configure(world, a="1", b="2")
    assert world.apply().exit_code is ExitCode.OK
    return world


def configure(world: World, **resources: str) -> None:
    world.configure(**resources)
    main = world.root / "main.tf"
    main.write_text(main.read_text().replace("terraform_data", "aws_x"))


def look(
    world: World,
    since: str = "baseline",
    *addresses: str,
    scope: Scope | None = None,
    ignore: tuple[IgnoreRule, ...] = (),
    tier: Tier = Tier.FULL,
) -> Observed:
    context = replace(world.context(), scope=scope or Scope(), ignore=ignore)
    request = DriftRequest(since=since, addresses=addresses, tier=tier)
    return observe(context, project_of(context), request)


def project_of(context: Context) -> Project:
    return context.repository.project(PROJECT)


def told(seen: Observed) -> set[tuple[Kind, str, Origin]]:
    return {(each.kind, each.address, each.origin) for each in seen.found.drifts}


def only(seen: Observed) -> Drift:
    (one,) = seen.found.drifts
    return one


def becomes(world: World, address: str, **attributes: object) -> None:
    """Say what is live of an object."""
    world.fingerprints.seen[address] = live(attributes)


def rewrite(world: World, change: Callable[[str, dict[str, Any]], object]) -> None:
    """Change the attributes in the record behind everybody's back."""
    document = world.backend.document
    for each in document["resources"]:
        for one in each["instances"]:
            change(each["name"], one["attributes"])
    world.rewrite_state(resources=document["resources"])


def fails(*_: object, **__: object) -> NoReturn:
    raise LiveError("nobody answers")


def snapshot_id(world: World, purpose: Purpose) -> str:
    """Return the newest snapshot that was taken for this."""
    return next(each.id for each in world.project.snapshots() if each.purpose is purpose)


# Since when


def test_what_is_as_recorded_does_not_differ(world):
    for since in ("baseline", "latest", "state", snapshot_id(world, Purpose.AFTER)[:8]):
        seen = look(world, since)
        assert seen.found.drifts == ()
        assert (seen.coverage.read, seen.coverage.is_whole, seen.notes) == (2, True, ())


def test_a_change_from_outside_differs_from_every_moment(world):
    becomes(world, A, input="hot fix")
    for since in ("baseline", "latest", "state"):
        assert told(look(world, since)) == {(Kind.CHANGED, A, Origin.ELSEWHERE)}
    assert look(world, "state").snapshot is None
    world.fingerprints.seen[A] = Absent()
    assert told(look(world, "state")) == {(Kind.MISSING, A, Origin.ELSEWHERE)}


def test_what_was_applied_differs_from_an_older_snapshot_alone(world):
    before = snapshot_id(world, Purpose.AFTER)
    configure(world, a="changed", b="2", c="3")
    world.apply()
    assert look(world).found.drifts == ()
    assert told(look(world, before)) == {
        (Kind.CHANGED, A, Origin.THIS_RUN),
        (Kind.ADDED, C, Origin.THIS_RUN),
    }


def test_what_a_run_did_after_the_snapshot_that_it_took_first_is_its_own(world):
    configure(world, a="changed", b="2", c="3")
    world.apply()
    assert told(look(world, snapshot_id(world, Purpose.BEFORE))) == {
        (Kind.CHANGED, A, Origin.THIS_RUN),
        (Kind.ADDED, C, Origin.THIS_RUN),
    }


def test_earlier_runs_did_nothing_since_a_snapshot_taken_by_hand(world):
    by_hand = world.snapshot().snapshot.id
    rewrite(world, lambda name, attributes: attributes.update(input=f"pushed {name}"))
    assert told(look(world, by_hand)) == {
        (Kind.CHANGED, A, Origin.ELSEWHERE),
        (Kind.CHANGED, B, Origin.ELSEWHERE),
    }


def test_a_moment_that_is_not_there_is_not_found(world):
    with pytest.raises(NotFoundError):
        look(world, "deadbeef")


# Which


def test_a_glob_looks_at_its_own_part_alone(world):
    becomes(world, A, input="x")
    becomes(world, B, input="x")
    assert [each.address for each in look(world, "baseline", "*.b").found.drifts] == [B]
    assert world.fingerprints.asked[-1].address == B
    with pytest.raises(UsageError, match="no instance fits"):
        look(world, "baseline", "*.nothing")
    assert len(look(world, "baseline", "*.a", "*.b").found.drifts) == 2


def test_where_one_lives_is_told_by_the_others_that_no_glob_names(world):

    def tell(account: str) -> None:
        arns = {"a": f"arn:aws:x:us-west-2:{account}:a"}
        rewrite(world, lambda name, attributes: attributes.update(arn=arns.get(name)))

    tell(ACCOUNT)
    look(world, "state", B)
    assert [(each.address, each.region) for each in world.fingerprints.asked] == [(B, "us-west-2")]
    tell(OTHER)
    with pytest.raises(WrongAccountError):
        look(world, "state", B)


def test_who_reads_is_counted(world):
    world.fingerprints.covered = set()
    seen = look(world, tier=Tier.READERS)
    assert (seen.coverage.read, dict(seen.coverage.not_covered)) == (0, {"aws_x": 2})
    assert not seen.coverage.is_whole
    seen = look(world)
    assert (seen.coverage.by_terraform, seen.coverage.is_whole) == (2, True)
    world.fingerprints.covered = {"aws_x"}
    seen = look(world, tier=Tier.QUICK)
    assert seen.coverage.unseen == {"aws_x": ("tags",)}
    assert not seen.coverage.is_whole


# What is silent


def test_what_is_accepted_is_silent_until_it_changes(world):
    becomes(world, A, input="hot fix")
    world.fingerprints.seen[B] = Unreadable(reason="AccessDenied")
    context = world.context()
    seen = look(world)
    assert accept(project_of(context), seen.found.drifts, "as it should be") == 1
    record = world.records[-1]
    assert (record.kind, record.body["reason"]) == (RecordKind.DRIFT_ACCEPTED, "as it should be")
    again = look(world)
    assert told(again) == {(Kind.UNREADABLE, B, Origin.UNKNOWN)}
    assert [each.why for each in again.found.silenced] == ["accepted: as it should be"]
    becomes(world, A, input="another")
    assert (Kind.CHANGED, A, Origin.ELSEWHERE) in told(look(world))
    # What it was before is still accepted, and a second acceptance does not lift the first.
    accept(project_of(world.context()), look(world).found.drifts, "this too")
    assert (Kind.CHANGED, A, Origin.ELSEWHERE) not in told(look(world))
    becomes(world, A, input="hot fix")
    assert (Kind.CHANGED, A, Origin.ELSEWHERE) not in told(look(world))


def test_nothing_is_accepted_without_a_reason_or_a_difference(world):
    becomes(world, A, input="hot fix")
    project, drifts = project_of(world.context()), look(world).found.drifts
    with pytest.raises(UsageError, match="reason"):
        accept(project, drifts, "  ")
    with pytest.raises(UsageError, match="nothing to accept"):
        accept(project, [], "why")
    world.fingerprints.seen = {A: Unreadable(reason="AccessDenied")}
    with pytest.raises(UsageError, match="nothing to accept"):
        accept(project, look(world).found.drifts, "why")
    assert RecordKind.DRIFT_ACCEPTED not in world.kinds


def test_a_rule_that_has_expired_silences_nothing_and_is_named(world):
    becomes(world, A, input="hot fix")
    becomes(world, B, input="hot fix")
    today = world.clock.now().date()
    holds = IgnoreRule(address=A, reason="known", until=today)
    over = IgnoreRule(address=B, reason="once", until=date(2000, 1, 1))
    seen = look(world, ignore=(holds, over))
    assert [each.address for each in seen.found.drifts] == [B]
    assert [(each.address, each.why) for each in seen.found.silenced] == [(A, "known")]
    assert seen.expired == (over,)


# By whose hand


def test_a_failed_apply_and_somebody_else_are_told_apart(world):
    becomes(world, B, input="hot fix")
    configure(world, a="changed", b="2", c="!")
    assert world.apply().exit_code is ExitCode.FAILED_HELD
    becomes(world, C, input="!")
    assert told(look(world)) == {
        (Kind.CHANGED, A, Origin.THIS_RUN),
        (Kind.CHANGED, B, Origin.ELSEWHERE),
        (Kind.ADDED, C, Origin.THIS_RUN),
        (Kind.TAINTED, C, Origin.THIS_RUN),
    }


def test_what_a_failed_update_left_half_done_is_nobodys_for_certain(world):
    world.engine.failing = {A}
    configure(world, a="changed", b="2")
    assert world.apply().exit_code is ExitCode.FAILED_HELD
    becomes(world, A, input="half way")
    becomes(world, B, input="hot fix")
    assert told(look(world)) == {
        (Kind.CHANGED, A, Origin.UNKNOWN),
        (Kind.CHANGED, B, Origin.ELSEWHERE),
    }


def test_what_a_killed_run_planned_is_in_doubt(world):
    configure(world, a="changed", b="2")
    world.cut_short()
    becomes(world, A, input="half way")
    becomes(world, B, input="hot fix")
    for since in ("baseline", "latest", "state"):
        assert told(look(world, since)) == {
            (Kind.CHANGED, A, Origin.UNKNOWN),
            (Kind.CHANGED, B, Origin.ELSEWHERE),
        }, since


def test_without_the_record_nobodys_hand_can_be_told(world, monkeypatch):
    becomes(world, A, input="hot fix")
    for body in (b"", b"not a state", b'{"version": 4}'):
        world.backend.body = body
        seen = look(world)
        assert told(seen) == {(Kind.CHANGED, A, Origin.UNKNOWN)}
        assert "nobody's hand can be told" in seen.notes[0]
        with pytest.raises(WrongStateError):
            look(world, "state")

    def unreadable(*_: object) -> NoReturn:
        raise BackendError("the bucket is not yours")

    monkeypatch.setattr(world.backend, "read", unreadable)
    assert look(world).notes[0].endswith("the bucket is not yours")


def test_a_record_that_is_not_there_any_more_is_said(world):
    world.backend.body = None
    seen = look(world)
    assert "is not there any more" in seen.notes[0]
    assert seen.found.drifts == ()
    with pytest.raises(WrongStateError, match="is not there any more"):
        look(world, "state")


def test_what_differs_from_a_record_that_somebody_pushed_was_made_elsewhere(world):
    rewrite(world, lambda name, attributes: attributes.update(input=f"pushed {name}"))
    assert {each.origin for each in look(world).found.drifts} == {Origin.ELSEWHERE}


# Whose account


def of_account(world: World, **accounts: str) -> None:
    rewrite(
        world,
        lambda name, attributes: attributes.update(arn=f"arn:aws:x:eu-central-1:{accounts[name]}:{name}"),
    )


def test_credentials_of_another_account_are_refused_before_anything_is_read(world):
    of_account(world, a=OTHER, b=OTHER)
    with pytest.raises(WrongAccountError) as refused:
        look(world, "state")
    assert refused.value.exit_code is ExitCode.REFUSED
    assert ACCOUNT in refused.value.message
    assert OTHER in refused.value.message
    assert world.fingerprints.asked == []


def test_an_instance_of_another_account_is_unreadable_and_not_missing(world):
    of_account(world, a=ACCOUNT, b=OTHER)
    document = world.backend.document
    document["resources"][1]["provider"] += ".theirs"
    world.rewrite_state(resources=document["resources"])
    world.fingerprints.seen[B] = Absent()
    seen = look(world, "state")
    assert told(seen) == {(Kind.UNREADABLE, B, Origin.UNKNOWN)}
    assert OTHER in only(seen).words
    assert [each.address for each in world.fingerprints.asked] == [A]
    assert (seen.coverage.read, seen.coverage.unreadable) == (1, 1)


def test_nobody_answers_is_an_error_and_never_no_drift(world, monkeypatch):
    monkeypatch.setattr(world.fingerprints, "account", fails)
    with pytest.raises(LiveError):
        look(world)


# What nobody knows


SHOP = Scope(names=("shop-*",))


def stray(name: str) -> Unmanaged:
    return Unmanaged(resource_type="aws_x", object_id=name, name=name, by="its name fits shop-*")


def test_unmanaged_objects_are_those_that_no_other_project_records(world, tmp_path):
    other = World(tmp_path / "other", store=world.store, guardians=100)
    other.backend.config["key"] = "other.tfstate"
    other.fingerprints.covered = {"aws_x"}
    configure(other, theirs="1")
    assert other.apply().exit_code is ExitCode.OK
    (theirs,) = (each["instances"][0]["attributes"]["id"] for each in other.backend.document["resources"])
    world.fingerprints.unmanaged = (stray("shop-x"), stray(theirs))
    assert told(look(world, scope=SHOP)) == {(Kind.UNMANAGED, "shop-x", Origin.UNKNOWN)}
    # Without a scope nothing is anybody's, and a glob does not see all that the state knows.
    assert look(world).found.drifts == ()
    assert look(world, "baseline", "*.a", scope=SHOP).found.drifts == ()
    project = project_of(world.context())
    accept(project, look(world, scope=SHOP).found.drifts, "made by hand")
    assert look(world, scope=SHOP).found.drifts == ()


def test_a_deposed_object_is_known_beside_what_is_read(world, monkeypatch):
    document = world.backend.document
    instances = document["resources"][0]["instances"]
    instances.append({**instances[0], "deposed": "deadbeef", "attributes": {"id": "old"}})
    world.rewrite_state(resources=document["resources"])
    beside: list[Known] = []
    real = world.fingerprints.read

    def read(known: Any, **given: Any) -> Any:
        beside.extend(given["beside"])
        return real(known, **given)

    monkeypatch.setattr(world.fingerprints, "read", read)
    assert {each.kind for each in look(world, scope=SHOP).found.drifts} == {Kind.DEPOSED}
    assert "old" in [each.attributes.get("id") for each in beside]


# That somebody looked


def test_a_look_is_recorded_by_its_numbers_alone(world):
    becomes(world, A, input="s3cret")
    world.fingerprints.seen[B] = Unreadable(reason="AccessDenied")
    remember(project_of(world.context()), look(world))
    record = world.records[-1]
    assert record.kind is RecordKind.DRIFT_SEEN
    assert (record.body["differences"], record.body["unreadable"]) == (1, 1)
    assert "s3cret" not in json.dumps(record.body)


def test_to_look_changes_nothing(world):
    becomes(world, A, input="hot fix")
    body, records, calls = world.backend.body, world.records, list(world.engine.calls)
    look(world)
    assert (world.backend.body, world.records, world.engine.calls) == (body, records, calls)


# After a failed apply


def fail(world: World, **resources: str) -> Any:
    configure(world, **{"a": "changed", "b": "2", "c": "!", **resources})
    return world.apply()


def test_a_failed_apply_shows_what_else_differs(world):
    becomes(world, B, input="hot fix")
    assert fail(world).exit_code is ExitCode.FAILED_HELD
    (seen,) = world.audience.drifts
    assert (Kind.CHANGED, B, Origin.ELSEWHERE) in told(seen)
    assert {each.origin for each in seen.found.drifts if each.address != B} == {Origin.THIS_RUN}
    record = next(each for each in world.records if each.kind is RecordKind.DRIFT_SEEN)
    assert record.body["since"] == world.project.log.standing().baseline


def test_what_stays_of_a_setting_that_the_run_destroyed_is_the_runs_own(world):
    becomes(world, B, input="suspended")  # what is left of it is still there to be read
    configure(world, a="changed", c="!")
    assert world.apply().exit_code is ExitCode.FAILED_HELD
    (seen,) = world.audience.drifts
    assert (Kind.CHANGED, B, Origin.THIS_RUN) in told(seen)
    assert {each.origin for each in seen.found.drifts} == {Origin.THIS_RUN}


def test_what_the_run_moved_is_held_against_its_present_record(world):
    world.engine.moved = {"aws_x.rel": B}
    configure(world, a="1", rel="3", c="!")
    assert world.apply().exit_code is ExitCode.FAILED_HELD
    (seen,) = world.audience.drifts
    moved = [each for each in seen.found.drifts if each.address != C]
    assert {(each.kind, each.address, each.origin) for each in moved} == {(Kind.CHANGED, B, Origin.THIS_RUN)}
    assert B not in [each.address for each in world.fingerprints.asked]
    for glob in ("aws_x.b", "aws_x.rel"):
        assert {each.address for each in look(world, "baseline", glob).found.drifts} == {B}
    becomes(world, "aws_x.rel", input="hot fix")
    assert (Kind.CHANGED, B, Origin.ELSEWHERE) in told(look(world))


def test_a_good_apply_and_one_without_a_reader_show_nothing(world):
    configure(world, a="changed", b="2")
    world.apply()
    assert world.audience.drifts == []
    world.fingerprints.covered = set()
    assert fail(world).exit_code is ExitCode.FAILED_HELD
    assert world.audience.drifts == []


def test_an_error_of_the_look_ends_nothing(world, monkeypatch):
    monkeypatch.setattr(world.fingerprints, "account", fails)
    ended = fail(world)
    assert (ended.outcome, ended.exit_code) == (Outcome.FAILED_HELD, ExitCode.FAILED_HELD)
    assert world.audience.drifts == []
    assert any("nobody answers" in each for each in world.audience.notes)
    assert world.kinds[-2:] == [RecordKind.RUN_CLOSED, RecordKind.LEASE_RELEASED]
    assert RecordKind.RECOVERY_PLANNED in world.kinds


def test_wrong_credentials_do_not_refuse_what_has_failed_already(world):
    world.fingerprints.of = OTHER
    assert fail(world).exit_code is ExitCode.FAILED_HELD
    assert any(OTHER in each for each in world.audience.notes)


def test_a_baseline_that_is_torn_does_not_hide_the_failure(world, monkeypatch):
    def torn(_: bytes) -> NoReturn:
        raise WrongStateError("it is torn")

    monkeypatch.setattr(aftermath, "parse_state", torn)
    assert fail(world).exit_code is ExitCode.FAILED_HELD
    assert any("it is torn" in each for each in world.audience.notes)


# After a restore


def restored(world: World) -> Any:
    ended = world.restore()
    assert (ended.outcome, ended.exit_code) == (Outcome.RESTORED, ExitCode.OK)
    assert ended.receipt is not None
    return ended.receipt.live


def test_the_receipt_tells_that_what_was_restored_is_so_live(world):
    fail(world)
    proof = restored(world)
    assert (proof.read, proof.differing, proof.unreadable) == (1, {}, {})


def test_the_receipt_tells_what_differs_live(world):
    fail(world)
    becomes(world, A, input="still changed")
    assert restored(world).differing == {A: ("input",)}


def test_the_receipt_tells_what_is_missing_live(world):
    fail(world)
    world.fingerprints.seen[A] = Absent()
    assert restored(world).differing == {A: ("it is missing",)}


def test_the_receipt_tells_what_could_not_be_read(world):
    fail(world)
    world.fingerprints.seen[A] = Unreadable(reason="AccessDenied")
    proof = restored(world)
    assert (proof.read, proof.differing, proof.unreadable) == (0, {}, {A: "AccessDenied"})


def test_the_receipt_has_no_second_witness_where_nobody_answers(world, monkeypatch):
    fail(world)
    monkeypatch.setattr(world.fingerprints, "account", fails)
    assert restored(world) is None
    assert any("nobody answers" in each for each in world.audience.notes)
    world.fingerprints.covered = set()


def test_the_proof_knows_what_else_is_recorded(world, monkeypatch):
    """A rule of a group may be a resource that the restore was not about."""
    fail(world)
    beside: list[str] = []
    real = world.fingerprints.read

    def read(known: Any, **given: Any) -> Any:
        beside.extend(each.address for each in given["beside"])
        return real(known, **given)

    monkeypatch.setattr(world.fingerprints, "read", read)
    restored(world)
    assert B in beside


def test_what_the_last_run_destroyed_may_explain_a_record_too(world, monkeypatch):
    configure(world, a="1")
    assert world.apply().exit_code is ExitCode.OK
    beside: list[str] = []
    read = world.fingerprints.read

    def noting(known, **given):
        beside.extend(each.address for each in given["beside"])
        return read(known, **given)

    monkeypatch.setattr(world.fingerprints, "read", noting)
    assert look(world).found.drifts == ()
    assert [each.address for each in world.fingerprints.asked] == [A]
    assert B in beside
