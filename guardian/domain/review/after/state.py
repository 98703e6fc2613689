"""The state as it would be after an apply, made from the plan alone; secret like every state.

Values that no plan knows have a stand-in, or are null.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

from guardian.domain.address import instance_address
from guardian.domain.plan import Action
from guardian.domain.review.after.declared import Declared, declared, provider_of
from guardian.domain.review.after.values import STAND_IN, filled, marks, type_of
from guardian.domain.review.change import EMPTY, Change, is_marked
from guardian.domain.review.document import PlanDocument
from guardian.errors import PlanFormatError

NO_LINEAGE = "00000000-0000-0000-0000-000000000000"
_Raw = dict[str, msgspec.Raw]
_object = msgspec.json.Decoder(_Raw)
_objects = msgspec.json.Decoder(list[_Raw])
_text = msgspec.json.Decoder(str)
_key = msgspec.json.Decoder(str | int | None)
_NULL = msgspec.Raw(b"null")
_NEVER_WRITTEN = b'{"version": 4}'
_BUILT_IN = 'provider["terraform.io/builtin/'

# Attributes whose type the provider leaves open: a state records it beside the value.
_DYNAMIC = {
    "terraform_data": frozenset({"input", "output", "triggers_replace"}),
    "kubernetes_manifest": frozenset({"manifest", "object"}),
}
_GONE = frozenset({Action.DELETE, Action.FORGET})
_IN_PLACE = frozenset({Action.UPDATE, Action.MOVE, Action.IMPORT})


@dataclass(frozen=True, slots=True, kw_only=True)
class AfterState:
    """A state that does not exist yet.

    Attributes:
        body: In Terraform's raw format 4.
        addresses: Of the managed instances.
        new_providers: Providers, as states spell them, that the state did not know before.
        by_new_providers: Addresses of the instances that they manage.
        made: Addresses whose object is only made by the apply.
        unknown: Addresses with stand-ins for values that are known only after the apply.
        moved: Old and new address of what a `moved` block takes.
        forgotten: Addresses of what leaves the state and stays where it is.
        reads: Whether data sources are recorded.
        touched: Addresses of all changes, with those that they were moved from.
    """

    body: bytes
    addresses: tuple[str, ...]
    new_providers: tuple[str, ...] = ()
    by_new_providers: frozenset[str] = frozenset()
    made: frozenset[str] = frozenset()
    unknown: frozenset[str] = frozenset()
    moved: tuple[tuple[str, str], ...] = ()
    forgotten: tuple[str, ...] = ()
    reads: bool = False
    touched: frozenset[str] = frozenset()


@dataclass(slots=True, kw_only=True)
class _Resource:
    parts: _Raw
    instances: list[_Raw] = field(default_factory=list)

    def of(self, name: str) -> str:
        return _text.decode(self.parts[name]) if name in self.parts else ""

    def address_of(self, instance: _Raw) -> str:
        return instance_address(
            module=self.of("module"),
            mode=self.of("mode"),
            resource_type=self.of("type"),
            name=self.of("name"),
            key=_key.decode(instance.get("index_key", _NULL)),
        )


def after_state(recorded: bytes, document: PlanDocument) -> AfterState:
    """Return the state that applying a plan would leave, one serial later.

    Args:
        recorded: The refreshed state out of the plan file, format 4.
        document: The plan.

    Raises:
        PlanFormatError: A change is not of a plan's form, or the state is none.
    """
    try:
        building = _Building(recorded if recorded.strip() else _NEVER_WRITTEN, document)
        for change in document.changes():
            building.take(change)
        return building.state()
    except (msgspec.MsgspecError, KeyError) as error:
        raise PlanFormatError(
            f"the state in the plan file cannot be read: {error}",
            hint="guardian plan -out=FILE    # plan again",
        ) from error


class _Building:
    """Takes one change after the other; what none speaks of stays as it was recorded, byte for byte."""

    def __init__(self, recorded: bytes, document: PlanDocument) -> None:
        self._top = _object.decode(recorded)
        self._planned = document.planned_values()
        self._declared: Mapping[str, Declared] = declared(document.configuration())
        self._resources: dict[tuple[str, str, str], _Resource] = {}
        self._others: list[_Raw] = []
        self._placed: dict[tuple[str, str], tuple[_Resource, _Raw]] = {}
        self._versions: dict[str, msgspec.Raw] = {}
        self._made: set[str] = set()
        self._unknown: set[str] = set()
        self._moves: list[tuple[str, str]] = []
        self._forgotten: list[str] = []
        self._touched: set[str] = set()
        for parts in _objects.decode(self._top.get("resources", msgspec.Raw(b"[]"))):
            self._read(parts)
        self._known_providers = self._providers()

    def _read(self, parts: _Raw) -> None:
        resource = _Resource(parts=parts)
        if resource.of("mode") != "managed":
            self._others.append(parts)
            return
        resource.instances = _objects.decode(parts["instances"])
        self._resources[(resource.of("module"), resource.of("type"), resource.of("name"))] = resource
        for each in resource.instances:
            deposed = _text.decode(each["deposed"]) if "deposed" in each else ""
            self._placed[(resource.address_of(each), deposed)] = (resource, each)
            self._versions.setdefault(resource.of("type"), each["schema_version"])

    def take(self, change: Change) -> None:
        """Take one change as done."""
        here = (change.address, change.intent.deposed)
        self._touched.update(filter(None, (change.address, change.intent.previous_address)))
        if change.action in _GONE:
            self._remove(here)
            if change.action is Action.FORGET:
                self._forgotten.append(change.address)
            return
        if change.intent.previous_address:
            self._moves.append((change.intent.previous_address, change.address))
        present = self._placed.get(here)
        if present is None and change.intent.previous_address:
            present = self._moved(change)
        if change.makes:
            self._made.add(change.address)
        # A creation beside an object that is only forgotten makes a new one, too.
        old = present[1] if present is not None else {}
        made = self._instance(change, old)
        if present is not None:
            old.clear()
            old.update(made)
            return
        resource = self._resource(change)
        resource.instances.append(made)
        self._placed[here] = (resource, made)

    def _remove(self, here: tuple[str, str]) -> None:
        found = self._placed.pop(here, None)
        if found is not None:
            resource, instance = found
            resource.instances[:] = [each for each in resource.instances if each is not instance]

    def _moved(self, change: Change) -> tuple[_Resource, _Raw] | None:
        """Take an instance to its new address; the plan's own state mostly has it there already."""
        before = (change.intent.previous_address, "")
        found = self._placed.get(before)
        if found is None:
            return None
        self._remove(before)
        old, instance = found
        resource = self._resource(change, provider=old.parts["provider"])
        instance.pop("index_key", None)
        if change.key is not None:
            instance["index_key"] = _raw(change.key)
        resource.instances.append(instance)
        self._placed[(change.address, "")] = (resource, instance)
        return resource, instance

    def _resource(self, change: Change, *, provider: msgspec.Raw | None = None) -> _Resource:
        key = (change.module, change.resource_type, change.name)
        if key not in self._resources:
            parts = {"module": _raw(change.module)} if change.module else {}
            named = provider_of(change.provider, self._declared.get(change.resource))
            parts |= {
                "mode": _raw("managed"),
                "type": _raw(change.resource_type),
                "name": _raw(change.name),
                "provider": provider if provider is not None else _raw(named),
            }
            self._resources[key] = _Resource(parts=parts)
        return self._resources[key]

    def _instance(self, change: Change, old: _Raw) -> _Raw:
        recorded = _object.decode(old["attributes"]) if "attributes" in old else {}
        made = dict(old)
        if change.key is not None:
            made["index_key"] = _raw(change.key)
        made.setdefault("schema_version", self._schema_version(change))
        if change.makes:  # what the provider keeps about the old object is not true of the new one
            for name in ("status", "private", "identity"):
                made.pop(name, None)
        made["attributes"] = _raw(self._attributes(change, recorded))
        recorded_marks = msgspec.json.decode(old.get("sensitive_attributes", _NULL)) or []
        made["sensitive_attributes"] = _raw(marks(change, recorded_marks))
        return made

    def _attributes(self, change: Change, recorded: _Raw) -> _Raw:
        unknown = change.unknown if isinstance(change.unknown, Mapping) else EMPTY
        arguments = self._arguments(change)
        attributes = dict(recorded)
        for name, planned in change.after.items():
            tree = unknown.get(name, False)
            if name in recorded and planned == change.before.get(name) and not is_marked(tree, ()):
                continue  # its recorded spelling says more than the plan's
            value = self._filled(change, name, tree)
            attributes[name] = _spelled(change, name, value, recorded.get(name))
        for name, tree in unknown.items():
            if name in change.after or not is_marked(tree, ()):
                continue
            # What the provider computes mostly stays when an object is changed in place.
            if name in recorded and change.action in _IN_PLACE and name not in arguments:
                continue
            value = self._filled(change, name, tree)
            attributes[name] = _spelled(change, name, value, recorded.get(name))
        return attributes

    def _filled(self, change: Change, name: str, unknown: Any) -> Any:
        if is_marked(unknown, ()):
            self._unknown.add(change.address)
        return filled(name, change.after.get(name), unknown, change.before.get(name))

    def _arguments(self, change: Change) -> frozenset[str]:
        found = self._declared.get(change.resource)
        return found.arguments if found is not None else frozenset(change.before)

    def _schema_version(self, change: Change) -> msgspec.Raw:
        if change.resource_type not in self._versions:
            found = _version_in(self._planned.get("root_module") or {}, change.resource_type)
            self._versions[change.resource_type] = _raw(found)
        return self._versions[change.resource_type]

    def _providers(self) -> set[str]:
        used = {each.of("provider") for each in self._resources.values() if each.instances}
        return {each for each in used if not each.startswith(_BUILT_IN)}

    def state(self) -> AfterState:
        """Return what came of it."""
        resources = [each for each in self._resources.values() if each.instances]
        for each in resources:
            each.parts["instances"] = _raw(each.instances)
        serial = msgspec.json.decode(self._top.get("serial", msgspec.Raw(b"0")), type=int)
        lineage = _text.decode(self._top.get("lineage", msgspec.Raw(b'""'))) or NO_LINEAGE
        top = {
            **self._top,
            "serial": _raw(serial + 1),
            "lineage": _raw(lineage),
            "outputs": _raw(_outputs(self._planned)),
            "resources": _raw([*self._others, *(each.parts for each in resources)]),
            "check_results": _NULL,
        }
        new = self._providers() - self._known_providers
        return AfterState(
            body=msgspec.json.encode(top),
            addresses=tuple(address for address, deposed in self._placed if not deposed),
            new_providers=tuple(sorted(new)),
            by_new_providers=frozenset(
                address
                for (address, _), (resource, _) in self._placed.items()
                if resource.of("provider") in new
            )
            if new
            else frozenset(),
            made=frozenset(self._made),
            unknown=frozenset(self._unknown),
            moved=tuple(self._moves),
            forgotten=tuple(self._forgotten),
            reads=bool(self._others),
            touched=frozenset(self._touched),
        )


def _raw(value: Any) -> msgspec.Raw:
    return msgspec.Raw(msgspec.json.encode(value))


def _spelled(change: Change, name: str, value: Any, recorded: msgspec.Raw | None) -> msgspec.Raw:
    """Spell a value as a state does, with its type where the provider leaves that open."""
    was = msgspec.json.decode(recorded) if recorded is not None else None
    is_open = isinstance(was, dict) and was.keys() == {"value", "type"} and was != change.before.get(name)
    if value is not None and (is_open or name in _DYNAMIC.get(change.resource_type, ())):
        return _raw({"value": value, "type": type_of(value)})
    return _raw(value)


def _version_in(module: Mapping[str, Any], resource_type: str) -> int:
    for each in module.get("resources") or ():
        if each.get("type") == resource_type and each.get("mode") == "managed":
            version: int = each.get("schema_version", 0)
            return version
    return next(
        (found for each in module.get("child_modules") or () if (found := _version_in(each, resource_type))),
        0,
    )


def _outputs(planned: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: {
            "value": each.get("value", STAND_IN),
            "type": each["type"] if "value" in each else "string",
            **({"sensitive": True} if each.get("sensitive") else {}),
        }
        for name, each in (planned.get("outputs") or {}).items()
    }
