"""A folder of fixtures/plans as values; fixtures/README.md describes the form."""

from pathlib import Path
from typing import Any

import msgspec
import yaml

PLANS = Path(__file__).parents[3] / "fixtures" / "plans"


class Call(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One call of somebody else's: a boto3 client's method."""

    service: str
    method: str
    arguments: dict[str, Any] = msgspec.field(name="with", default_factory=dict)


class Step(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One thing that happens before the plan is made.

    Attributes:
        apply: Applies the configuration in this subdirectory.
        fails: Whether that apply must fail.
        terraform: Arguments of any other command, in the configuration that was applied last.
        call: What somebody does by hand.
    """

    apply: str = ""
    fails: bool = False
    terraform: tuple[str, ...] = ()
    call: Call | None = None


class Recipe(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a plan is made.

    Attributes:
        about: One sentence.
        steps: Before the plan; by default `before/` is applied where it is there.
        plan: Further arguments of `terraform plan`.
        fails: Whether planning must fail half-way.
    """

    about: str
    steps: tuple[Step, ...] | None = None
    plan: tuple[str, ...] = ()
    fails: bool = False


class Expected(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a review must say of a plan.

    Attributes:
        changes: By address, action and reversibility, as `update, exact`; a deposed object's address ends
            with ` (deposed)`.
        risks: By address, the codes, sorted; an empty address is the plan as a whole.
        overwritten: By address, the dotted paths of drift that the apply would overwrite; `[""]` for an
            object that was deleted by hand and would be made again.
    """

    changes: dict[str, str] = {}
    risks: dict[str, list[str]] = {}
    overwritten: dict[str, list[str]] = {}


class RecordedPlan(msgspec.Struct, frozen=True, kw_only=True):
    """One folder."""

    directory: Path
    recipe: Recipe

    @property
    def name(self) -> str:
        """The folder's name."""
        return self.directory.name

    @property
    def recording(self) -> Path:
        """Where the plan's JSON is written down."""
        return self.directory / "plan.json"

    @property
    def steps(self) -> tuple[Step, ...]:
        """What happens before the plan."""
        if self.recipe.steps is not None:
            return self.recipe.steps
        return (Step(apply="before"),) if (self.directory / "before").is_dir() else ()

    @property
    def needs_aws(self) -> bool:
        """Whether the AWS provider takes part."""
        return any('resource "aws_' in each.read_text() for each in self.directory.rglob("*.tf"))

    @property
    def expected(self) -> Expected:
        """What a review must say."""
        return msgspec.convert(_yaml(self.directory / "expected.yaml"), Expected)


def plans() -> list[RecordedPlan]:
    """Return the whole corpus, sorted by name."""
    return [plan_named(each.parent.name) for each in sorted(PLANS.glob("*/recipe.yaml"))]


def plan_named(name: str) -> RecordedPlan:
    """Read one folder.

    Raises:
        msgspec.ValidationError: Its recipe does not follow the form.
    """
    directory = PLANS / name
    return RecordedPlan(directory=directory, recipe=msgspec.convert(_yaml(directory / "recipe.yaml"), Recipe))


def _yaml(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8")) or {}
