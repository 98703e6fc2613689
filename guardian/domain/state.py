"""A Terraform state, read as facts: identity, instances, what is tainted or deposed."""

import gc
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from guardian.domain.address import instance_address
from guardian.errors import WrongStateError

STATE_FORMAT = 4
_RECORDED = "guardian restore --strategy record    # puts the newest known record back"
DEPOSED = " (deposed object "


@dataclass(frozen=True, slots=True, kw_only=True)
class StateInstance:
    """One object that the state records.

    Attributes:
        address: The resource instance's address.
        deposed: Key of a deposed object of that address, or empty for the current one.
        sensitive: Paths that the provider or the configuration marked, as recorded (lists of steps).
        dependencies: Addresses of the resources it depends on, as recorded.
    """

    address: str
    resource_type: str
    mode: str
    provider: str
    attributes: Mapping[str, Any]
    sensitive: tuple[Any, ...] = ()
    tainted: bool = False
    deposed: str = ""
    dependencies: tuple[str, ...] = ()

    @property
    def identity(self) -> str:
        """The address, with the deposed key where there is one: unique within a state."""
        return f"{self.address}{DEPOSED}{self.deposed})" if self.deposed else self.address

    @property
    def object_id(self) -> str:
        """The provider's id of the object, or empty."""
        value = self.attributes.get("id")
        return value if isinstance(value, str) else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """A parsed state. `instances` is in recorded order; `outputs` holds values: never shown unmasked."""

    lineage: str
    serial: int
    terraform_version: str
    instances: tuple[StateInstance, ...] = ()
    outputs: Mapping[str, Any] = field(default_factory=dict)

    @property
    def managed(self) -> dict[str, StateInstance]:
        """The managed objects by identity; data sources left out."""
        return {each.identity: each for each in self.instances if each.mode == "managed"}


@dataclass(frozen=True, slots=True, kw_only=True)
class StateFacts:
    """What identifies one moment of a state. `instances` counts managed objects."""

    lineage: str
    serial: int
    terraform_version: str
    sha256: str
    size_bytes: int
    instances: int


EMPTY = State(lineage="", serial=0, terraform_version="")


def parse_state(body: bytes) -> State:
    """Read the raw bytes of a state.

    Raises:
        WrongStateError: Empty, torn, not a state, or of a format other than 4. Terraform itself takes an
            empty object for a new project and would plan to create everything again.
    """
    if not body.strip():
        raise WrongStateError(
            "the state is there but empty (0 bytes): its record was lost",
            hint=_RECORDED,
        )
    collecting = gc.isenabled()
    gc.disable()  # a large state is one tree without cycles: collecting while it grows triples the time
    try:
        document = json.loads(body)
    except ValueError as error:
        raise WrongStateError(
            "the state is not JSON: its record is torn or overwritten",
            hint=_RECORDED,
        ) from error
    finally:
        if collecting:
            gc.enable()
    if not isinstance(document, dict) or document.get("version") != STATE_FORMAT or "lineage" not in document:
        raise WrongStateError(
            "the state has no lineage or is not in format 4: this is not a record Terraform wrote",
            hint=_RECORDED,
        )
    return State(
        lineage=document["lineage"],
        serial=document.get("serial", 0),
        terraform_version=document.get("terraform_version", ""),
        instances=tuple(_instances(document)),
        outputs=document.get("outputs") or {},
    )


def facts_of(body: bytes, state: State) -> StateFacts:
    """Return the identifying facts of `state`, which was read from `body`."""
    return StateFacts(
        lineage=state.lineage,
        serial=state.serial,
        terraform_version=state.terraform_version,
        sha256=sha256(body).hexdigest(),
        size_bytes=len(body),
        instances=len(state.managed),
    )


def _instances(document: Mapping[str, Any]) -> Iterator[StateInstance]:
    for resource in document.get("resources") or ():
        for instance in resource.get("instances") or ():
            yield StateInstance(
                address=instance_address(
                    module=resource.get("module", ""),
                    mode=resource["mode"],
                    resource_type=resource["type"],
                    name=resource["name"],
                    key=instance.get("index_key"),
                ),
                resource_type=resource["type"],
                mode=resource["mode"],
                provider=resource.get("provider", ""),
                attributes=instance.get("attributes") or instance.get("attributes_flat") or {},
                sensitive=tuple(instance.get("sensitive_attributes") or ()),
                tainted=instance.get("status") == "tainted",
                deposed=instance.get("deposed", ""),
                dependencies=tuple(instance.get("dependencies") or ()),
            )
