"""Approve and apply over a Terraform in memory: exactly what was approved, once, or nothing."""

import json
import threading
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from guardian.domain.engine import WorkingDirectory
from guardian.domain.glass import Glass
from guardian.domain.journal import Kind
from guardian.domain.review.policy import Effect, Finding, Override
from guardian.domain.run import Outcome
from guardian.domain.silence import fits
from guardian.domain.standing import Hold
from guardian.errors import (
    ApprovalError,
    DataLossError,
    ExitCode,
    HeldError,
    InterruptedRunError,
    LeaseHeldError,
    PolicyDeniedError,
    StalePlanError,
    UsageError,
    WrongStateError,
)
from guardian.operations.apply import ApplyRequest, apply
from guardian.operations.approvals import overrides_of
from guardian.operations.approve import Approved, ApproveRequest, approve
from guardian.operations.preview import PlanRequest, preview
from guardian.operations.status import status_of
from guardian.operations.verdicts import Judging
from guardian.repository.history import read_history
from tests.fakes.blobs import FaultyBlobStore, Killed
from tests.fakes.world import World

HOLD = Hold(reason="moving", by="ann", since=datetime(2030, 1, 31, tzinfo=UTC))


@pytest.fixture
def world(tmp_path: Path) -> World:
    world = World(tmp_path)
    world.configure(a="1")
    world.apply()
    world.configure(a="2")
    return world


def planned(world: World, name: str = "p.tfplan") -> Path:
    file = world.directory / name
    preview(world.context(), PlanRequest(checkout=world.checkout, out=file))
    return file


def approved(world: World, file: Path | None = None, **request: Any) -> Approved:
    given = {"plan_file": file or planned(world), "expires_hours": 24, "override_hours": 24, **request}
    return approve(world.context(), ApproveRequest(checkout=world.checkout, **given))


def applied(world: World, file: Path | None = None, **request: Any) -> Any:
    return world.apply(require_approval=True, auto_approve=False, plan_file=file, **request)


def refusal(world: World, file: Path | None = None) -> str:
    """Return why an approved apply is refused; nothing is changed by it."""
    engine_calls, state = len(applies(world)), world.backend.body
    with pytest.raises(ApprovalError) as refused:
        applied(world, file)
    assert refused.value.exit_code is ExitCode.REFUSED
    assert refused.value.code == "approval"
    assert (len(applies(world)), world.backend.body) == (engine_calls, state)
    last = world.project.log.standing().last_run
    assert last is not None
    assert last.outcome == "refused"
    return refused.value.message


def applies(world: World) -> list[Path]:
    return [root for verb, root in world.engine.calls if verb == "apply"]


def reading(world: World, path: str, reads: list[bytes], before: Callable[[], object] = object) -> None:
    """Let every instance read a file at apply, as `aws_s3_object.source` does; `before` comes just before."""
    show, apply = world.engine.show_plan_json, world.engine.apply

    def showing(where: WorkingDirectory, plan: Path) -> bytes:
        document: dict[str, Any] = json.loads(show(where, plan))
        for each in document["resource_changes"]:
            each["change"]["after"]["source"] = path
        return json.dumps(document).encode()

    def applying(where: WorkingDirectory, **given: Any) -> Any:
        before()
        reads.append((where.root / path).read_bytes())
        return apply(where, **given)

    world.engine.show_plan_json = showing  # type: ignore[method-assign]
    world.engine.apply = applying  # type: ignore[method-assign]


def test_an_approved_plan_is_applied_without_a_question_and_without_the_file(world):
    file = planned(world)
    made = approved(world, file, reason="release 4")
    file.unlink()
    ended = applied(world)
    assert (ended.outcome, world.inputs) == (Outcome.APPLIED, {"a": "2"})
    used = next(each for each in world.records if each.kind is Kind.APPROVAL_USED)
    assert (used.body["approval"], used.run_id) == (made.approval.number, ended.run_id)
    agreed = [each.body["by"] for each in world.records if each.kind is Kind.APPROVED]
    assert agreed[-1] == f"approval {made.approval.number}"


def test_the_use_is_durable_before_the_engine_starts(world):
    approved(world)
    seen: list[Kind] = []
    real = world.engine.apply

    def looking(*arguments, **options):
        seen.extend(world.kinds)
        return real(*arguments, **options)

    world.engine.apply = looking
    applied(world)
    assert seen[-3:] == [Kind.SNAPSHOT_COMMITTED, Kind.APPROVAL_USED, Kind.APPLYING]


def test_status_names_an_open_approval_as_what_is_next_until_it_expires(world):
    end = approved(world).approval.expires_at
    just_before = end - timedelta(seconds=1)
    assert status_of(world.project, now=just_before).next_command == "guardian apply --require-approval"
    assert status_of(world.project, now=end).next_command == "guardian apply"
    applied(world)
    assert status_of(world.project, now=just_before).next_command == "guardian apply"


def test_status_says_why_an_approval_cannot_be_used(world):
    file = planned(world)
    approved(world, file)
    now = world.clock.now()
    assert status_of(world.project, now=now).unusable == ""
    world.configure(a="3")
    world.apply()
    seen = status_of(world.project, now=now)
    assert seen.unusable == "the state moved from serial 1 to 2"
    assert seen.next_command == "guardian apply"
    assert "expired" in status_of(world.project, now=now + timedelta(hours=25)).unusable


def test_while_the_project_is_on_hold_no_approval_can_be_used(world):
    world.project.log.append(Kind.HELD, {"hold": HOLD.to_json()})
    made = approved(world)
    assert made.hold == HOLD
    seen = status_of(world.project, now=world.clock.now())
    assert seen.unusable == "the project is on hold"
    assert seen.next_command == "guardian release --reason '...'"


def test_it_is_used_once(world):
    file = planned(world)
    approved(world, file)
    run_id = applied(world, file).run_id
    assert f"used already, by run {run_id}" in refusal(world, file)
    assert f"used already, by run {run_id}" in refusal(world)


def test_a_run_that_was_killed_used_it(world):
    approved(world)
    mortal = FaultyBlobStore(world.store)
    real = world.engine.apply

    def killing(*arguments, **given):
        mortal.kill()
        return real(*arguments, **given)

    world.engine.apply = killing
    with pytest.raises(Killed):
        applied(world, store=mortal)
    world.engine.apply = real
    standing = world.project.log.standing()
    assert standing.approval is None
    assert standing.last_run.is_open


def test_who_is_interrupted_before_terraform_starts_used_nothing(world):
    approved(world)
    show = world.engine.show_plan_json

    def signalled(*arguments):
        world.interruption.request()
        return show(*arguments)

    world.engine.show_plan_json = signalled
    with pytest.raises(InterruptedRunError):
        applied(world)
    assert Kind.APPROVAL_USED not in world.kinds


def test_two_appliers_cannot_both_use_it(world):
    approved(world)
    real, inside, go_on = world.engine.apply, threading.Event(), threading.Event()

    def slow(*arguments, **given):
        inside.set()
        assert go_on.wait(10)
        return real(*arguments, **given)

    world.engine.apply = slow
    world.living.update(range(1000, 1100))
    ended: list[Any] = []
    first = threading.Thread(target=lambda: ended.append(applied(world)))
    first.start()
    assert inside.wait(10)
    with pytest.raises(LeaseHeldError):
        applied(world)
    go_on.set()
    first.join()
    assert [each.outcome for each in ended] == [Outcome.APPLIED]
    assert sum(each is Kind.APPROVAL_USED for each in world.kinds) == 1


def test_nothing_is_approved(world):
    assert "no plan of this project is approved" in refusal(world)
    assert "the plan is not approved" in refusal(world, planned(world))


def test_a_plan_that_was_tampered_with_is_another_one(world):
    file = planned(world)
    approved(world, file)
    with zipfile.ZipFile(file, "a") as archive:
        archive.writestr("tfconfig/m-/evil.tf", 'resource "terraform_data" "evil" {}')
    assert "this plan is not approved: its bytes differ" in refusal(world, file)


def test_the_bytes_that_are_applied_are_the_stored_ones(world):
    file = planned(world)
    approved(world, file)
    real = world.engine.read_plan

    def swapped(path):
        found = real(path)
        if path == file:
            file.write_bytes(b"another plan")
        return found

    world.engine.read_plan = swapped
    assert applied(world, file).outcome is Outcome.APPLIED
    assert world.inputs == {"a": "2"}


def test_it_expires(world):
    approved(world, expires_hours=2)
    world.clock.advance(2 * 3600 + 1)
    assert "it expired at" in refusal(world)


def test_a_clock_before_the_approval_is_not_believed(world):
    approved(world)
    world.clock.set_back(3600)
    assert "yet to come by this machine's clock" in refusal(world)


def test_a_newer_approval_supersedes_the_older_ones_of_its_plan(world):
    file = planned(world)
    approved(world, file, expires_hours=24)
    approved(world, file, expires_hours=1)
    world.clock.advance(2 * 3600)
    assert "it expired at" in refusal(world)
    assert "it expired at" in refusal(world, file)


def test_one_use_of_a_plan_that_was_approved_twice_leaves_no_other(world):
    file = planned(world)
    approved(world, file)
    approved(world, file)
    run_id = applied(world).run_id
    assert f"used already, by run {run_id}" in refusal(world)
    assert f"used already, by run {run_id}" in refusal(world, file)


def test_without_a_plan_only_the_newest_approval_of_the_project_counts(world):
    older, newer = planned(world, "older"), planned(world, "newer")
    newer.write_bytes(newer.read_bytes() + b" ")
    approved(world, older)
    approved(world, newer, expires_hours=1)
    world.clock.advance(2 * 3600)
    assert "it expired at" in refusal(world)
    assert "it expired at" in refusal(world, newer)
    assert applied(world, older).outcome is Outcome.APPLIED


def test_files_that_changed_are_named(world):
    approved(world)
    (world.root / "more.tf").write_text("# more\n")
    assert "the configuration differs: more.tf is new" in refusal(world)
    (world.root / "more.tf").unlink()
    world.configure(a="3")
    assert "the configuration differs: main.tf changed" in refusal(world)


def test_the_serial_that_moved_is_named(world):
    approved(world)
    world.rewrite_state(serial=world.backend.document["serial"] + 2)
    assert "the state moved from serial 1 to 3" in refusal(world)


@pytest.fixture
def emptying(world: World) -> World:
    """A world whose next plan deletes a bucket."""
    (world.root / "main.tf").write_text('resource "aws_s3_bucket" "b" {\n  input = "1"\n}\n')
    world.apply()
    world.configure(a="2")
    return world


def test_a_plan_that_loses_data_is_not_approved_unless_that_is_allowed(emptying):
    with pytest.raises(DataLossError) as refused:
        approved(emptying, allow_delete=("aws_s3_bucket.other",))
    assert "nothing was approved" in refused.value.message
    assert refused.value.hint.startswith(
        "guardian approve PLAN --allow-delete=aws_s3_bucket.other --allow-delete=aws_s3_bucket.b    #"
    )
    assert Kind.PLAN_APPROVED not in emptying.kinds


@pytest.mark.parametrize("given", ["aws_s3_bucket.b", "aws_s3_bucket.*"])
def test_what_an_approval_lets_go_needs_no_option_when_it_is_applied(emptying, given):
    made = approved(emptying, allow_delete=(given,))
    assert [each.address for each in made.lost] == ["aws_s3_bucket.b"]
    assert made.approval.allow_delete == (given,)
    assert applied(emptying).outcome is Outcome.APPLIED
    assert emptying.inputs == {"a": "2"}
    assert any("--allow-delete=" in each for each in emptying.audience.notes)


def denying(*rules: str, at: str = "terraform_data.a") -> Judging:
    """Return a policy whose rules deny each change of one address."""

    def rule(inputs: Sequence[Mapping[str, Any]], overrides: Sequence[Override]) -> tuple[Finding, ...]:
        found = [
            Finding(rule=name, effect=Effect.DENY, address=at, message="no")
            for name in rules
            if any(each["address"] == at for each in inputs)
        ]
        by_rule = {each.rule: each for each in reversed(overrides) if fits(at, each.address)}
        return tuple(replace(each, override=by_rule.get(each.rule)) for each in found)

    return Judging(rule=rule)


def test_a_plan_that_the_policy_denies_is_not_approved(world):
    with pytest.raises(PolicyDeniedError) as refused:
        approved(world, judging=denying("r1", "r2"), overrides=("r1",), reason="seen")
    assert "terraform_data.a: no (r2)" in refused.value.message
    assert "(r1)" not in refused.value.message
    assert refused.value.hint.startswith("guardian approve PLAN --override r1 --override r2 --reason seen  ")
    assert Kind.PLAN_APPROVED not in world.kinds


def test_an_exception_that_is_limited_to_other_addresses_lets_nothing_pass(world):
    with pytest.raises(PolicyDeniedError) as refused:
        approved(world, judging=denying("r"), overrides=("r",), addresses=("x.*",), reason="seen")
    assert "--override r --address='x.*' --address=terraform_data.a --reason seen" in refused.value.hint


def test_all_that_stands_against_a_plan_is_said_at_once(emptying):
    with pytest.raises(DataLossError) as refused:
        approved(emptying, judging=denying("r"))
    assert "aws_s3_bucket.b; nothing was approved" in refused.value.message
    assert "terraform_data.a: no (r)" in refused.value.message
    assert "--allow-delete=aws_s3_bucket.b --override r --reason '...'" in refused.value.hint


def test_exceptions_let_a_plan_pass_whether_given_now_or_before(world):
    judging = denying("r")
    given = approved(world, judging=judging, overrides=("r",), reason="seen")
    standing = approved(world, judging=judging)
    assert [each.rule for each in given.excepted] == [each.rule for each in standing.excepted] == ["r"]
    assert standing.approval.overrides == ()
    assert applied(world, judging=judging).outcome is Outcome.APPLIED


def test_an_approval_ends_with_the_exception_that_it_needs(world):
    judging = denying("r")
    exception = approved(world, judging=judging, overrides=("r",), reason="seen", override_hours=1).approval
    assert exception.expires_at == exception.overrides[0].expires_at
    later = approved(world, judging=judging, expires_hours=48).approval
    assert later.expires_at == exception.expires_at
    assert approved(
        world, overrides=("r",), reason="seen", override_hours=1
    ).approval.expires_at > later.at + (timedelta(hours=23))


def test_it_is_recorded_by_who_and_where_and_not_by_which_process(world):
    given = approved(world, overrides=("r",), reason="seen").approval
    actor = world.project.log.actor
    assert given.by == f"{actor.user}@{actor.host}"
    assert given.overrides[0].by == given.by


def test_a_state_that_is_not_the_projects_is_not_approved(world):
    world.rewrite_state(serial=0)
    with pytest.raises(WrongStateError):
        approved(world)


def test_a_plan_that_does_not_fit_is_not_approved(world):
    file = planned(world)
    world.configure(a="3")
    with pytest.raises(StalePlanError):
        approved(world, file)
    world.configure(a="2")
    world.apply()
    with pytest.raises(StalePlanError):
        approved(world, file)
    with pytest.raises(UsageError, match="changes nothing"):
        approved(world)
    assert Kind.PLAN_APPROVED not in world.kinds


def test_a_hold_stands_before_an_approval(world):
    approved(world)
    world.configure(a="2", c="!")
    world.apply()
    with pytest.raises(HeldError):
        applied(world)


@pytest.mark.parametrize(
    "request_",
    [
        {"overrides": ("no-public",)},
        {"overrides": ("no-public",), "reason": " "},
        {"addresses": ("*",), "reason": "r"},
        {"overrides": ("",), "reason": "r"},
        {"overrides": ("x",), "addresses": ("",), "reason": "r"},
        {"allow_delete": ("",)},
    ],
)
def test_an_override_wants_a_rule_and_a_reason(world, request_):
    with pytest.raises(UsageError):
        approved(world, **request_)
    assert Kind.PLAN_APPROVED not in world.kinds


def test_overrides_hold_until_they_expire_whatever_became_of_the_plan(world):
    made = approved(
        world, overrides=("r1", "r2"), addresses=("a.*", "b.*"), reason="why", override_hours=1, by="bob"
    )
    applied(world)
    now = world.clock.now()
    found = overrides_of(world.project, now)
    assert [(each.rule, each.address) for each in found] == [
        ("r1", "a.*"),
        ("r1", "b.*"),
        ("r2", "a.*"),
        ("r2", "b.*"),
    ]
    assert {(each.reason, each.by) for each in found} == {("why", "bob")}
    assert overrides_of(world.project, made.approval.at + timedelta(hours=1)) == ()


def test_what_an_open_approval_needs_is_kept_and_a_used_one_needs_nothing(world):
    (world.root / "app.zip").write_bytes(b"approved")
    reading(world, "app.zip", [])
    approval = approved(world).approval
    needed = {approval.plan.object, approval.configuration.tree, approval.sealed[0].object}
    assert needed <= read_history(world.project).named_objects
    applied(world)
    world.apply()  # another run: what the last one names may be needed for its way back
    assert approval.sealed[0].object not in read_history(world.project).named_objects


def test_a_sealed_file_that_was_swapped_is_refused(world):
    (world.root / "app.zip").write_bytes(b"approved")
    reads: list[bytes] = []
    reading(world, "app.zip", reads)
    approved(world)
    (world.root / "app.zip").write_bytes(b"swapped")
    assert "the sealed file app.zip differs (source of terraform_data.a)" in refusal(world)
    assert reads == []


@pytest.mark.parametrize("path", ["app.zip", "./dist/app.zip"])
def test_what_is_swapped_after_the_check_is_not_read(world, path):
    file = world.root / path
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(b"approved")
    reads: list[bytes] = []
    reading(world, path, reads, before=lambda: file.write_bytes(b"swapped"))
    approved(world)
    assert applied(world).outcome is Outcome.APPLIED
    assert reads == [b"approved"]
    assert applies(world)[-1] != world.root


def test_on_another_machine_the_file_comes_from_the_stored_copy(world):
    file = world.root / "app.zip"
    file.write_bytes(b"approved")
    reads: list[bytes] = []
    reading(world, "app.zip", reads)
    approved(world)
    file.unlink()
    assert applied(world).outcome is Outcome.APPLIED
    assert reads == [b"approved"]
    assert not file.exists()


def provisioned(world: World) -> None:
    """Make the configuration one that must be applied where it is."""
    text = (world.root / "main.tf").read_text()
    (world.root / "main.tf").write_text(f"# provisioner\n{text}")


def test_in_place_a_missing_file_is_laid_out_and_looked_at_again(world):
    provisioned(world)
    file = world.root / "app.zip"
    file.write_bytes(b"approved")
    reads: list[bytes] = []
    reading(world, "app.zip", reads)
    approved(world)
    file.unlink()
    assert applied(world).outcome is Outcome.APPLIED
    assert (reads, file.read_bytes(), applies(world)[-1]) == ([b"approved"], b"approved", world.root)
    looks = [each.body for each in world.records if each.body.get("guard") == "read_in_place"]
    assert [each["verdict"] for each in looks] == ["passed"]


def test_what_is_swapped_in_place_during_the_apply_is_said_and_held(world):
    provisioned(world)
    file = world.root / "app.zip"
    file.write_bytes(b"approved")
    plain = world.engine.apply
    reading(world, "app.zip", [], before=lambda: file.write_bytes(b"swapped"))
    approved(world)
    baseline = world.project.log.standing().baseline
    ended = applied(world)
    assert (ended.outcome, ended.exit_code) == (Outcome.FAILED_HELD, ExitCode.FAILED_HELD)
    standing = world.project.log.standing()
    assert standing.baseline == baseline
    assert "app.zip changed while the approved plan was applied" in standing.hold.reason
    assert any("may not be what was approved" in each for each in world.audience.notes)
    world.engine.apply = plain
    world.restore()
    assert world.project.log.standing().hold is not None
    assert world.restore(snapshot="baseline").outcome is Outcome.RESTORED
    assert world.inputs == {"a": "1"}


def meddling(world: World, meddle: Callable[[], object]) -> None:
    """Let something happen while Terraform applies."""
    real = world.engine.apply

    def applying(where: WorkingDirectory, **given: Any) -> Any:
        meddle()
        return real(where, **given)

    world.engine.apply = applying  # type: ignore[method-assign]


def test_without_sealed_files_too_the_configuration_is_read_from_a_private_copy(world):
    approved(world)
    meddling(world, lambda: world.configure(a="evil"))
    assert applied(world).outcome is Outcome.APPLIED
    assert applies(world)[-1] != world.root


@pytest.mark.parametrize(
    ("meddle", "changed"),
    [
        (lambda root: (root / "t.tf").write_text("# evil\n"), "t.tf"),
        (lambda root: (root / "t.tf").unlink(), "t.tf"),
        (lambda root: [each.write_text("# evil\n") for each in root.glob("*.tf")], "main.tf, t.tf"),
        (lambda root: (root / "new.tf").write_text("# written by the apply\n"), ""),
    ],
)
def test_in_place_each_file_of_the_configuration_is_looked_at_again(world, meddle, changed):
    provisioned(world)
    (world.root / "t.tf").write_text("# approved\n")
    approved(world)
    meddling(world, lambda: meddle(world.root))
    baseline = world.project.log.standing().baseline
    ended = applied(world)
    (look,) = [each for each in bodies(world, Kind.GUARDED) if each["guard"] == "read_in_place"]
    assert (look["verdict"], look["detail"]) == ("refused" if changed else "passed", changed)
    assert ended.outcome is (Outcome.FAILED_HELD if changed else Outcome.APPLIED)
    assert (world.project.log.standing().baseline == baseline) is bool(changed)


def test_a_failure_with_other_bytes_than_the_approved_ones_is_left_to_a_person(world):
    world.configure(a="2", c="!")
    provisioned(world)
    approved(world)
    meddling(world, lambda: (world.root / "main.tf").write_text("# evil\n"))
    ended = applied(world, on_failure="restore")
    assert (ended.outcome, ended.exit_code) == (Outcome.FAILED_HELD, ExitCode.FAILED_HELD)
    assert any("main.tf changed while the approved plan" in each for each in world.audience.notes)


def test_while_the_store_is_down_nobody_can_tell_what_is_approved(world):
    glass = Glass(reason="r", store="s3://b", error="no answer")
    context = replace(world.context(), glass=glass)
    with pytest.raises(ApprovalError, match="while the store does not answer"):
        apply(context, ApplyRequest(checkout=world.checkout, require_approval=True))


def test_an_absolute_path_is_read_where_it_lies(world, tmp_path):
    file = tmp_path / "elsewhere.zip"
    file.write_bytes(b"approved")
    reads: list[bytes] = []
    reading(world, str(file), reads)
    approved(world)
    file.unlink()
    assert "is not on this machine" in refusal(world)
    file.write_bytes(b"approved")
    assert applied(world).outcome is Outcome.APPLIED
    assert (reads, applies(world)[-1] == world.root) == ([b"approved"], False)


def test_an_absolute_path_that_is_swapped_during_the_apply_is_held(world, tmp_path):
    file = tmp_path / "elsewhere.zip"
    file.write_bytes(b"approved")
    reading(world, str(file), [], before=lambda: file.write_bytes(b"swapped"))
    approved(world)
    assert applied(world).outcome is Outcome.FAILED_HELD
    assert "because the plan names it by an absolute path" in world.project.log.standing().hold.reason


def test_the_plan_may_lie_in_the_root_module(world):
    file = planned(world, "root/out.tfplan")
    approved(world, file)
    assert applied(world).outcome is Outcome.APPLIED


def bodies(world: World, kind: Kind) -> list[Mapping[str, Any]]:
    return [each.body for each in world.records if each.kind is kind]


def test_the_verdict_is_recorded(world):
    approved(world)
    applied(world)
    (passed,) = [each for each in bodies(world, Kind.GUARDED) if each["guard"] == "approval"]
    assert passed["verdict"] == "passed"
    refusal(world)
    last = [each for each in bodies(world, Kind.GUARDED) if each["guard"] == "approval"][-1]
    assert last["verdict"] == "refused"
