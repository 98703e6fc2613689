"""Reviews for the views: one as a pull request of a shop has it, and one in which every name is hostile."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from guardian.domain.configuration import Place
from guardian.domain.difference import PathChange
from guardian.domain.plan import Action, PlannedChange, PlanSummary
from guardian.domain.recovery import Move
from guardian.domain.redaction import MASK
from guardian.domain.review.blast import Blast
from guardian.domain.review.policy import Effect, Finding, Override
from guardian.domain.review.rehearsal import Rehearsal
from guardian.domain.review.review import Overwritten, PlanIdentity, Review, ReviewedChange
from guardian.domain.review.risks.risk import Risk, Severity
from guardian.domain.review.undo.verdict import Reason, Reversibility, Undo
from guardian.domain.review.values import UNKNOWN

EVIL = (
    "@everyone ![x](http://evil.example) <img src=x onerror=y> --> ::error::x ##[error]x ##vso[task.complete]"
    " `` | \\| ]( \n\n# a\n/merge\n::stop-commands::x\r\n</details>\n```\n\u202e\x1b[2J\x00\ufffe %0A,:"
    " https://evil.example www.evil.example a@evil.example #1 !1 $1 &lt; *b* _c_ ~~d~~ {0} \udc80"
)
RDS = "module.db.aws_db_instance.main"
IDENTITY = PlanIdentity(
    digest="5f2c8d3ae1b74c60" * 4,
    terraform_version="1.11.4",
    lineage="0b9a4a0e-8a9f-4a44-b0d6-52b4a0a3a3de",
    serial=42,
    commit="9c1e4a7f03d2b85e6a91c0d4f7b2e8a35d60c1f9",
    made_at="2026-03-01T03:04:05Z",
)


def intent(address: str, action: Action, **more: Any) -> PlannedChange:
    return PlannedChange(
        address=address, resource_type=address.partition("[")[0].split(".")[-2], action=action, **more
    )


def verdict(undo: Undo, *words: str, source: str = "", attribute: str = "") -> Reversibility:
    reasons = tuple(Reason(words=each, source=source, attribute=attribute) for each in words)
    return Reversibility(undo=undo, reasons=reasons)


CHANGES = (
    ReviewedChange(
        intent=intent("aws_cloudwatch_log_group.web", Action.CREATE),
        reversibility=verdict(Undo.EXACT),
        place=Place(file="stacks/shop/logs.tf", line=1),
    ),
    ReviewedChange(
        intent=intent("aws_security_group.web", Action.UPDATE),
        reversibility=verdict(Undo.EXACT),
        paths=(("ingress", 0, "cidr_blocks", 0),),
        dependents=3,
        place=Place(file="stacks/shop/network.tf", line=12),
        values=(PathChange(path=("ingress", 0, "cidr_blocks", 0), before="10.0.0.0/8", after="0.0.0.0/0"),),
    ),
    ReviewedChange(
        intent=intent(RDS, Action.REPLACE, reason="replace_because_cannot_update"),
        reversibility=verdict(
            Undo.NEW_OBJECT,
            "the instance comes back empty, with another resource id and without its automated backups",
            source="https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_DeleteInstance.html",
        ),
        paths=(("endpoint",), ("identifier",), ("password",)),
        forces=(("identifier",),),
        dependents=2,
        place=Place(file="stacks/shop/db/main.tf", line=7),
        values=(
            PathChange(
                path=("endpoint",), before="shop.c9akciq32rgz.eu-west-1.rds.amazonaws.com:5432", after=UNKNOWN
            ),
            PathChange(path=("identifier",), before="shop", after="shop-production"),
            PathChange(path=("password",), before=MASK, after=MASK),
        ),
    ),
    ReviewedChange(
        intent=intent("aws_ebs_volume.index", Action.UPDATE),
        reversibility=verdict(
            Undo.IMPOSSIBLE,
            "a volume grows and never shrinks",
            source="https://docs.aws.amazon.com/ebs/latest/userguide/ebs-modify-volume.html",
            attribute="size",
        ),
        paths=(("size",),),
        dependents=1,
        place=Place(file="stacks/shop/search.tf", line=3),
    ),
    ReviewedChange(
        intent=intent("aws_ssm_parameter.release", Action.UPDATE),
        reversibility=verdict(Undo.EXACT),
        paths=(("value",),),
        place=Place(file="stacks/shop/release.tf", line=1),
    ),
    ReviewedChange(
        intent=intent("aws_sqs_queue.old", Action.DELETE, reason="delete_because_no_resource_config"),
        reversibility=verdict(Undo.NEW_OBJECT, "its messages are gone", "its name is free after 60 seconds"),
    ),
    ReviewedChange(
        intent=intent("aws_lb.web", Action.DELETE, deposed="a1b2c3d4"),
        reversibility=verdict(Undo.NEW_OBJECT, "another load balancer has another DNS name"),
    ),
    ReviewedChange(
        intent=intent('aws_route53_record.alias["www"]', Action.CREATE), reversibility=verdict(Undo.EXACT)
    ),
    ReviewedChange(
        intent=intent("aws_sns_topic.orders[0]", Action.MOVE, previous_address="aws_sns_topic.orders"),
        reversibility=verdict(Undo.EXACT),
    ),
    ReviewedChange(
        intent=intent("custom_widget.a", Action.UPDATE),
        reversibility=verdict(Undo.UNKNOWN, "no rule is known for custom_widget"),
        paths=tuple((f"setting_{letter}",) for letter in "abcdefghij"),
    ),
    ReviewedChange(intent=intent("aws_s3_bucket.kept", Action.FORGET), reversibility=verdict(Undo.EXACT)),
    ReviewedChange(intent=intent("aws_iam_role.found", Action.IMPORT), reversibility=verdict(Undo.EXACT)),
)
RISKS = (
    Risk(
        code="data-without-backup",
        severity=Severity.RED,
        address=RDS,
        words="it is replaced, skip_final_snapshot is set, and its last backup is 31 hours old",
        mend="make a backup, and review again",
        source="https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_DeleteInstance.html",
    ),
    Risk(
        code="replaced-under-dependents",
        severity=Severity.RED,
        address=RDS,
        words="it is destroyed before the new one is made, and 2 resources depend on it",
    ),
    Risk(
        code="opened-to-the-world",
        severity=Severity.RED,
        address="aws_security_group.web",
        words="ingress lets 0.0.0.0/0 in on port 443, which it did not",
        source="https://docs.aws.amazon.com/vpc/latest/userguide/vpc-security-groups.html",
    ),
    Risk(
        code="hot-fix-changed",
        severity=Severity.RED,
        address="aws_ssm_parameter.release",
        words="somebody changed it by hand since the baseline, and this plan changes it again",
        mend="guardian drift shows what was changed",
    ),
    Risk(
        code="unpinned-module",
        severity=Severity.AMBER,
        address="module.db",
        words="no version pins it: the next init may take another one",
        mend='version = "6.1.1"',
        source="https://developer.hashicorp.com/terraform/language/modules/syntax#version",
    ),
    Risk(
        code="logging-off",
        severity=Severity.AMBER,
        address="aws_cloudwatch_log_group.web",
        words="retention_in_days is 1",
    ),
)
POLICY = (
    Finding(
        rule="no-friday-deletes",
        effect=Effect.DENY,
        address="aws_sqs_queue.old",
        message="Queues are deleted by the platform team: ask in #platform",
        override=Override(
            rule="no-friday-deletes",
            address="aws_sqs_*",
            reason="INC-42, the queue is empty",
            by="ann",
            expires_at=datetime(2026, 3, 2, 12, tzinfo=UTC),
        ),
    ),
    Finding(rule="tags", effect=Effect.WARN, address="custom_widget.a", message="tag the owner"),
    Finding(
        rule="no-public-ingress",
        effect=Effect.DENY,
        address="aws_security_group.web",
        message="Only the load balancer may be reached from everywhere",
    ),
)
BLAST = Blast(
    direct={
        "aws_security_group.web": ("aws_instance.web",),
        RDS: ("aws_ssm_parameter.dsn",),
        "aws_ebs_volume.index": ("aws_volume_attachment.index",),
    },
    transitive={
        "aws_security_group.web": ("aws_eip.web", "aws_instance.web", "aws_lb_target_group_attachment.web"),
        RDS: ("aws_instance.web", "aws_ssm_parameter.dsn"),
        "aws_ebs_volume.index": ("aws_volume_attachment.index",),
    },
    number={"aws_security_group.web": 3, RDS: 2, "aws_ebs_volume.index": 1},
    edges=(
        ("aws_eip.web", "aws_instance.web"),
        ("aws_instance.web", "aws_security_group.web"),
        ("aws_instance.web", "aws_ssm_parameter.dsn"),
        ("aws_lb_target_group_attachment.web", "aws_instance.web"),
        ("aws_ssm_parameter.dsn", RDS),
        ("aws_volume_attachment.index", "aws_ebs_volume.index"),
    ),
)
REHEARSAL = Rehearsal(
    base="9c1e4a7f03d2b85e6a91c0d4f7b2e8a35d60c1f9",
    plan=PlanSummary(
        changes=(
            intent("aws_cloudwatch_log_group.web", Action.DELETE),
            intent(RDS, Action.REPLACE),
            intent("aws_security_group.web", Action.UPDATE),
        )
    ),
    destroys=(intent(RDS, Action.REPLACE),),
    protected=("aws_ebs_volume.index",),
    moves=(Move(source="aws_sqs_queue.orders", home="aws_sqs_queue.queue"),),
    wants=(f"--allow-replace={RDS}",),
    notes=("data sources were read now; at a rollback they are read again",),
)
REVIEW = Review(
    project="shop",
    root="stacks/shop",
    workspace="production",
    plan=IDENTITY,
    changes=CHANGES,
    outputs={"endpoint": "update"},
    drifted=1,
    risks=RISKS,
    overwritten=(
        Overwritten(
            address="aws_ssm_parameter.release",
            paths=(("value",),),
            values=(PathChange(path=("value",), before="1.4.2", after="1.4.3-hotfix"),),
        ),
    ),
    policy=POLICY,
    blast=BLAST,
    rehearsal=REHEARSAL,
    notes=(
        "Nobody was asked for the backups of module.db.aws_db_instance.main: no rights to list snapshots",
    ),
)
BARE = replace(
    REVIEW,
    changes=tuple(replace(each, values=()) for each in CHANGES),
    overwritten=tuple(replace(each, values=()) for each in REVIEW.overwritten),
)
QUIET = Review(
    project="shop",
    root=".",
    workspace="default",
    plan=PlanIdentity(digest="ab" * 32, terraform_version="1.11.4"),
    changes=(CHANGES[0],),
)
EMPTY = replace(QUIET, changes=())


def hostile(text: str = EVIL) -> Review:
    """Return a review with `text` wherever somebody else names or writes something."""
    address = f'aws_x.y["{text}"]'
    finding = Finding(rule=text, effect=Effect.DENY, address=address, message=text)
    override = Override(
        rule=text, address=text, reason=text, by=text, expires_at=datetime(2026, 3, 2, tzinfo=UTC)
    )
    values = (PathChange(path=(text, 0), before=text, after={text: [text]}),)
    reversibility = Reversibility(
        undo=Undo.IMPOSSIBLE, reasons=(Reason(words=text, source=text, attribute=text),)
    )
    change = ReviewedChange(
        intent=PlannedChange(
            address=address,
            resource_type=text,
            action=Action.REPLACE,
            reason=text,
            previous_address=text,
            deposed=text,
        ),
        reversibility=reversibility,
        paths=((text, 0, text),),
        forces=((text,),),
        values=values,
        dependents=1,
        place=Place(file=f"{text}.tf", line=3),
    )
    risks = tuple(
        Risk(code=text, severity=severity, address=where, words=text, mend=text, source=text)
        for severity in Severity
        for where in (address, "")
    )
    return Review(
        project=text,
        root=text,
        workspace=text,
        plan=PlanIdentity(
            digest=text, terraform_version=text, lineage=text, serial=1, commit=text, made_at=text
        ),
        changes=(
            change,
            replace(change, intent=replace(change.intent, address=f"aws_z.{text}", deposed="")),
            replace(
                change,
                intent=replace(change.intent, address=f"aws_q.{text}"),
                reversibility=replace(reversibility, undo=Undo.UNKNOWN),
            ),
        ),
        outputs={text: text},
        risks=risks,
        overwritten=(Overwritten(address=text, paths=((text,),), accepted=True, values=values),),
        policy=(finding, replace(finding, address=""), replace(finding, override=override)),
        blast=Blast(
            direct={address: (text,)},
            transitive={address: (text,)},
            number={address: 2},
            edges=((text, address),),
        ),
        rehearsal=Rehearsal(
            base=text,
            plan=PlanSummary(changes=(change.intent,)),
            destroys=(change.intent,),
            protected=(text,),
            missing_providers=(text,),
            moves=(Move(source=text, home=text),),
            wants=(text,),
            errors=(text,),
            notes=(text,),
        ),
        notes=(text,),
    )
