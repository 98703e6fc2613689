"""`guardian ci`: a pipeline to paste; reads no settings and touches nothing."""

from dataclasses import dataclass
from importlib.resources import files

from guardian.cli.command import application
from guardian.cli.console import Console
from guardian.cli.declare import argument
from guardian.cli.options import OutputOptions
from guardian.cli.result import Result
from guardian.domain.run import Outcome
from guardian.errors import ExitCode, UsageError


@dataclass(frozen=True, slots=True, kw_only=True)
class Pipeline:
    """A template.

    Attributes:
        template: Its name beside this package.
        path: Where it goes in a repository.
        name: What people call the system.
    """

    template: str
    path: str
    name: str


PIPELINES = {
    "github": Pipeline(template="github.yml", path=".github/workflows/guardian.yml", name="GitHub Actions"),
    "gitlab": Pipeline(template="gitlab.yml", path=".gitlab-ci.yml", name="GitLab CI/CD"),
    "azure": Pipeline(template="azure.yml", path="azure-pipelines.yml", name="Azure Pipelines"),
    "atlantis": Pipeline(template="atlantis.yaml", path="atlantis.yaml", name="Atlantis"),
}


@dataclass(frozen=True, kw_only=True)
class CiFlags(OutputOptions):
    """The options of `guardian ci`."""

    system: str | None = argument("SYSTEM", "github, gitlab, azure or atlantis; without one they are listed")


def ci(given: CiFlags, console: Console) -> Result:
    """Print a CI pipeline for one root module: review, apply with approval, and rollback."""
    if given.system is None:
        wide = max(map(len, PIPELINES))
        for system, each in PIPELINES.items():
            console.show(f"{system:{wide}}  {each.name}: guardian ci {system} >{each.path}")
            console.line({"type": "pipeline", "system": system, "path": each.path})
        return _result()
    found = PIPELINES.get(given.system)
    if found is None:
        raise UsageError(
            f"there is no pipeline for {given.system!r}: {', '.join(PIPELINES)}",
            hint="guardian ci    # lists them",
        )
    text = template(found)
    console.show(text.removesuffix("\n"))
    console.line({"type": "pipeline", "system": given.system, "path": found.path, "text": text})
    return _result()


def template(pipeline: Pipeline) -> str:
    """Return a pipeline's text."""
    return files("guardian.cli").joinpath("pipelines", pipeline.template).read_text("utf-8")


def _result() -> Result:
    return Result(command="ci", outcome=Outcome.OK, exit_code=ExitCode.OK)


app = application("ci", CiFlags, ci)
