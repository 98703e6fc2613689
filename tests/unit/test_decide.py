"""The laws of the decision, over situations made up at random, and an example for each rule."""

from dataclasses import replace

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from guardian.domain.alternatives import dependents_beyond
from guardian.domain.created import created_by, in_order_of_destruction
from guardian.domain.decide import decide
from guardian.domain.engine import Diagnostic
from guardian.domain.failed_run import RELEASE_FAILED
from guardian.domain.incident import Incident, StateRecord
from guardian.domain.observation import Absent, Present, Unreadable, Verdict
from guardian.domain.oneway import CannotUndo
from guardian.domain.plan import Action, PlannedChange
from guardian.domain.record import Doubt, Forget, KeepOriginal, Remember, Untaint
from guardian.domain.recovery import (
    BrokenRecord,
    FailedRun,
    Known,
    Limits,
    Situation,
    Strategy,
    Tainted,
)
from guardian.domain.run import Progress
from guardian.domain.standstill import leave_out
from guardian.domain.state import EMPTY, State, StateInstance
from guardian.domain.steps import (
    AskHuman,
    DestroyTargets,
    Import,
    Reapply,
    RestoreRecord,
    Retry,
    ReviseRecord,
)
from guardian.domain.transient import RetryBlock
from guardian.domain.unaccounted import created_ids

ADDRESSES = ("x_a.one", "x_a.two", 'x_b.many["k"]', "module.m.x_b.three", "x_c.four")


def instance(address, object_id="", **given):
    kind = address.split(".")[-2].removeprefix("module.")
    attributes = {"id": object_id or f"id-of-{address}", "input": given.pop("input", "1")}
    return StateInstance(
        address=address,
        resource_type=given.pop("resource_type", kind),
        mode="managed",
        provider='provider["x"]',
        attributes={**attributes, **given.pop("attributes", {})},
        **given,
    )


def state(*instances, serial=1):
    return State(lineage="l", serial=serial, terraform_version="1.11.4", instances=tuple(instances))


def incident(**given):
    parts = {
        "run_id": "r",
        "exit_code": 1,
        "interrupted": False,
        "causes": (Diagnostic(severity="error", summary="it failed"),),
        "progress": Progress(),
        "tainted": (),
        "record": StateRecord.SAVED,
    }
    return Incident(**{**parts, **given})


def change(address, action, **given):
    kind = given.pop("resource_type", address.split(".")[-2])
    return PlannedChange(address=address, resource_type=kind, action=action, **given)


def failed(changes, progress, *, before=EMPTY, after=None, **given):
    return FailedRun(
        id="r",
        snapshot_id="own",
        changes=tuple(changes),
        incident=incident(progress=progress, **given),
        before=before,
        after=after,
    )


def situation(run, *, baseline, present, **given):
    known = None if baseline is None else Known(snapshot_id="base", state=baseline)
    return Situation(baseline=known, run=run, present=present, **given)


instances = st.builds(
    instance,
    st.sampled_from(ADDRESSES),
    object_id=st.sampled_from(["identity-1", "identity-2", "identity-3"]),
    input=st.sampled_from(["1", "2"]),
    tainted=st.booleans(),
    deposed=st.sampled_from(["", "", "", "abcd1234"]),
    dependencies=st.lists(st.sampled_from(["x_a.one", "x_b.many", "x_c.four"]), max_size=2).map(tuple),
)
states = st.lists(instances, max_size=5, unique_by=lambda each: each.identity).map(lambda all_: state(*all_))
changes = st.lists(
    st.builds(
        PlannedChange,
        address=st.sampled_from(ADDRESSES),
        resource_type=st.just("x_a"),
        action=st.sampled_from([each for each in Action if each not in {Action.NOOP, Action.READ}]),
        previous_address=st.sampled_from(["", "", "x_a.two"]),
    ),
    max_size=5,
    unique_by=lambda each: each.address,
)
observations = st.dictionaries(
    st.sampled_from(ADDRESSES),
    st.one_of(
        st.just(Absent()),
        st.builds(Unreadable, reason=st.just("denied")),
        st.builds(
            Present,
            object_id=st.just("o"),
            import_id=st.just("o"),
            certain=st.booleans(),
            words=st.just("seen"),
        ),
    ),
)


@st.composite
def situations(draw):
    planned = draw(changes)
    buckets: dict[str, list[str]] = {"done": [], "failed": [], "in_flight": [], "not_started": []}
    for each in planned:
        buckets[draw(st.sampled_from(sorted(buckets)))].append(each.address)
    before, present = draw(states), draw(states)
    run = FailedRun(
        id="r",
        snapshot_id="own",
        changes=tuple(planned),
        incident=incident(
            progress=Progress(**{name: tuple(each) for name, each in buckets.items()}),
            creating=tuple(
                each.address
                for each in planned
                if each.action is Action.CREATE and each.address in buckets["in_flight"]
            ),
        ),
        before=before,
        after=draw(st.sampled_from([None, present])),
    )
    return Situation(
        baseline=draw(st.one_of(st.none(), states.map(lambda one: Known(snapshot_id="base", state=one)))),
        run=run,
        present=present,
        broken=draw(st.sampled_from([None, None, BrokenRecord(problem="gone", origin="s", serial=9), None])),
        observed=draw(observations),
        protected=draw(st.sampled_from([frozenset(), frozenset({"x_a.one"})])),
    )


limits = st.builds(
    Limits,
    strategy=st.sampled_from(list(Strategy)),
    tainted=st.sampled_from(list(Tainted)),
    everything=st.booleans(),
    retry=st.sampled_from([(), (RetryBlock(name="any", retryable_errors=("it failed",)),)]),
)


@given(situations(), limits)
def test_the_same_input_gives_the_same_plan(given_, allowed):
    assert decide(given_, allowed) == decide(given_, allowed)


@given(situations(), limits)
def test_nothing_is_destroyed_that_the_baseline_has(given_, allowed):
    plan = decide(given_, allowed)
    theirs = given_.baseline.state.managed if given_.baseline else {}
    objects = {(each.resource_type, each.object_id) for each in theirs.values()}
    going = {each for step in plan.steps if isinstance(step, DestroyTargets) for each in step.addresses}
    for address in {*going, *plan.created}:
        seen = given_.present.managed[address]
        assert address not in theirs
        assert (seen.resource_type, seen.object_id) not in objects


@given(situations(), limits)
def test_nothing_is_destroyed_but_what_the_run_created_and_is_recorded(given_, allowed):
    plan = decide(given_, allowed)
    made = {each.address for each in given_.run.changes if each.action is Action.CREATE}
    began = set(given_.run.incident.progress.touched)
    before = given_.run.before.managed
    going = {each for step in plan.steps if isinstance(step, DestroyTargets) for each in step.addresses}
    for address in {*going, *plan.created}:
        assert address in made & began
        assert address not in before
        assert address in given_.present.managed


@given(situations(), limits)
def test_what_is_forgotten_was_brought_in_and_is_not_the_baselines(given_, allowed):
    plan = decide(given_, allowed)
    revisions = [each for step in plan.steps if isinstance(step, ReviseRecord) for each in step.revisions]
    for each in revisions:
        if isinstance(each, Forget):
            assert given_.baseline is None or each.address not in given_.baseline.state.managed
            assert each.address not in given_.run.before.managed
        if isinstance(each, Remember):
            assert each.address in given_.run.before.managed
            assert each.address not in given_.present.managed


@given(situations(), limits)
def test_asking_a_person_is_the_only_step_that_touches_anything(given_, allowed):
    plan = decide(given_, allowed)
    kinds = [type(each) for each in plan.steps]
    if AskHuman in kinds:
        assert set(kinds) <= {AskHuman, RestoreRecord}
        ask = next(each for each in plan.steps if isinstance(each, AskHuman))
        assert ask.reason
        assert ask.hint


@given(situations(), limits)
def test_only_what_was_touched_goes_back(given_, allowed):
    assume(not allowed.everything)
    plan = decide(given_, allowed)
    touched = set(given_.run.incident.progress.touched)
    for each in given_.run.changes:
        if each.previous_address or each.action in {Action.FORGET, Action.IMPORT}:
            touched |= {each.address, each.previous_address}
    assert set(plan.touched or ()) <= touched


@given(states)
def test_nothing_is_decided_where_nothing_differs(everything):
    unscathed = state(*[replace(each, tainted=False) for each in everything.instances if not each.deposed])
    done = tuple(unscathed.managed)
    run = failed([change(each, Action.UPDATE) for each in done], Progress(done=done), before=unscathed)
    plan = decide(situation(run, baseline=unscathed, present=unscathed), Limits())
    assert plan.steps == ()


@given(states, st.sampled_from(ADDRESSES), st.sampled_from(["changed", "gone", "tainted"]))
def test_something_is_decided_where_something_differs(everything, address, how):
    sound = state(*[replace(each, tainted=False) for each in everything.instances if not each.deposed])
    assume(address in sound.managed)
    others = [each for each in sound.instances if each.address != address]
    here = sound.managed[address]
    now = {
        "changed": [replace(here, attributes={**here.attributes, "input": "other"})],
        "gone": [],
        "tainted": [replace(here, tainted=True)],
    }[how]
    run = failed([change(address, Action.UPDATE)], Progress(done=(address,)), before=sound)
    plan = decide(situation(run, baseline=sound, present=state(*others, *now)), Limits())
    assert plan.steps != ()


def test_what_failed_half_way_is_never_taken_for_unchanged():
    same = state(instance("x_a.one"))
    run = failed([change("x_a.one", Action.UPDATE)], Progress(failed=("x_a.one",)), before=same)
    (step,) = decide(situation(run, baseline=same, present=same), Limits()).steps
    assert isinstance(step, Reapply)
    assert step.addresses == ("x_a.one",)


def test_a_reference_to_what_goes_is_let_go_of_first():
    old = instance("x_a.one", input="old")
    new = instance("x_b.new", "identity-new")
    now = replace(old, attributes={"id": "id-of-x_a.one", "input": "identity-new"})
    run = failed(
        [change("x_a.one", Action.UPDATE), change("x_b.new", Action.CREATE)],
        Progress(done=("x_b.new", "x_a.one")),
        before=state(old),
    )
    plan = decide(situation(run, baseline=state(old), present=state(now, new)), Limits())
    assert plan.created == ("x_b.new",)
    assert plan.reapply is not None
    assert plan.reapply.first == ("x_a.one",)
    by_dependency = replace(old, dependencies=("x_b.new",))
    plan = decide(situation(run, baseline=state(old), present=state(by_dependency, new)), Limits())
    assert plan.reapply is not None
    assert plan.reapply.first == ("x_a.one",)
    plan = decide(situation(run, baseline=state(old), present=state(old, new)), Limits())
    assert plan.reapply is not None
    assert plan.reapply.first == ()


def test_the_original_is_kept_where_its_deletion_failed():
    original = instance("x_a.one", "original")
    now = state(instance("x_a.one", "second"), replace(original, deposed="abcd1234"))
    run = failed(
        [change("x_a.one", Action.REPLACE)], Progress(in_flight=("x_a.one",)), before=state(original)
    )
    plan = decide(situation(run, baseline=state(original), present=now), Limits())
    assert isinstance(plan.steps[0], ReviseRecord)
    assert plan.steps[0].revisions == (KeepOriginal(address="x_a.one", deposed="abcd1234"),)


def test_what_was_forgotten_is_remembered_and_what_was_imported_is_forgotten():
    mine, theirs = instance("x_a.one"), instance("x_b.adopted")
    run = failed(
        [change("x_a.one", Action.FORGET), change("x_b.adopted", Action.IMPORT)],
        Progress(not_started=("x_a.one", "x_b.adopted")),
        before=state(mine),
    )
    plan = decide(situation(run, baseline=state(mine), present=state(theirs)), Limits())
    assert isinstance(plan.steps[0], ReviseRecord)
    assert plan.steps[0].revisions == (Remember(address="x_a.one"), Forget(address="x_b.adopted"))
    assert plan.created == ()


def test_what_cannot_be_read_back_is_doubted_where_its_update_failed():
    old = instance("aws_db_instance.main", attributes={"password": "old"})
    run = failed(
        [change("aws_db_instance.main", Action.UPDATE)],
        Progress(failed=("aws_db_instance.main",)),
        before=state(old),
    )
    plan = decide(situation(run, baseline=state(old), present=state(old)), Limits())
    assert isinstance(plan.steps[0], ReviseRecord)
    assert plan.steps[0].revisions == (Doubt(address="aws_db_instance.main", attributes=("password",)),)


@pytest.mark.parametrize("how", list(Tainted))
def test_a_tainted_instance_of_the_baseline_is_treated_as_chosen(how):
    old = instance("x_a.one")
    run = failed([change("x_a.one", Action.REPLACE)], Progress(failed=("x_a.one",)), before=state(old))
    now = state(replace(old, tainted=True))
    plan = decide(situation(run, baseline=state(old), present=now), Limits(tainted=how))
    revised = [each for step in plan.steps if isinstance(step, ReviseRecord) for each in step.revisions]
    assert revised == ([Untaint(address="x_a.one")] if how is Tainted.UNTAINT else [])
    assert plan.left == (("x_a.one",) if how is Tainted.LEAVE else ())
    assert plan.touched == (() if how is Tainted.LEAVE else ("x_a.one",))


def test_what_depends_on_what_is_left_stays_too():
    old, user = instance("x_a.one"), instance("x_b.user", dependencies=("x_a.one",))
    run = failed(
        [change("x_a.one", Action.REPLACE), change("x_b.user", Action.UPDATE)],
        Progress(failed=("x_a.one",), done=("x_b.user",)),
        before=state(old, user),
    )
    now = state(replace(old, tainted=True), user)
    plan = decide(situation(run, baseline=state(old, user), present=now), Limits(tainted=Tainted.LEAVE))
    assert plan.touched == ()
    assert [each.address for each in plan.cannot_undo] == ["x_b.user"]


def test_what_a_configuration_protects_is_not_destroyed_unasked():
    run = failed([change("x_a.one", Action.CREATE)], Progress(done=("x_a.one",)))
    given_ = situation(
        run, baseline=EMPTY, present=state(instance("x_a.one")), protected=frozenset({"x_a.one"})
    )
    (step,) = decide(given_, Limits()).steps
    assert isinstance(step, AskHuman)
    assert step.code == "protected"
    assert step.hint == "guardian restore --allow-delete=x_a.one"
    (step,) = decide(given_, Limits(allow_delete=("x_a.one",))).steps
    assert isinstance(step, Reapply)


def test_nothing_is_undone_where_only_the_lock_was_not_released():
    done = state(instance("x_a.one"))
    run = failed(
        [change("x_a.one", Action.CREATE)],
        Progress(done=("x_a.one",)),
        causes=(Diagnostic(severity="error", summary=RELEASE_FAILED),),
    )
    given_ = situation(run, baseline=EMPTY, present=done)
    (step,) = decide(given_, Limits()).steps
    assert isinstance(step, AskHuman)
    assert step.code == "complete"
    (step,) = decide(given_, Limits(strategy=Strategy.REAPPLY)).steps
    assert isinstance(step, Reapply)


def test_only_created_goes_dependents_first():
    base, top = instance("x_a.base"), instance("x_b.top", dependencies=("x_a.base",))
    run = failed(
        [change("x_a.base", Action.CREATE), change("x_b.top", Action.CREATE)],
        Progress(done=("x_a.base", "x_b.top")),
    )
    given_ = situation(run, baseline=EMPTY, present=state(base, top))
    (step,) = decide(given_, Limits(strategy=Strategy.DESTROY_CREATED)).steps
    assert isinstance(step, DestroyTargets)
    assert step.addresses == ("x_b.top", "x_a.base")
    assert in_order_of_destruction(given_.present, ["x_a.base", "x_b.top"]) == step.addresses


def test_destroying_what_others_refer_to_is_left_to_a_person():
    new = instance("x_a.new")
    old, far = instance("x_b.old", dependencies=("x_a.new",)), instance("x_c.far", dependencies=("x_b.old",))
    run = failed([change("x_a.new", Action.CREATE)], Progress(done=("x_a.new",)), before=state(old, far))
    given_ = situation(run, baseline=state(old, far), present=state(new, old, far))
    (step,) = decide(given_, Limits(strategy=Strategy.DESTROY_CREATED)).steps
    assert isinstance(step, AskHuman)
    assert step.code == "beyond_list"
    assert step.addresses == ("x_b.old", "x_c.far")
    assert dependents_beyond(given_.present, ["x_a.new"]) == ("x_b.old", "x_c.far")


def test_an_object_that_had_another_address_is_not_the_runs_creation():
    old, now = instance("x_a.one", "same-object"), instance("x_a.two", "same-object")
    run = failed([change("x_a.two", Action.CREATE)], Progress(done=("x_a.two",)), before=state(old))
    assert created_by(run, Known(snapshot_id="base", state=state(old)), state(now)) == ()


def test_a_transient_cause_may_be_retried_and_no_other():
    run = failed([change("x_a.one", Action.CREATE)], Progress(failed=("x_a.one",)))
    given_ = situation(run, baseline=EMPTY, present=EMPTY)
    (step,) = decide(given_, Limits(strategy=Strategy.RETRY)).steps
    assert isinstance(step, AskHuman)
    block = RetryBlock(name="mine", retryable_errors=("it failed",))
    (step,) = decide(given_, Limits(strategy=Strategy.RETRY, retry=(block,))).steps
    assert isinstance(step, Retry)
    assert step.block == "mine"


def test_what_exists_unknown_is_adopted_where_it_is_certain():
    run = failed(
        [change("x_a.one", Action.CREATE), change("x_b.two", Action.CREATE)],
        Progress(in_flight=("x_a.one",), failed=("x_b.two",)),
        creating=("x_a.one",),
    )
    certain = Present(object_id="o-1", import_id="i-1", certain=True, words="")
    given_ = situation(run, baseline=EMPTY, present=EMPTY, observed={"x_a.one": certain})
    plan = decide(given_, Limits())
    assert isinstance(plan.steps[0], Import)
    assert plan.steps[0].objects == (("x_a.one", "i-1"),)
    assert plan.unaccounted == ()
    probable = replace(certain, certain=False)
    plan = decide(replace(given_, observed={"x_a.one": probable, "x_b.two": probable}), Limits())
    assert not any(isinstance(each, Import) for each in plan.steps)
    assert plan.unaccounted == ("x_a.one", "x_b.two")
    foreign = replace(probable, foreign=True)
    plan = decide(replace(given_, observed={"x_a.one": foreign, "x_b.two": foreign}), Limits())
    assert plan.unaccounted == ()
    plan = decide(replace(given_, observed={"x_a.one": Absent(), "x_b.two": certain}), Limits())
    assert isinstance(plan.steps[0], Import)
    assert plan.steps[0].addresses == ("x_b.two",)
    plan = decide(replace(given_, observed={"x_a.one": Absent(), "x_b.two": Absent()}), Limits())
    assert plan.unaccounted == ()
    plan = decide(replace(given_, observed={"x_a.one": Unreadable(reason="denied")}), Limits())
    assert plan.unaccounted == ("x_a.one",)


def test_what_was_made_and_never_recorded_is_looked_for_and_listed():
    run = replace(
        failed([change("x_a.one", Action.CREATE)], Progress(done=("x_a.one",))), made={"x_a.one": "o-1"}
    )
    given_ = situation(run, baseline=EMPTY, present=EMPTY)
    seen = Present(object_id="o-1", import_id="i-1", certain=True, words="by its id")
    plan = decide(replace(given_, observed={"x_a.one": seen}), Limits())
    assert isinstance(plan.steps[0], Import)
    assert [(each.verdict, each.certain) for each in plan.looked] == [(Verdict.EXISTS, True)]
    plan = decide(replace(given_, observed={"x_a.one": Unreadable(reason="no reader for x_a")}), Limits())
    assert plan.unaccounted == ("x_a.one",)
    assert [(each.verdict, each.object_id) for each in plan.looked] == [(Verdict.UNKNOWN, "o-1")]
    plan = decide(replace(given_, observed={"x_a.one": Absent()}), Limits())
    assert plan.unaccounted == ()
    assert [each.verdict for each in plan.looked] == [Verdict.ABSENT]


def event(kind, action, address="x_a.one", **hook):
    return {"type": kind, "hook": {"action": action, "resource": {"addr": address}, **hook}}


def test_the_former_object_of_a_replacement_takes_the_new_one_not_along():
    made = [event("apply_start", "create"), event("apply_complete", "create", id_value="new")]
    gone = [event("apply_start", "delete", id_value="old"), event("apply_complete", "delete")]
    assert created_ids([*made, *gone]) == {"x_a.one": "new"}
    assert created_ids([*gone, *made]) == {"x_a.one": "new"}
    assert created_ids([*made, event("apply_start", "delete", id_value="new"), gone[1]]) == {}
    assert created_ids([made[0]]) == {}


def test_a_broken_record_comes_first_and_alone_when_asked_for():
    run = failed([change("x_a.one", Action.CREATE)], Progress(done=("x_a.one",)))
    broken = BrokenRecord(problem="it is empty", origin="snap", serial=8)
    given_ = situation(run, baseline=EMPTY, present=state(instance("x_a.one")), broken=broken)
    first, then = decide(given_, Limits()).steps
    assert isinstance(first, RestoreRecord)
    assert first.serial == 8
    assert isinstance(then, Reapply)
    (only,) = decide(given_, Limits(strategy=Strategy.RECORD)).steps
    assert isinstance(only, RestoreRecord)
    (ask,) = decide(replace(given_, broken=replace(broken, origin="")), Limits()).steps
    assert isinstance(ask, AskHuman)
    assert decide(replace(given_, broken=None), Limits(strategy=Strategy.RECORD)).steps == ()


def test_without_a_baseline_only_a_run_that_began_with_nothing_is_taken_down():
    run = failed([change("x_a.one", Action.CREATE)], Progress(done=("x_a.one",)))
    now = state(instance("x_a.one"))
    plan = decide(situation(run, baseline=None, present=now), Limits())
    assert plan.to_nothing
    assert plan.reapply is not None
    assert (plan.reapply.snapshot_id, plan.reapply.destroy) == ("own", True)
    there = replace(run, before=state(instance("x_b.old")))
    (step,) = decide(situation(there, baseline=None, present=now), Limits()).steps
    assert isinstance(step, AskHuman)
    assert step.code == "no_baseline"


def test_what_cannot_be_pinned_is_left_out_with_what_depends_on_it():
    old, user, other = instance("x_a.one"), instance("x_b.user", dependencies=("x_a.one",)), instance("x_c.o")
    run = failed(
        [change(each, Action.UPDATE) for each in ("x_a.one", "x_b.user", "x_c.o")],
        Progress(done=("x_a.one", "x_b.user", "x_c.o")),
        before=state(old, user, other),
    )
    now = state(*[replace(each, attributes={**each.attributes, "input": "2"}) for each in (old, user, other)])
    plan = decide(situation(run, baseline=state(old, user, other), present=now), Limits())
    pinned = CannotUndo(address="x_a.one", attribute="size", why="", mend="", source="", pinned=True)
    limited = leave_out(replace(plan, cannot_undo=(pinned,)), ["x_a.one"], state(old, user, other))
    assert limited.touched == ("x_c.o",)
    assert [(each.address, each.pinned) for each in limited.cannot_undo] == [
        ("x_a.one", False),
        ("x_b.user", False),
    ]
    assert leave_out(plan, [], state(old)) == plan


def test_a_key_that_is_only_deposed_was_not_deleted():
    original = instance("aws_kms_key.main", "original")
    now = state(instance("aws_kms_key.main", "second"), replace(original, deposed="abcd1234"))
    run = failed(
        [change("aws_kms_key.main", Action.REPLACE)],
        Progress(in_flight=("aws_kms_key.main",)),
        before=state(original),
    )
    plan = decide(situation(run, baseline=state(original), present=now), Limits())
    assert plan.cannot_undo == ()
    gone = decide(situation(run, baseline=state(original), present=state()), Limits())
    assert [each.address for each in gone.cannot_undo] == ["aws_kms_key.main"]


@pytest.mark.parametrize(
    "words", ["EntityAlreadyExists: it exists", "InvalidGroup.Duplicate", "it already exists"]
)
def test_what_was_refused_because_it_exists_is_never_taken_for_the_runs_own(words):
    cause = Diagnostic(severity="error", summary=f"creating x: {words}", address="x_a.one")
    run = failed([change("x_a.one", Action.CREATE)], Progress(failed=("x_a.one",)), causes=(cause,))
    seen = Present(object_id="o", import_id="i", certain=True, words="")
    plan = decide(situation(run, baseline=EMPTY, present=EMPTY, observed={"x_a.one": seen}), Limits())
    assert not any(isinstance(each, Import) for each in plan.steps)
    assert plan.unaccounted == ("x_a.one",)


@pytest.mark.parametrize(
    ("home", "now", "blocks"),
    [
        ("x_a.one", "x_b.two", 1),
        ('x_a.one["a"]', 'x_a.one["b"]', 1),
        ("x_a.one", "x_a.one[0]", 0),
        ("x_a.one[0]", "x_a.one", 0),
        ("x_a.one[0]", "x_a.one[1]", 1),
    ],
)
def test_what_moved_goes_home_unless_terraform_moves_it_by_itself(home, now, blocks):
    run = failed(
        [change(now, Action.MOVE, previous_address=home)],
        Progress(done=(now,)),
        before=state(instance(home, "o-bject")),
    )
    plan = decide(
        situation(run, baseline=state(instance(home, "o-bject")), present=state(instance(now, "o-bject"))),
        Limits(),
    )
    assert len(plan.moves) == blocks
    assert plan.created == ()
