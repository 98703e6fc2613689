"""A plan as `terraform show -json` writes it, split without decoding what no verdict asks for.

A plan of 5,000 changes is 50 MB: each change is decoded when it is looked at, and let go afterwards.
Source: https://developer.hashicorp.com/terraform/internals/json-format
"""

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from guardian.domain.plan import Action, PlannedChange, action_of
from guardian.domain.review.change import Change
from guardian.errors import PlanFormatError

MAJOR = "1"
_AGAIN = "terraform show -json FILE > plan.json    # write it again, whole"


class _Change(msgspec.Struct, frozen=True):
    actions: list[str]
    before: dict[str, Any] | None = None
    after: dict[str, Any] | None = None
    after_unknown: Any = False
    before_sensitive: Any = False
    after_sensitive: Any = False
    replace_paths: list[list[str | int]] = []
    importing: dict[str, Any] | None = None


class _ResourceChange(msgspec.Struct, frozen=True):
    address: str
    type: str
    change: _Change
    name: str = ""
    index: str | int | None = None
    mode: str = "managed"
    module_address: str = ""
    provider_name: str = ""
    previous_address: str = ""
    deposed: str = ""
    action_reason: str = ""


class _Document(msgspec.Struct, frozen=True):
    format_version: str = ""
    terraform_version: str = ""
    timestamp: str = ""
    errored: bool = False
    applyable: bool = True
    complete: bool = True
    resource_changes: list[msgspec.Raw] | None = None
    resource_drift: list[msgspec.Raw] | None = None
    output_changes: dict[str, dict[str, Any]] | None = None
    configuration: msgspec.Raw = msgspec.Raw()
    prior_state: msgspec.Raw = msgspec.Raw()
    planned_values: msgspec.Raw = msgspec.Raw()
    variables: msgspec.Raw = msgspec.Raw()


_whole = msgspec.json.Decoder(_Document)
_one = msgspec.json.Decoder(_ResourceChange)


class PlanDocument:
    """A plan's JSON. What it holds is secret: values leave it masked or not at all.

    Attributes:
        format_version, terraform_version: As written.
        made_at: When Terraform planned, as written; empty where it does not say.
        errored: Whether planning failed on the way, so that something is missing.
        complete: Whether everything is in it; a plan with `-target` or with deferred changes is not.
    """

    def __init__(self, document: _Document) -> None:
        self._document = document
        self.format_version = document.format_version
        self.terraform_version = document.terraform_version
        self.made_at = document.timestamp
        self.errored = document.errored
        self.complete = document.complete

    def changes(self) -> Iterator[Change]:
        """Decode one change after the other, in Terraform's order; no-ops and reads of data are left out."""
        return _changes(self._document.resource_changes or ())

    def drift(self) -> Iterator[Change]:
        """Decode what Terraform's refresh saw changed outside: `before` is recorded, `after` is live."""
        return _changes(self._document.resource_drift or ())

    def outputs(self) -> dict[str, str]:
        """Return the root outputs that change, with their action."""
        found = {
            name: str(action_of(change)) for name, change in (self._document.output_changes or {}).items()
        }
        return {name: action for name, action in found.items() if action != Action.NOOP}

    def configuration(self) -> Mapping[str, Any]:
        """Decode the configuration: providers, modules, references."""
        return _decoded(self._document.configuration)

    def prior_state(self) -> Mapping[str, Any]:
        """Decode the state that was planned on, refreshed."""
        return _decoded(self._document.prior_state)

    def planned_values(self) -> Mapping[str, Any]:
        """Decode the values as they will be."""
        return _decoded(self._document.planned_values)

    def variables(self) -> Mapping[str, Any]:
        """Decode the root module's variables, each `{"value": ...}`."""
        return _decoded(self._document.variables)


def read_document(body: bytes, *, named: str) -> PlanDocument:
    """Read a plan's JSON.

    Args:
        body: As `terraform show -json` of a saved plan wrote it.
        named: The file, for the message.

    Raises:
        PlanFormatError: Not JSON, cut off, not a plan, or of a format that this version does not know.
    """
    try:
        document = _whole.decode(body)
    except msgspec.ValidationError as error:
        raise PlanFormatError(f"{named} is JSON, but not of a plan: {error}", hint=_AGAIN) from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise PlanFormatError(
            f"{named} is not JSON, or is cut off after {len(body)} bytes: {error}", hint=_AGAIN
        ) from error
    if document.format_version.partition(".")[0] != MAJOR:
        what = f"format {document.format_version!r}" if document.format_version else "no format_version"
        raise PlanFormatError(
            f"{named} has {what}: plans of format 1.x are known",
            hint="terraform show -json FILE    # of a saved plan, by Terraform 1.x",
        )
    if document.resource_changes is None and not bytes(document.planned_values):
        raise PlanFormatError(
            f"{named} is the JSON of a state, not of a plan",
            hint="terraform plan -out=FILE, then terraform show -json FILE",
        )
    return PlanDocument(document)


def _decoded(raw: msgspec.Raw) -> Mapping[str, Any]:
    found: Mapping[str, Any] | None = msgspec.json.decode(raw) if bytes(raw) else None
    return found or {}


def _changes(listed: "list[msgspec.Raw] | tuple[()]") -> Iterator[Change]:
    for raw in listed:
        try:
            each = _one.decode(raw)
        except msgspec.ValidationError as error:
            raise PlanFormatError(
                f"a change of the plan is not of a plan's form: {error}", hint=_AGAIN
            ) from error
        action = action_of(
            {"actions": each.change.actions, "importing": each.change.importing}, moved=each.previous_address
        )
        if each.mode == "data" or action in {Action.NOOP, Action.READ}:
            continue
        yield _change(each, action)


def _change(each: _ResourceChange, action: Action) -> Change:
    change = each.change
    return Change(
        intent=PlannedChange(
            address=each.address,
            resource_type=each.type,
            action=action,
            reason=each.action_reason,
            previous_address=each.previous_address,
            deposed=each.deposed,
        ),
        name=each.name,
        module=each.module_address,
        provider=each.provider_name,
        before=change.before or {},
        after=change.after or {},
        unknown=change.after_unknown,
        sensitive_before=change.before_sensitive,
        sensitive_after=change.after_sensitive,
        replace_paths=tuple(tuple(path) for path in change.replace_paths),
        create_before_destroy=change.actions == ["create", "delete"],
        import_id=str((change.importing or {}).get("id") or ""),
        key=each.index,
    )
