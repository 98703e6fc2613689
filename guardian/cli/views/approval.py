"""An approval for people and for programs; names are shown, the contents of files never are."""

from dataclasses import asdict
from typing import Any

from guardian.cli.typed import Typed
from guardian.cli.views.table import SHORT_ID, moment
from guardian.cli.views.terminal import Paint, visible
from guardian.domain.fields import format_moment
from guardian.domain.review.policy import Finding
from guardian.operations.approvals import deletions_allowed
from guardian.operations.approve import Approved

SHOWN = 8


def approved_text(made: Approved, paint: Paint, typed: Typed) -> str:
    """Return what an approval binds, and what to type next."""
    approval, counts = made.approval, made.summary.counts
    state = "no state yet" if approval.serial is None else f"serial {approval.serial} of the state"
    files = f"{approval.configuration.files} files of the configuration"
    lock = ", the lock file" if approval.lock_file else ""
    lines = [
        paint.green(
            paint.bold(f"Approved plan {visible(approval.plan.sha256[:SHORT_ID])}, to be applied once.")
        ),
        f"  It would add {counts.add}, change {counts.change} and remove {counts.remove}.",
        f"  By       {visible(approval.by)}",
        f"  Until    {moment(approval.expires_at)}",
        f"  Bound to {state}, {files}{lock}",
    ]
    if approval.reason:
        lines.insert(3, f"  Reason   {visible(approval.reason)}")
    sealed = approval.sealed
    lines += [
        f"  Sealed   {visible(each.path)}  {paint.dim(visible(each.address))}" for each in sealed[:SHOWN]
    ]
    if len(sealed) > SHOWN:
        lines.append(f"           and {len(sealed) - SHOWN} more")
    lines += [
        paint.yellow(
            f"  Override {visible(each.rule)} at {visible(each.address)}, until {moment(each.expires_at)}"
        )
        for each in approval.overrides
    ]
    lines += [
        paint.yellow(f"  Loses    {visible(each.address)}, which holds data") for each in made.lost[:SHOWN]
    ]
    if len(made.lost) > SHOWN:
        lines.append(f"           and {len(made.lost) - SHOWN} more")
    if approval.allow_delete:
        lines.append(f"  Allowed  {visible(deletions_allowed(approval.allow_delete))}")
    lines += [paint.yellow(f"  Passes   {_excepted(each)}") for each in made.excepted[:SHOWN]]
    if len(made.excepted) > SHOWN:
        lines.append(f"           and {len(made.excepted) - SHOWN} more")
    if made.hold is None:
        lines.append(f"{paint.bold('Next:')} {typed.again('guardian apply')} --require-approval")
    else:
        lines.append(paint.yellow(f"  On hold  {visible(made.hold.reason)}; no apply passes"))
        lines.append(f"{paint.bold('Next:')} {typed.again('guardian status')}")
    return "\n".join(lines)


def _excepted(found: Finding) -> str:
    where = f"{visible(found.rule)} at {visible(found.address or 'the plan')}"
    given = found.override
    if given is None:
        return where
    return f"{where}, by the exception of {visible(given.by)} until {moment(given.expires_at)}"


def approved_object(made: Approved) -> dict[str, Any]:
    """Return the `approval` of a result."""
    approval = made.approval
    return {
        "number": approval.number,
        "plan_sha256": approval.plan.sha256,
        "configuration": approval.configuration.tree,
        "lock_file_sha256": approval.lock_file,
        "lineage": approval.lineage,
        "serial": approval.serial,
        "by": approval.by,
        "reason": approval.reason,
        "at": format_moment(approval.at),
        "expires_at": format_moment(approval.expires_at),
        "sealed": [
            {name: part for name, part in asdict(each).items() if name != "object"}
            for each in approval.sealed
        ],
        "overrides": [
            {"rule": each.rule, "address": each.address, "expires_at": format_moment(each.expires_at)}
            for each in approval.overrides
        ],
        "allow_delete": list(approval.allow_delete),
        "loses_data": [each.address for each in made.lost],
        "excepted": [{"rule": each.rule, "address": each.address} for each in made.excepted],
    }
