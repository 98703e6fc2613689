"""What `guardian approve` lets pass, and what `guardian status` says of an approval that is of no use."""

from dataclasses import replace
from datetime import UTC, datetime

from guardian.cli.typed import Typed
from guardian.cli.views.approval import approved_object, approved_text
from guardian.cli.views.status import status_object, status_text
from guardian.cli.views.terminal import Paint
from guardian.domain.approval import Approval
from guardian.domain.plan import Action, PlannedChange, PlanSummary
from guardian.domain.review.policy import Effect, Finding, Override
from guardian.domain.snapshot import ConfigurationRef, PlanRef
from guardian.domain.standing import ApprovalRef, Hold, Standing
from guardian.operations.approve import Approved
from guardian.operations.status import Status

HEX = "ab" * 32
AT = datetime(2030, 1, 31, 9, tzinfo=UTC)
PLAIN = Paint(on=False)
OVERRIDE = Override(rule="no-deletion", address="*", reason="moved", by="ann\x1b[31m", expires_at=AT)
LOST = PlannedChange(
    address='aws_s3_bucket.b["\x1b[2J"]', resource_type="aws_s3_bucket", action=Action.DELETE
)
MADE = Approved(
    project="p",
    approval=Approval(
        number=7,
        plan=PlanRef(object=HEX, bytes=9, sha256=HEX),
        configuration=ConfigurationRef(
            tree=HEX, root=".", files=2, bytes=9, left_out=(), var_files=(), lock_file=True
        ),
        lock_file=HEX,
        lineage="l",
        serial=3,
        sealed=(),
        by="alice",
        reason="",
        at=AT,
        expires_at=AT,
        allow_delete=("aws_s3_bucket.*",),
    ),
    summary=PlanSummary(changes=(LOST,), outputs={}, drifted=()),
    lost=(LOST,),
    excepted=(
        Finding(
            rule="no-deletion", effect=Effect.DENY, address=LOST.address, message="no", override=OVERRIDE
        ),
    ),
)


def test_what_it_lets_pass_is_said_in_text_and_json():
    said = approved_text(MADE, PLAIN, Typed())
    assert '  Loses    aws_s3_bucket.b["\\x1b[2J"], which holds data\n' in said
    assert "  Allowed  --allow-delete='aws_s3_bucket.*'\n" in said
    assert "by the exception of ann\\x1b[31m until 2030-01-31" in said
    assert "\x1b" not in said
    assert said.endswith("Next: guardian apply --require-approval")
    found = approved_object(MADE)
    assert (found["allow_delete"], found["loses_data"]) == (["aws_s3_bucket.*"], [LOST.address])
    assert found["excepted"] == [{"rule": "no-deletion", "address": LOST.address}]


def test_on_hold_an_apply_is_not_what_is_next():
    held = replace(MADE, hold=Hold(reason="moving", by="ann", since=AT))
    said = approved_text(held, PLAIN, Typed())
    assert said.splitlines()[-2:] == ["  On hold  moving; no apply passes", "Next: guardian status"]


def test_an_approval_that_cannot_be_used_is_shown_with_why():
    given = ApprovalRef(record=7, plan_sha256=HEX, by="ann@host", expires_at=AT)
    usable = Status(project="p", standing=Standing(approval=given), next_command="guardian apply", reason="r")
    moved = replace(usable, unusable="the state moved from serial 3 to 5")
    assert "by ann@host, not applied, until" in status_text(usable, PLAIN)
    assert "by ann@host, cannot be applied: the state moved from serial 3 to 5\n" in status_text(moved, PLAIN)
    assert status_object(usable)["approval"] == {**given.to_json(), "unusable": None}
    assert status_object(moved)["approval"]["unusable"] == "the state moved from serial 3 to 5"
