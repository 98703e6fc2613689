"""Values for the views, with everything in them that is awkward to show."""

from datetime import UTC, datetime, timedelta
from typing import Any

from guardian.domain.actor import Actor
from guardian.domain.configuration import GitPosition, LeftOut
from guardian.domain.drift import Difference, Kind, PathChange
from guardian.domain.engine import Diagnostic
from guardian.domain.incident import Incident, StateRecord
from guardian.domain.plan import Action, PlannedChange, PlanSummary
from guardian.domain.recovery import NewObject, Receipt
from guardian.domain.redaction import MASK
from guardian.domain.run import Progress
from guardian.domain.snapshot import (
    ConfigurationRef,
    EngineUsed,
    Layout,
    PlanRef,
    Purpose,
    Snapshot,
    StateRef,
)
from guardian.domain.standing import Hold, LeaseRecord, RunRef, Standing

AT = datetime(2026, 3, 1, 3, 4, 5, tzinfo=UTC)
NASTY = 'terraform_data.each["é ${x} \u202e \x1b[2J"]'
ACTOR = Actor(user="ann", host="build-7", pid=42, job="https://ci.example/1")


def change(address: str, action: Action, **more: Any) -> PlannedChange:
    return PlannedChange(
        address=address, resource_type=address.partition("[")[0].split(".")[-2], action=action, **more
    )


SUMMARY = PlanSummary(
    changes=(
        change("aws_vpc.main", Action.CREATE),
        change(NASTY, Action.UPDATE),
        change("module.db.aws_db_instance.main", Action.REPLACE, reason="cannot_update"),
        change("aws_sqs_queue.old", Action.DELETE, reason="delete_because_no_resource_config"),
        change("aws_sns_topic.new[0]", Action.MOVE, previous_address="aws_sns_topic.new"),
        change("aws_s3_bucket.kept", Action.FORGET),
        change("aws_iam_role.found", Action.IMPORT),
        change("aws_lb.web", Action.DELETE, deposed="a1b2c3d4"),
    ),
    drifted=tuple(f"aws_ssm_parameter.p[{index}]" for index in range(12)),
    outputs={"url": "update"},
)

INCIDENT = Incident(
    run_id="20260301T030405Z-abc123",
    exit_code=1,
    interrupted=False,
    causes=(
        Diagnostic(
            severity="error",
            summary="creating SQS Queue: AccessDenied",
            detail="User is not authorized\nto perform: sqs:CreateQueue\x1b[2J",
            address="aws_sqs_queue.jobs",
            filename="modules/queue/main.tf",
            line=12,
        ),
        Diagnostic(severity="error", summary="something without a place"),
    ),
    progress=Progress(
        done=tuple(f"aws_ssm_parameter.p[{index}]" for index in range(17)),
        failed=("aws_sqs_queue.jobs",),
        in_flight=(NASTY,),
        not_started=("aws_lambda_function.worker",),
    ),
    tainted=("aws_sqs_queue.jobs",),
    record=StateRecord.SAVED,
)

STRANDED = Incident(
    run_id="20260301T030405Z-abc123",
    exit_code=-9,
    interrupted=False,
    causes=(),
    progress=Progress(done=("aws_vpc.main",)),
    tainted=(),
    record=StateRecord.STRANDED,
    lock_left="ann@build-7 since 03:04, OperationTypeApply",
)

PROVEN = Receipt(
    snapshot_id="4f" * 32,
    proven=True,
    replan_exit_code=0,
    remaining=(),
    outside=(),
    new_objects=(NewObject(address="aws_vpc.main", old_id="vpc-1", new_id="vpc-2"),),
    differing={"aws_vpc.main": ("arn", "id"), NASTY: ()},
    outputs=(),
    to_nothing=False,
    unaccounted=(),
    duration_s=83.4,
)
NOT_PROVEN = Receipt(
    snapshot_id="4f" * 32,
    proven=False,
    replan_exit_code=2,
    remaining=("aws_vpc.main",),
    outside=("aws_sns_topic.theirs",),
    new_objects=(),
    differing={},
    outputs=(),
    to_nothing=False,
    unaccounted=(NASTY,),
    duration_s=4.0,
)

SNAPSHOT = Snapshot(
    id="4f" * 32,
    project="network",
    state_id="ab" * 16,
    purpose=Purpose.AFTER,
    run_id="20260301T030405Z-abc123",
    taken_at=AT,
    state=StateRef(
        object="0" * 64,
        layout=Layout.WHOLE,
        bytes=34_567,
        sha256="1" * 64,
        lineage="3f6e",
        serial=7,
        terraform_version="1.11.4",
        instances=12,
        source="backend",
    ),
    refreshed=None,
    plan=PlanRef(object="2" * 64, bytes=900, sha256="3" * 64),
    configuration=ConfigurationRef(
        tree="5" * 64,
        root="live/network",
        files=14,
        bytes=2_345_678,
        left_out=(
            LeftOut(path="live/network/link", reason="symlink"),
            LeftOut(path="big.zip", reason="too_large", detail="20 MiB of 16"),
        ),
        var_files=(),
        lock_file=True,
    ),
    backend_object="6" * 64,
    variables_object=None,
    engine=EngineUsed(
        product="terraform", version="1.11.4", providers={"registry.example/hashicorp/aws": "5.100.0"}
    ),
    git=GitPosition(commit="c0ffee", branch="main", dirty=True),
    actor=ACTOR,
)
BARE = Snapshot(
    id="aa" * 32,
    project="network",
    state_id="ab" * 16,
    purpose=Purpose.BEFORE,
    run_id="20260301T020000Z-000001",
    taken_at=AT - timedelta(hours=1),
    state=None,
    refreshed=None,
    plan=None,
    configuration=None,
    backend_object="6" * 64,
    variables_object=None,
    engine=EngineUsed(product="tofu", version="1.9.0"),
    git=None,
    actor=Actor(user="ann", host="laptop", pid=1),
)

DIFFERENCES = (
    Difference(address="aws_vpc.new", kind=Kind.ADDED, after_id="vpc-2"),
    Difference(
        address=NASTY,
        kind=Kind.CHANGED,
        before_id="a",
        after_id="b",
        paths=(
            PathChange(path=("tags", "Name"), before="x" * 80, after=None),
            PathChange(path=("ports", 0), before=[80, "é"], after=81),
            PathChange(path=("password",), before=MASK, after=MASK),
        ),
    ),
    Difference(address="aws_vpc.old", kind=Kind.REMOVED, before_id="vpc-1"),
    Difference(address="aws_lb.half", kind=Kind.TAINTED, before_id="c", after_id="c"),
)

RUN = RunRef(
    id="20260301T030405Z-abc123",
    operation="apply",
    opened_at=AT,
    first_record=9,
    outcome="failed_held",
    exit_code=3,
)
HELD = Standing(
    baseline="4f" * 32,
    baseline_since=AT,
    hold=Hold(reason="apply failed: AccessDenied", by=str(ACTOR), since=AT, run_id=RUN.id),
    lease=LeaseRecord(id="l1", ttl_s=60.0, holder=ACTOR, since=AT, record=10),
    last_run=RUN,
)
