"""What must not be shown: marked values, and values whose names give them away."""

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

MASK = "(sensitive value)"

# Names are searched as `_db_password_`, however they are written: `dbPassword`, `DB-Password`.
_WORDS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|[0-9]+")
_TELLING = re.compile(
    r"pass_?(?:word|wd|phrase)|secret|token|private_?key|pre_?shared_?key|credential|access_?key|api_?key"
    r"|_(?:pass|passcode|pwd|psw|pw|psk|dsn|conn(?:ection)?_?str(?:ing)?|kube_?config)_"
)
# What is said about a secret, and the names of those who keep it.
_ABOUT = re.compile(
    r"_(?:arns?|arn_list|name|kms_key_id|type|version|length|policy|validity|validity_(?:units|days)|enabled"
    r"|required|strategy|duration|age|days|size|count|algorithm|encryption|mode|storage|endpoint|prevention"
    r"|http_tokens|status|ref)_$"
)
# Names of secrets, and of blocks and settings as well: they tell of text, and of a number.
_TELLING_TEXT = re.compile(
    r"^_auth_$|_(?:basic|http|proxy|registry)_auth_$"
    r"|_(?:encryption|signing|licen[cs]e|master|account|shared|activation|auth)_key_(?:(?:base|b)_?64_|pem_|wo_)?$"
    r"|_(?:cookie|t?otp|pin|pin_code|community_string|snmp_community)_$"
)
_PUBLIC_KEY = re.compile(r"_(?:public|kms)_(?:[a-z]+_)?keys?_$")
# Whatever a program is given in its environment, or runs when it starts, may be a secret under any name.
_HOLDERS = frozenset(
    {
        "environment",
        "environment_variables",
        "user_data",
        "user_data_base64",
        "custom_data",
        "startup_script",
        "metadata_startup_script",
    }
)
# `environment = "production"` of tags, which holds nothing.
_LABEL = re.compile(r"[\w -]{1,40}")
# Where a key is, not the key.
_REFERENCE = re.compile(r"arn:|alias/|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$|https://[\w.-]+/keys/")
_LONGEST_NAME = 200

_NAMING = re.compile(r"_(?:name|key|variable|parameter|property|header|option)_$")
_HOLDING = re.compile(r"_(?:values?|content|data|default|text)_$")

Path = tuple[str | int, ...]
_ANY = object()


def marked_paths(sensitive: Iterable[Any]) -> frozenset[Path]:
    """Read the `sensitive_attributes` of a recorded instance.

    Args:
        sensitive: Lists of steps, each `{"type": "get_attr" | "index", "value": ...}`.
    """
    return frozenset(tuple(_step(step) for step in path) for path in sensitive)


def is_secret(path: Sequence[str | int], marked: Iterable[Path], *values: Any) -> bool:
    """Tell whether what stands at `path` must be masked: it or a parent is marked, or a name tells.

    Args:
        path: Of the value.
        marked: Paths that are marked.
        values: What stands there, where it is known: some names tell only of text.
    """
    here = anywhere(path)
    if any(here[: len(each)] == anywhere(each) for each in marked):
        return True
    names = [each for each in path if isinstance(each, str)]
    if not names:
        return False
    return any(map(tells, names[:-1])) or any(tells(names[-1], each) for each in values or (_ANY,))


def anywhere(path: Sequence[str | int]) -> Path:
    """Return a path that fits every item of its lists: their order may be another than the record's."""
    return tuple(0 if isinstance(step, int) else step for step in path)


def tells(name: str, value: Any = _ANY) -> bool:
    """Tell whether a name says that a secret stands under it.

    Args:
        name: Of an attribute, a key of a map, a variable or a flag.
        value: What stands under it. True and false are no secrets; `auth` is one as text, and not as a block.
    """
    # A name that is longer is kept in no cache: it may be of any length.
    kind = (_kind if len(name) <= _LONGEST_NAME else _kind.__wrapped__)(name)
    if kind == "" or value is None or isinstance(value, bool):
        return False
    if kind == "holder":
        return not (name == "environment" and isinstance(value, str) and _LABEL.fullmatch(value))
    if kind == "text":
        if isinstance(value, list):
            return bool(value) and all(isinstance(each, str) for each in value)
        return isinstance(value, int | float) or (isinstance(value, str) and not _REFERENCE.match(value))
    return True


def tells_in_text(name: str) -> bool:
    """Tell whether a name says that a secret stands behind it in a text: `DB_PASSWORD=`, `Cookie:`."""
    return tells(name, "?") and name not in _HOLDERS


def told_by_pair(tree: Mapping[str, Any]) -> frozenset[str]:
    """Return the names of what another entry says is a secret.

    That is `value` of `{name = "DB_PASSWORD", value = ...}`, and `ParameterValue` beside `ParameterKey`.
    """
    holding = [name for name in tree if _role(name) == "holding"]
    if holding:
        for name, each in tree.items():
            if isinstance(each, str) and _role(name) == "naming" and tells_in_text(each):
                return frozenset(holding)
    return frozenset()


@lru_cache(maxsize=4096)
def _kind(name: str) -> str:
    """Return `secret`, `holder`, `text` (it tells of text alone) or nothing."""
    if name in _HOLDERS:
        return "holder"
    parts = _in_parts(name)
    if _ABOUT.search(parts) or _PUBLIC_KEY.search(parts):
        return ""
    if _TELLING.search(parts) or _TELLING.search(name.lower()):
        return "secret"
    return "text" if name == "Authorization" or _TELLING_TEXT.search(parts) else ""


@lru_cache(maxsize=4096)
def _role(name: str) -> str:
    if len(name) > _LONGEST_NAME:
        return ""
    parts = _in_parts(name)
    return "naming" if _NAMING.search(parts) else "holding" if _HOLDING.search(parts) else ""


def _in_parts(name: str) -> str:
    return f"_{'_'.join(_WORDS.findall(name))}_".lower()


def _step(step: Any) -> str | int:
    value = step["value"]
    if isinstance(value, dict):
        value = value.get("value")
    return value if isinstance(value, str | int) else str(value)
