"""Changes and policies for the tests of judging."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from guardian.domain.plan import Action, PlannedChange
from guardian.domain.review.change import Change, differing
from guardian.domain.review.policy import Effect, PolicyRule
from guardian.domain.review.policy_input import policy_input
from guardian.domain.review.undo.verdict import Reversibility, Undo

NASTY = 'aws_s3_bucket.b["a\\"|`@all`<img>\u202e::error::\U0001f4a5"]'


def change(address: str = "aws_s3_bucket.b", action: Action = Action.DELETE, **rest: Any) -> Change:
    intent = PlannedChange(address=address, resource_type=address.partition(".")[0], action=action)
    provider = "registry.terraform.io/hashicorp/aws"
    return Change(intent=intent, name="b", module="", provider=provider, **rest)


def seen(one: Change) -> Mapping[str, Any]:
    """Return what a rule sees of a change."""
    return policy_input(one, reversibility=Reversibility(undo=Undo.NEW_OBJECT), changed=differing(one))


def rule(match: str, *, name: str = "mine", effect: Effect = Effect.DENY) -> PolicyRule:
    return PolicyRule(name=name, match=match, message="no", effect=effect, place="guardian.yaml:4")


def rego(directory: Path, body: str, *, name: str = "policy.rego", package: str = "guardian") -> Path:
    path = directory / name
    path.write_text(f"package {package}\nimport rego.v1\n{body}\n")
    return path
