"""Checks a settings file against the published schema and says in one sentence what is wrong with it."""

import json
from pathlib import Path
from typing import Any

from guardian.errors import SettingsError
from guardian.settings.document import Document
from guardian.settings.keys import KEYS, RESERVED, nearest

SCHEMA = Path(__file__).parent.parent / "schemas" / "settings.schema.json"

_TYPES = {
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "array": "a list",
    "object": "a group of keys",
}
_TYPES_FOUND = {
    str: "text",
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    list: "a list",
    dict: "a group of keys",
    type(None): "empty",
}


def validate(document: Document) -> dict[str, Any]:
    """Return the file's values without those that are there by name only.

    Raises:
        SettingsError: The first thing in the file that the schema does not allow.
    """
    from jsonschema import Draft202012Validator

    for key in document.values:
        if key in RESERVED:
            raise unsupported(document.place((key,)), key)
    schema = json.loads(SCHEMA.read_bytes())
    values = _without_empty(document.values, schema)
    found = [_describe(document, error) for error in Draft202012Validator(schema).iter_errors(values)]
    if found:
        raise min(found, key=lambda each: each[0])[1]
    return values


def _without_empty(values: dict[str, Any], schema: Any) -> dict[str, Any]:
    """Drop known keys without a value, such as `encryption:` above lines that are commented out."""
    kept = {
        key: value for key, value in values.items() if value is not None or key not in schema["properties"]
    }
    for key, value in kept.items():
        if isinstance(value, dict) and schema["properties"].get(key, {}).get("properties"):
            kept[key] = _without_empty(value, schema["properties"][key])
    return kept


def unsupported(where: str, key: str) -> SettingsError:
    """Return the error for a key that is reserved for a later version."""
    return SettingsError(f"{where}: `{key}` is not supported by this version of guardian", hint="remove it")


def _describe(document: Document, error: Any) -> tuple[int, SettingsError]:
    trail = tuple(error.absolute_path)
    if error.validator == "additionalProperties":
        unknown = next(key for key in error.instance if key not in error.schema["properties"])
        trail = (*trail, unknown)
        what, hint = f"unknown key `{_dotted(trail)}`", _nearest_key(trail, tuple(error.schema["properties"]))
    elif error.validator == "type":
        wanted = _TYPES[error.validator_value]
        what = f"`{_dotted(trail)}` must be {wanted}, is {_TYPES_FOUND[type(error.instance)]}"
        scalar = isinstance(error.instance, int | float)
        hint = "put it in quotes" if wanted == "text" and scalar else ""
    elif error.validator == "enum":
        what = f"`{_dotted(trail)}`: {error.instance!r} is not allowed"
        hint = "allowed: " + ", ".join(error.validator_value)
    elif error.validator == "minimum":
        what, hint = f"`{_dotted(trail)}` must be at least {error.validator_value}, is {error.instance}", ""
    elif error.validator == "maximum":
        what, hint = f"`{_dotted(trail)}` must be at most {error.validator_value}, is {error.instance}", ""
    elif error.validator == "required":
        missing = next(key for key in error.validator_value if key not in error.instance)
        what, hint = f"`{_dotted(trail)}` has no `{missing}`", "add it, or remove the whole"
    elif error.validator in {"minLength", "minItems"}:
        what, hint = f"`{_dotted(trail)}` is empty", "give it a value, or remove it"
    else:
        what = f"`{_dotted(trail)}`: {error.instance!r} is not of the form {error.validator_value}"
        hint = ""
    line = document.lines.get(trail, 0)
    return line, SettingsError(f"{document.place(trail)}: {what}", hint=hint)


def _dotted(trail: tuple[str | int, ...]) -> str:
    text = ""
    for each in trail:
        text += f"[{each}]" if isinstance(each, int) else f".{each}"
    return text.lstrip(".")


def _nearest_key(trail: tuple[str | int, ...], siblings: tuple[str, ...]) -> str:
    # `key_file` at the top is a key at the wrong depth, not a typo of a sibling.
    elsewhere = [key.name for key in KEYS if key.name.rpartition(".")[2] == trail[-1]]
    if elsewhere:
        return f"did you mean `{elsewhere[0]}`?"
    above = _dotted(trail[:-1])
    return nearest(str(trail[-1]), siblings, shown=lambda each: f"{above}.{each}".lstrip("."))
