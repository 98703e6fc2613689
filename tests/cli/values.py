"""Values for the views, with everything in them that is awkward to show."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from guardian.domain.actor import Actor
from guardian.domain.configuration import GitPosition, LeftOut
from guardian.domain.difference import Difference, Kind, PathChange
from guardian.domain.engine import Diagnostic
from guardian.domain.incident import Incident, StateRecord
from guardian.domain.observation import Looked, Verdict
from guardian.domain.oneway import CannotUndo
from guardian.domain.plan import Action, PlannedChange, PlanSummary
from guardian.domain.receipt import Adopted, HotFix, LiveProof, NewObject, Receipt, Replanned
from guardian.domain.record import KeepOriginal, Untaint
from guardian.domain.recovery import Move, RecoveryPlan, Strategy
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
from guardian.domain.standing import Hold, IncidentRef, LeaseRecord, RunRef, Standing
from guardian.domain.steps import DestroyTargets, Import, Reapply, RestoreRecord, Retry, ReviseRecord, Step

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

# Every field, with names that try to be Markdown, HTML, a mention, a link, and the end of a code span.
EVIL = "`` ](https://evil.example) <img src=x> @ann #1 | *b*"
LOOKED = (
    Looked(
        address="aws_s3_bucket.logs",
        verdict=Verdict.EXISTS,
        object_id="app-logs",
        certain=True,
        words="found by its name, made 2026-03-01T03:04:05Z",
    ),
    Looked(
        address=NASTY,
        verdict=Verdict.EXISTS,
        object_id="vpc-1",
        words="2 objects fit its CIDR block and tags",
    ),
    Looked(address="aws_lb.gone", verdict=Verdict.ABSENT, words="asked live, there is none"),
    Looked(address="x_thing.it", verdict=Verdict.UNKNOWN, object_id="id-1", words="no reader for x_thing"),
)

FULL = Receipt(
    snapshot_id="4f" * 32,
    strategy="reapply",
    proven=False,
    replan_exit_code=2,
    replan=Replanned(add=0, change=1, remove=0),
    remaining=(),
    outside=("aws_sns_topic.theirs",),
    not_planned="data.aws_ssm_parameter.gone: ParameterNotFound\nat main.tf:3",
    new_objects=(
        NewObject(address="aws_dynamodb_table.t", old_id="t", new_id="t", data_gone=True),
        NewObject(address=f'aws_vpc.v["{EVIL}"]', old_id="vpc-1", new_id="vpc-2"),
    ),
    differing={"aws_vpc.main": ("arn", "tags.`x`")},
    unaccounted=(NASTY,),
    looked=LOOKED,
    cannot_undo=(
        CannotUndo(
            address="aws_ebs_volume.data",
            attribute="size",
            why="a volume cannot shrink",
            mend="make a new volume of the old size and copy the data",
            source="https://docs.aws.amazon.com/ebs/latest/userguide/requesting-ebs-volume-modifications.html",
            pinned=True,
        ),
        CannotUndo(
            address=f'aws_kms_key.k["{EVIL}"]',
            attribute="",
            why="it waits to be deleted",
            mend="aws kms cancel-key-deletion --key-id 'a`b'",
            source="",
            pinned=False,
        ),
    ),
    adopted=(Adopted(address="aws_s3_bucket.found", object_id="found"),),
    revised=("aws_db_instance.main is no longer marked as tainted",),
    hot_fixes=(
        HotFix(address="aws_ssm_parameter.release", paths=("value",), choice="keep"),
        HotFix(address="aws_ssm_parameter.other", paths=("tags", "value"), choice="revert"),
    ),
    left=("aws_lb.half",),
    not_run=("terraform_data.hook",),
    outputs=("url",),
    outputs_changed=("url", "<b>"),
    to_nothing=False,
    duration_s=83.4,
    since_failure_s=845.0,
)


SEEN_LIVE = replace(
    PROVEN,
    differing={"aws_x.both": ("id",), "aws_x.more": ("id",), "aws_x.recorded": ("version",)},
    live=LiveProof(
        read=9,
        differing={"aws_x.both": ("id",), "aws_x.more": ("id", "size"), NASTY: ("size",)},
        unreadable={"aws_x.secret": "AccessDenied"},
    ),
)


def receipt(**more: Any) -> Receipt:
    """Return a proven receipt with nothing in it but what is given."""
    return replace(PROVEN, new_objects=(), differing={}, **more)


def recovery(*steps: Step, **more: Any) -> RecoveryPlan:
    why = "the baseline's configuration on the current state, limited to what was touched"
    given = {"strategy": Strategy.REAPPLY, "why": why, "touched": ("aws_vpc.main",), **more}
    return RecoveryPlan(steps=steps, **given)


_MANY = tuple(f"aws_ssm_parameter.p[{index}]" for index in range(7))
REAPPLY = recovery(
    Reapply(
        snapshot_id="4f" * 32,
        reason="the baseline's configuration on the current state, limited to what was touched",
        addresses=("aws_vpc.main", NASTY, "aws_lb.web"),
    )
)
EVERYTHING = recovery(
    RestoreRecord(origin="4f" * 32, serial=9, reason="the record of the state is empty", addresses=_MANY),
    Import(snapshot_id="aa" * 32, objects=(("aws_s3_bucket.found", "found"),), reason="no state knows it"),
    ReviseRecord(
        revisions=(Untaint(address="aws_lb.half"), KeepOriginal(address="aws_vpc.main", deposed="a1b2c3d4")),
        reason="the record says what is not so",
    ),
    Reapply(
        snapshot_id="4f" * 32,
        reason="the rest",
        addresses=("aws_vpc.main", NASTY),
        first=("aws_vpc.main",),
    ),
    created=("aws_sqs_queue.new",),
    moves=(Move(source="aws_lb.new", home="aws_lb.old"),),
    cannot_undo=FULL.cannot_undo,
    unaccounted=(NASTY,),
    looked=LOOKED,
    left=("aws_lb.half",),
    not_run=("terraform_data.hook",),
)
DESTROY = recovery(
    DestroyTargets(
        snapshot_id="aa" * 32,
        addresses=("aws_route.b", "aws_route.a", *_MANY),
        reason="only what the run created goes; what it changed stays as it is",
    ),
    strategy=Strategy.DESTROY_CREATED,
    why="only what the run created goes; what it changed stays as it is",
)
RETRY = recovery(
    Retry(snapshot_id="aa" * 32, block="throttled", addresses=_MANY, reason="its cause is transient"),
    strategy=Strategy.RETRY,
    why="its cause is transient by the retry block 'throttled'",
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
    open_incident=IncidentRef(run_id=RUN.id, record=12),
)
HELD_BY_A_PERSON = Standing(
    baseline="4f" * 32,
    baseline_since=AT,
    hold=Hold(reason="database migration", by=str(ACTOR), since=AT),
    last_run=replace(RUN, outcome="applied", exit_code=0),
)
