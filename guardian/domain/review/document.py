"""A plan as `terraform show -json` writes it, split without decoding what no verdict asks for.

A plan of 5,000 changes is 50 MB: each change is decoded when it is looked at, and let go afterwards.
Source: https://developer.hashicorp.com/terraform/internals/json-format
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Annotated, Any

import msgspec

from guardian.domain.plan import Action, PlannedChange, action_of
from guardian.domain.review.change import Change
from guardian.domain.review.plan_parts import Recorded, check_configuration, managed_of_state
from guardian.errors import PlanFormatError

MAJOR = "1"
_AGAIN = "terraform show -json FILE > plan.json    # write it again, whole"


_Actions = Annotated[list[str], msgspec.Meta(min_length=1)]


class _Change(msgspec.Struct, frozen=True):
    actions: _Actions
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


class _OutputChange(msgspec.Struct, frozen=True):
    actions: _Actions


class _Document(msgspec.Struct, frozen=True):
    format_version: str = ""
    terraform_version: str = ""
    timestamp: str = ""
    errored: bool = False
    applyable: bool = True
    complete: bool = True
    resource_changes: list[msgspec.Raw] | None = None
    resource_drift: list[msgspec.Raw] | None = None
    output_changes: dict[str, _OutputChange] | None = None
    configuration: msgspec.Raw = msgspec.Raw()
    prior_state: msgspec.Raw = msgspec.Raw()
    planned_values: msgspec.Raw = msgspec.Raw()
    variables: msgspec.Raw = msgspec.Raw()


_whole = msgspec.json.Decoder(_Document)
_one = msgspec.json.Decoder(_ResourceChange)
_part = msgspec.json.Decoder(dict[str, Any] | None)
# The first look checks only the form of what it splits: text that is no UTF-8 and numbers beyond any size are
# found when a part is decoded, and ValueError is their root.
_BAD = (msgspec.MsgspecError, ValueError, RecursionError)


class PlanDocument:
    """A plan's JSON. What it holds is secret: values leave it masked or not at all.

    Attributes:
        format_version, terraform_version: As written.
        made_at: When Terraform planned, as written; empty where it does not say.
        errored: Whether planning failed on the way, so that something is missing.
        applyable: Whether Terraform would apply it; not where it changes nothing.
        complete: Whether everything is in it; a plan with `-target` or with deferred changes is not.
    """

    def __init__(self, document: _Document) -> None:
        self._document = document
        self.format_version = document.format_version
        self.terraform_version = document.terraform_version
        self.made_at = document.timestamp
        self.errored = document.errored
        self.complete = document.complete
        self.applyable = document.applyable

    def changes(self) -> Iterator[Change]:
        """Decode one change after the other, in Terraform's order; no-ops and reads of data are left out."""
        return _changes(self._document.resource_changes or ())

    def drift(self) -> Iterator[Change]:
        """Decode what Terraform's refresh saw changed outside: `before` is recorded, `after` is live."""
        return _changes(self._document.resource_drift or ())

    def outputs(self) -> dict[str, str]:
        """Return the root outputs that change, with their action."""
        listed = self._document.output_changes or {}
        try:
            found = {name: _action(change.actions) for name, change in listed.items()}
        except ValueError as error:
            raise PlanFormatError(
                f"an output of the plan changes as none does: {error}", hint=_AGAIN
            ) from error
        return {name: str(action) for name, action in found.items() if action is not Action.NOOP}

    def configuration(self) -> Mapping[str, Any]:
        """Decode the configuration: providers, modules, references."""
        return _decoded(self._document.configuration, check=check_configuration)

    def recorded(self) -> tuple[Recorded, ...]:
        """Decode the managed instances of the state that was planned on, refreshed, without their values."""
        raw = self._document.prior_state
        if not memoryview(raw).nbytes:
            return ()
        try:
            return tuple(managed_of_state(raw))
        except _BAD as error:
            raise PlanFormatError(
                f"the prior state of the plan is not of a plan's form: {error}", hint=_AGAIN
            ) from error

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
    except _BAD as error:
        raise PlanFormatError(
            f"{named} is not JSON, or is cut off after {len(body)} bytes: {error}", hint=_AGAIN
        ) from error
    if document.format_version.partition(".")[0] != MAJOR:
        what = f"format {document.format_version!r}" if document.format_version else "no format_version"
        raise PlanFormatError(
            f"{named} has {what}: plans of format 1.x are known",
            hint="terraform show -json FILE    # of a saved plan, by Terraform 1.x",
        )
    if document.resource_changes is None and not memoryview(document.planned_values).nbytes:
        raise PlanFormatError(
            f"{named} is the JSON of a state, not of a plan",
            hint="terraform plan -out=FILE, then terraform show -json FILE",
        )
    return PlanDocument(document)


def _decoded(raw: msgspec.Raw, *, check: Callable[[msgspec.Raw], None] = lambda _: None) -> Mapping[str, Any]:
    if not memoryview(raw).nbytes:
        return {}
    try:
        check(raw)
        return _part.decode(raw) or {}
    except _BAD as error:
        raise PlanFormatError(f"a part of the plan is not of a plan's form: {error}", hint=_AGAIN) from error


def _changes(listed: "list[msgspec.Raw] | tuple[()]") -> Iterator[Change]:
    for number, raw in enumerate(listed, start=1):
        try:
            each = _one.decode(raw)
            action = _action(each.change.actions, each.change.importing, moved=each.previous_address)
        except _BAD as error:
            raise PlanFormatError(
                f"change {number} of the plan is not of a plan's form: {error}", hint=_AGAIN
            ) from error
        if each.mode == "data" or action in {Action.NOOP, Action.READ}:
            continue
        yield _change(each, action)


def _action(actions: list[str], importing: Mapping[str, Any] | None = None, *, moved: str = "") -> Action:
    return action_of({"actions": actions, "importing": importing}, moved=moved)


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
