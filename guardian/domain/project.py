"""What a project is: a name for one state, and where that state lives."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from guardian.domain import fields


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectDescriptor:
    """One root module's state.

    Attributes:
        name: The project's name, unique within a repository.
        backend_kind: Terraform's backend type.
        backend_address: Names the state for people, without credentials.
        workspace: The Terraform workspace.
    """

    name: str
    backend_kind: str
    backend_address: str
    workspace: str

    def to_json(self) -> dict[str, Any]:
        """Return the JSON object of the format, without `format`."""
        return {
            "name": self.name,
            "backend": {"kind": self.backend_kind, "address": self.backend_address},
            "workspace": self.workspace,
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "ProjectDescriptor":
        """Read what `to_json` wrote; raise ValueError when it is malformed."""
        backend = fields.group(value, "backend")
        return cls(
            name=fields.text(value, "name"),
            backend_kind=fields.text(backend, "kind"),
            backend_address=fields.text(backend, "address"),
            workspace=fields.text(value, "workspace"),
        )
