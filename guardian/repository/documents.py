"""JSON documents of the format: canonical bytes, the format number, validation by the published schemas."""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, NoReturn, Protocol

from guardian.errors import StoreCorruptError, StoreFormatError

FORMAT = 1
MAX_BYTES = 64 * 1024 * 1024
SCHEMAS = Path(__file__).parent.parent / "schemas"


class _Validator(Protocol):
    def iter_errors(self, instance: Any) -> Any: ...


def canonical(document: Any) -> bytes:
    """Return the one spelling of a JSON value: sorted keys, no spaces, ASCII with escapes, no NaN."""
    # ASCII, because a path that is not UTF-8 reaches us with lone surrogates, which UTF-8 cannot carry.
    return json.dumps(document, sort_keys=True, separators=(",", ":"), allow_nan=False).encode("ascii")


def parse(body: bytes, *, where: str) -> dict[str, Any]:
    """Read a document and refuse a format that this version does not know.

    Args:
        body: JSON.
        where: The key it was read from, for the message.

    Raises:
        StoreCorruptError: Not a JSON object.
        StoreFormatError: Another major format.
    """
    try:
        document = json.loads(body, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise StoreCorruptError(f"{where} is not JSON") from error
    if not isinstance(document, dict):
        raise StoreCorruptError(f"{where} is not a JSON object")
    check_format(document.get("format"), where=where)
    return document


def check_format(found: Any, *, where: str) -> None:
    """Raise `StoreFormatError` when `found` is not the format of this version."""
    if found != FORMAT or isinstance(found, bool):
        raise StoreFormatError(
            f"{where} has format {found!r}; this version of guardian reads and writes format {FORMAT} only",
            hint="use the version of guardian that wrote this store; nothing was changed",
        )


def checked(document: Mapping[str, Any], schema: str, *, where: str) -> Mapping[str, Any]:
    """Validate a document that was read.

    Args:
        document: What was read.
        schema: Name of the schema: the file without `.schema.json`.
        where: The key it was read from.

    Raises:
        StoreCorruptError: It does not fit; says where in it, without its values.
    """
    if problem := _problem(document, schema):
        raise StoreCorruptError(f"{where} does not fit the schema of a {schema}: {problem}")
    return document


def written(document: Mapping[str, Any], schema: str) -> bytes:
    """Validate a document that is to be written and return its canonical bytes.

    Raises:
        StoreFormatError: It does not fit the schema, or is too large to be read again; nothing was written.
    """
    body = canonical(document)
    if len(body) > MAX_BYTES:
        raise StoreFormatError(f"this {schema} has {len(body)} bytes, over {MAX_BYTES}; it was not written")
    if problem := _problem(json.loads(body), schema):
        raise StoreFormatError(f"this {schema} does not fit its schema and was not written: {problem}")
    return body


def _problem(document: Mapping[str, Any], schema: str) -> str | None:
    kind = document.get("kind")
    for error in _validator(schema, kind if isinstance(kind, str) else None).iter_errors(document):
        # The message of jsonschema quotes the value, which may be a secret: say only where and which rule.
        place = "/".join(str(step) for step in error.absolute_path)
        return f"at `{place}`, rule `{error.validator}`" if place else f"rule `{error.validator}`"
    return None


@cache
def _validator(schema: str, kind: str | None) -> _Validator:
    from jsonschema import Draft202012Validator

    return Draft202012Validator(_of_kind(_schema(schema), kind))


@cache
def _schema(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((SCHEMAS / f"{name}.schema.json").read_bytes())
    return found


def _of_kind(schema: dict[str, Any], kind: str | None) -> dict[str, Any]:
    """Return a schema with, of its conditions on the kind, the one that applies: trying all takes 4 ms."""
    conditions = schema.get("allOf")
    if conditions is None:
        return schema
    fitting = [each["then"] for each in conditions if each["if"]["properties"]["kind"]["const"] == kind]
    return (
        {**schema, "allOf": fitting}
        if fitting
        else {key: each for key, each in schema.items() if key != "allOf"}
    )


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")
