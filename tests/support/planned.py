"""Changes of a plan, in the few words that a test of risks needs."""

import json
from datetime import UTC, datetime
from typing import Any

from guardian.domain.plan import Action, PlannedChange
from guardian.domain.redaction import Path
from guardian.domain.review.change import Change
from guardian.domain.review.review import ReviewedChange
from guardian.domain.review.risks.facts import RiskFacts
from guardian.domain.review.risks.find import risks_of_change
from guardian.domain.review.undo.verdict import Reversibility, Undo

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
FACTS = RiskFacts(now=NOW)
Values = dict[str, Any]


def change(
    resource_type: str,
    before: Values | None,
    after: Values | None,
    *,
    address: str = "",
    action: Action | None = None,
    unknown: Any = False,
    sensitive: Any = False,
    create_before_destroy: bool = False,
    replace_paths: tuple[Path, ...] = (),
) -> Change:
    """Return a change; what it does follows from the values that there are, unless it is said."""
    made = {(True, False): Action.CREATE, (False, True): Action.DELETE}
    found = action or made.get((before is None, after is None), Action.UPDATE)
    return Change(
        intent=PlannedChange(
            address=address or f"{resource_type}.it", resource_type=resource_type, action=found
        ),
        name="it",
        module="",
        provider="registry.terraform.io/hashicorp/aws",
        before=before or {},
        after=after or {},
        unknown=unknown,
        sensitive_before=sensitive,
        sensitive_after=sensitive,
        create_before_destroy=create_before_destroy,
        replace_paths=replace_paths,
    )


def reviewed(address: str, action: Action, *, deposed: str = "") -> ReviewedChange:
    """Return a change as the whole plan is judged by it."""
    kind = next(part for part in address.split(".") if part.startswith(("aws_", "terraform_")))
    intent = PlannedChange(address=address, resource_type=kind, action=action, deposed=deposed)
    return ReviewedChange(intent=intent, reversibility=Reversibility(undo=Undo.UNKNOWN))


def found(one: Change, facts: RiskFacts = FACTS) -> list[tuple[str, str]]:
    """Return severity and code of each risk of a change."""
    return [(str(each.severity), each.code) for each in risks_of_change(one, facts)]


def words(one: Change, facts: RiskFacts = FACTS) -> str:
    """Return what is said of a change, a risk a line."""
    return "\n".join(each.words for each in risks_of_change(one, facts))


def policy(*statements: Values) -> str:
    """Return a policy of IAM."""
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def allow(action: Any, resource: Any = "*", **more: Any) -> Values:
    """Return a statement that allows."""
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}
