"""Settings: flags > GUARDIAN_* environment > guardian.yaml > defaults, each value with its source.

Importing this costs nothing: the YAML and schema libraries are loaded only where there is a file.
"""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from guardian.domain.configuration import CaptureLimits
from guardian.errors import SettingsError
from guardian.settings.drifts import read_rules
from guardian.settings.keys import BY_ENVIRONMENT, BY_NAME, ENGINES, KEYS, RESERVED, Key, Kind, Value, nearest
from guardian.settings.policies import read_policy
from guardian.settings.retries import BY_VARIABLE, read_blocks, with_numbers
from guardian.settings.search import FILE_NAMES, find_file
from guardian.settings.values import (
    ApprovalSettings,
    DriftSettings,
    Encryption,
    Interrupt,
    Lease,
    Orphans,
    PolicySettings,
    ReviewSettings,
    Settings,
    Source,
)

__all__ = ["FILE_NAMES", "KEYS", "Encryption", "Lease", "Settings", "Source", "load_settings"]

PREFIX = "GUARDIAN_"
# Read by guardian's own tests, never by guardian.
FOREIGN_VARIABLES = frozenset({"GUARDIAN_EXE", "GUARDIAN_PROVIDER_MIRROR", "GUARDIAN_SOAK"})


def load_settings(root: Path, *, flags: Mapping[str, str | None], environment: Mapping[str, str]) -> Settings:
    """Read every layer and lay them over one another.

    Args:
        root: The root module; the settings file is searched from here upwards.
        flags: Values by dotted key, for instance `on_failure`; None where the flag was not given. Relative
            paths here and in the environment are relative to the current directory.
        environment: The process's environment; an empty value counts as not set.

    Raises:
        SettingsError: Anything that cannot be used, with its file and line, variable or flag.
    """
    file = find_file(root)
    values: dict[str, Any] = {key.name: key.default for key in KEYS}
    values["store"] = str(Path(os.path.abspath(root)) / ".guardian")  # noqa: PTH100 - resolve() would follow symlinks
    sources = {key.name: Source(kind="default") for key in KEYS}
    beside: dict[str, Any] = {"retry": (), "drift.ignore": (), "drift.tags": {}, "policy.rules": ()}
    values |= beside
    sources |= dict.fromkeys(beside, Source(kind="default"))
    if file is not None:
        for name, value in _read_file(file).items():
            values[name], sources[name] = value, Source(kind="file", name=str(file))
    numbers: dict[str, int] = {}
    for variable, text in sorted(environment.items()):
        if variable.startswith(PREFIX) and variable not in FOREIGN_VARIABLES and text:
            if variable in BY_VARIABLE:
                numbers[BY_VARIABLE[variable].name] = BY_VARIABLE[variable].parse_count(text, variable)
                sources["retry"] = Source(kind="environment", name=variable)
                continue
            key = _key_of(variable)
            source = Source(kind="environment", name=variable)
            values[key.name], sources[key.name] = _absolute(key, key.parse(text, variable), variable), source
    if numbers:
        values["retry"] = with_numbers(values["retry"], numbers)
    for name, given in flags.items():
        if given is not None:
            flag = "--" + name.replace("_", "-").replace(".", "-")
            value = BY_NAME[name].parse(given, flag)
            values[name], sources[name] = (
                _absolute(BY_NAME[name], value, flag),
                Source(kind="flag", name=flag),
            )
    return _assemble(values, sources, file)


def _read_file(file: Path) -> dict[str, Any]:
    from guardian.settings.document import read_document
    from guardian.settings.validation import validate

    document = read_document(file)
    read = validate(document)
    found: dict[str, Any] = {}
    if read.get("retry"):
        found["retry"] = read_blocks(document, read["retry"])
    drift = read.get("drift", {})
    if drift.get("ignore"):
        found["drift.ignore"] = read_rules(document, drift["ignore"])
    if drift.get("tags"):
        found["drift.tags"] = drift["tags"]
    if rules := read.get("policy", {}).get("rules"):
        found["policy.rules"] = read_policy(document, rules)
    for key in KEYS:
        group, _, leaf = key.name.rpartition(".")
        holder = read.get(group, {}) if group else read
        if leaf in holder:
            value = holder[leaf]
            if isinstance(value, list):
                value = tuple(value)
            elif isinstance(value, float):  # to JSON Schema 3.0 is an integer
                value = int(value)
            where = document.place(tuple(key.name.split(".")))
            found[key.name] = _absolute(key, value, f"{where}: `{key.name}`", base=file.parent)
    return found


def _key_of(variable: str) -> Key:
    key = BY_ENVIRONMENT.get(variable)
    if key is not None:
        return key
    if variable.removeprefix(PREFIX).partition("__")[0].lower() in RESERVED:
        raise SettingsError(
            f"{variable} is not supported by this version of guardian", hint=f"unset {variable}"
        )
    raise SettingsError(
        f"{variable} is not a setting of guardian",
        hint=nearest(variable, (*BY_ENVIRONMENT, *BY_VARIABLE)),
    )


def _absolute(key: Key, value: Value, where: str, *, base: Path | None = None) -> Value:
    """Check what the schema cannot, and make a path absolute from `base` (None: the current directory)."""
    for text in value if isinstance(value, tuple) else (value,):
        if isinstance(text, str) and not text.isprintable():
            raise SettingsError(f"{where}: holds a character that cannot be printed")
    if isinstance(value, tuple) and key.kind is Kind.PATHS:
        return tuple(_path(each, base) for each in value)
    if not isinstance(value, str) or key.kind not in {Kind.STORE, Kind.ENGINE, Kind.PATH}:
        return value
    if key.kind is Kind.ENGINE and value in ENGINES:
        return value
    if key.kind is Kind.ENGINE and "/" not in value:
        hint = f"allowed: {', '.join(ENGINES)}, or a path with a slash, for instance ./{value}"
        raise SettingsError(f"{where}: unknown engine {value!r}", hint=hint)
    scheme, separator, rest = value.partition("://")
    if key.kind is Kind.STORE and separator:
        if scheme == "s3" and rest.strip("/"):
            return value
        # Only the scheme is shown: what follows may hold credentials.
        raise SettingsError(
            f"{where}: no store of the form {scheme}://", hint="a directory, or s3://bucket/prefix"
        )
    return _path(value, base)


def _path(value: str, base: Path | None) -> str:
    return os.path.normpath((base or Path.cwd()) / Path(value).expanduser())


def _assemble(values: Mapping[str, Any], sources: Mapping[str, Source], file: Path | None) -> Settings:
    key_file = values["encryption.key_file"]
    return Settings(
        project=values["project"],
        store=values["store"],
        engine=values["engine"],
        on_failure=values["on_failure"],
        encryption=Encryption(
            kms_keys=values["encryption.kms_keys"], key_file=Path(key_file) if key_file else None
        ),
        capture=CaptureLimits(
            max_file_bytes=values["capture.max_file_bytes"],
            max_files=values["capture.max_files"],
            max_total_bytes=values["capture.max_total_bytes"],
            include=values["capture.include"],
        ),
        lease=_lease(values, sources),
        interrupt=Interrupt(grace_s=values["interrupt.grace_s"]),
        orphans=Orphans(look_again_s=values["orphans.look_again_s"]),
        drift=DriftSettings(
            connections=values["drift.connections"],
            timeout_s=values["drift.timeout_s"],
            tags=values["drift.tags"],
            names=values["drift.names"],
            ignore=values["drift.ignore"],
        ),
        policy=PolicySettings(
            rules=values["policy.rules"],
            rego=tuple(map(Path, values["policy.rego"])),
            timeout_s=values["policy.timeout_s"],
            override_hours=values["policy.override_hours"],
        ),
        review=ReviewSettings(
            most_deletions=values["review.most_deletions"],
            most_deletions_percent=values["review.most_deletions_percent"],
            backup_hours=values["review.backup_hours"],
        ),
        approval=ApprovalSettings(
            required=values["approval.required"], expires_hours=values["approval.expires_hours"]
        ),
        retry=values["retry"],
        file=file,
        sources=sources,
    )


def _lease(values: Mapping[str, Any], sources: Mapping[str, Source]) -> Lease:
    ttl_s, renew_s = values["lease.ttl_s"], values["lease.renew_s"]
    if renew_s is not None and renew_s * 2 > ttl_s:
        raise SettingsError(
            f"{sources['lease.renew_s'].name}: `lease.renew_s` is {renew_s}, more than half of "
            f"`lease.ttl_s` ({ttl_s}): one late renewal would look like a death",
            hint="renew at least twice in that time, or leave `lease.renew_s` out",
        )
    return Lease(ttl_s=ttl_s, renew_s=renew_s)
