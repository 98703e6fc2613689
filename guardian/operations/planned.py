"""What a run planned for each instance, by the plan that its snapshot holds; the values are secret."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from guardian.domain.address import resource_of
from guardian.domain.snapshot import Snapshot
from guardian.operations.scene import PLAN_FILE, lay_out
from guardian.operations.session import Session
from guardian.repository.objects import ObjectKind

SCENE = "planned"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedInstance:
    """One instance as it was planned.

    Attributes:
        arguments: Planned values by attribute; what is only known after the apply is left out.
        region: Of its provider where the configuration says it in so many words; empty where it is the
            environment's; None where the provider works with a region, credentials or endpoints that cannot
            be told from the plan: looking with others would find nothing, and prove nothing.
    """

    arguments: Mapping[str, Any]
    region: str | None


def plan_json(session: Session, snapshot: Snapshot) -> Mapping[str, Any]:
    """Return `show -json` of a snapshot's plan; it is made anew for a run that was cut short.

    Raises:
        EngineError: It cannot be made.
    """
    if snapshot.plan is None:
        return {}
    project, context = session.project, session.context
    if snapshot.plan.json_object is not None:
        shown = project.get(ObjectKind.PLAN_JSON, snapshot.plan.json_object)
    else:
        scene = lay_out(context, project, session.place, snapshot, name=SCENE)
        path = session.run_dir / f"{SCENE}-again-{PLAN_FILE}"
        context.workplace.write(path, project.get(ObjectKind.PLAN, snapshot.plan.object))
        shown = context.engine.show_plan_json(scene.where, path)
    document: dict[str, Any] = json.loads(shown)
    return document


def planned_instances(document: Mapping[str, Any]) -> dict[str, PlannedInstance]:
    """Read the planned values of each instance from a plan's `show -json`."""
    regions = dict(_regions(document))
    return {
        each["address"]: PlannedInstance(
            arguments=_known(each["change"]),
            region=regions.get(resource_of(each["address"])),
        )
        for each in document.get("resource_changes") or ()
        if each.get("mode") == "managed" and not each.get("deposed")
    }


def _known(change: Mapping[str, Any]) -> dict[str, Any]:
    after, unknown = change.get("after") or {}, change.get("after_unknown") or {}
    return {name: value for name, value in after.items() if unknown.get(name) is not True}


_OWN = frozenset({"assume_role", "assume_role_with_web_identity", "profile", "access_key", "endpoints"})
"""Arguments of the AWS provider that make it work as another, or elsewhere, than the environment says."""


def _regions(document: Mapping[str, Any]) -> Iterator[tuple[str, str | None]]:
    configuration = document.get("configuration") or {}
    providers = configuration.get("provider_config") or {}
    variables = document.get("variables") or {}
    for address, key in _providers_of(configuration.get("root_module") or {}, ""):
        yield address, _region((providers.get(key) or {}).get("expressions") or {}, variables)


def _region(expressions: Mapping[str, Any], variables: Mapping[str, Any]) -> str | None:
    if _OWN & expressions.keys():
        return None
    region = expressions.get("region")
    if region is None:
        return ""
    value = region.get("constant_value")
    references = region.get("references") or []
    if value is None and len(references) == 1 and references[0].startswith("var."):
        value = (variables.get(references[0].removeprefix("var.")) or {}).get("value")
    return value if isinstance(value, str) else None


def _providers_of(module: Mapping[str, Any], prefix: str) -> Iterator[tuple[str, str]]:
    for each in module.get("resources") or ():
        yield f"{prefix}{each['address']}", each.get("provider_config_key", "")
    for name, call in (module.get("module_calls") or {}).items():
        yield from _providers_of(call.get("module") or {}, f"{prefix}module.{name}.")
