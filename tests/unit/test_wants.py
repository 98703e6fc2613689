"""What a rehearsed way back wants allowed: what a restore would refuse unasked, and nothing besides."""

from typing import Any

from guardian.domain.plan import Action, PlannedChange, PlanSummary
from guardian.domain.review.after.state import AfterState
from guardian.domain.review.after.values import STAND_IN
from guardian.domain.review.after.wants import unasked_of
from guardian.domain.state import EMPTY, State, StateInstance

TABLE = "aws_dynamodb_table.cart"
PARAMETER = "aws_ssm_parameter.release"


def of(address: str, **attributes: Any) -> StateInstance:
    return StateInstance(
        address=address,
        resource_type=address.partition(".")[0],
        mode="managed",
        provider="",
        attributes=attributes,
    )


def state(*instances: StateInstance) -> State:
    return State(lineage="x", serial=1, terraform_version="1.11.4", instances=instances)


def wanted(
    *changes: tuple[str, Action],
    before: State = EMPTY,
    present: State = EMPTY,
    protected: frozenset[str] = frozenset(),
    touched: frozenset[str] | None = None,
    made: frozenset[str] = frozenset(),
    moved: tuple[tuple[str, str], ...] = (),
) -> list[str]:
    plan = PlanSummary(
        changes=tuple(
            PlannedChange(address=address, resource_type=address.partition(".")[0], action=action)
            for address, action in changes
        )
    )
    after = AfterState(
        body=b"",
        addresses=tuple(each.address for each in present.instances),
        made=made,
        moved=moved,
        touched=frozenset(address for address, _ in changes) if touched is None else touched,
    )
    found = unasked_of(plan, after, before=before, present=present, protected=protected)
    return [each.address for each in found]


def test_a_table_that_the_change_replaces_is_replaced_again_only_with_leave():
    before, present = state(of(TABLE, id="cart")), state(of(TABLE, id=STAND_IN))
    assert wanted((TABLE, Action.REPLACE), before=before, present=present, made=frozenset({TABLE})) == [TABLE]


def test_what_the_change_makes_may_go_whatever_it_holds():
    present = state(of(TABLE, id=STAND_IN))
    assert wanted((TABLE, Action.DELETE), present=present, made=frozenset({TABLE})) == []


def test_what_the_change_made_and_somebody_protects_may_not():
    present = state(of(TABLE, id=STAND_IN))
    found = wanted(
        (TABLE, Action.DELETE), present=present, made=frozenset({TABLE}), protected=frozenset({TABLE})
    )
    assert found == [TABLE]


def test_an_object_under_its_old_name_is_the_targets_own_though_its_id_is_not_known_yet():
    before = state(of(PARAMETER, id="/release", name="/release", type="String"))
    again = state(of(PARAMETER, id=STAND_IN, name="/release", type="SecureString"))
    other = state(of(PARAMETER, id=STAND_IN, name="/other", type="String"))
    made = frozenset({PARAMETER})
    assert wanted((PARAMETER, Action.REPLACE), before=before, present=again, made=made) == [PARAMETER]
    assert wanted((PARAMETER, Action.REPLACE), before=before, present=other, made=made) == []


def test_what_is_moved_and_replaced_is_not_the_changes_own():
    before = state(of("aws_sqs_queue.old", id="u"))
    present = state(of("aws_sqs_queue.new", id=STAND_IN))
    found = wanted(
        ("aws_sqs_queue.new", Action.DELETE),
        before=before,
        present=present,
        made=frozenset({"aws_sqs_queue.new"}),
        moved=(("aws_sqs_queue.old", "aws_sqs_queue.new"),),
    )
    assert found == ["aws_sqs_queue.new"]


def test_what_the_change_does_not_touch_is_left_alone_and_wants_nothing():
    both = state(of(TABLE, id="cart"))
    changes = ((TABLE, Action.DELETE), (PARAMETER, Action.CREATE))
    assert wanted(*changes, before=both, present=both) == [TABLE]
    assert wanted(*changes, before=both, present=both, touched=frozenset({PARAMETER})) == []
