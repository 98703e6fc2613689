"""Where everything lies in the store: the layout of keys, format 1."""

import re
from enum import StrEnum

CONFIG = "config.json"
PROBE = "probe"
STATES = "states/"
OBJECTS = "objects/"
QUARANTINE = "quarantine/"
STATE_ID_DIGITS = 32
RECORD_DIGITS = 12


def object_key(object_id: str) -> str:
    """Return the key of an object."""
    return f"{OBJECTS}{object_id[:2]}/{object_id}"


def project_key(state_id: str) -> str:
    """Return the key of a project's descriptor."""
    return f"{STATES}{state_id}/project"


def log_prefix(state_id: str) -> str:
    """Return what the keys of a project's log begin with."""
    return f"{STATES}{state_id}/log/"


def record_name(number: int) -> str:
    """Return a record's number as it stands in its key."""
    return f"{number:0{RECORD_DIGITS}d}"


def snapshot_prefix(state_id: str) -> str:
    """Return what the keys of a project's snapshots begin with."""
    return f"{STATES}{state_id}/snapshots/"


class Part(StrEnum):
    """What a key stands for."""

    CONFIG = "config"
    PROBE = "probe"
    OBJECT = "object"
    DESCRIPTOR = "descriptor"
    RECORD = "record"
    MANIFEST = "manifest"
    QUARANTINED = "quarantined"
    FOREIGN = "foreign"


_PARTS = {
    Part.CONFIG: re.compile(re.escape(CONFIG)),
    Part.PROBE: re.compile(PROBE),
    Part.OBJECT: re.compile(rf"{OBJECTS}(?P<two>[0-9a-f]{{2}})/(?P=two)[0-9a-f]{{62}}"),
    Part.DESCRIPTOR: re.compile(rf"{STATES}[0-9a-f]{{{STATE_ID_DIGITS}}}/project"),
    # Numbers begin at 1: a record 0 is one that no reader of the log ever meets.
    Part.RECORD: re.compile(rf"{STATES}[0-9a-f]{{{STATE_ID_DIGITS}}}/log/(?!0+$)[0-9]{{{RECORD_DIGITS}}}"),
    Part.MANIFEST: re.compile(rf"{STATES}[0-9a-f]{{{STATE_ID_DIGITS}}}/snapshots/[0-9a-f]{{64}}"),
    Part.QUARANTINED: re.compile(rf"{QUARANTINE}.+"),
}


def part_of(key: str) -> Part:
    """Tell what a key stands for; `FOREIGN` where the layout does not know it."""
    return next((part for part, pattern in _PARTS.items() if pattern.fullmatch(key)), Part.FOREIGN)


def state_id_of(key: str) -> str:
    """Return the state id in the key of a descriptor, record or manifest."""
    return key.removeprefix(STATES).partition("/")[0]


def quarantine_key(moment: str, key: str) -> str:
    """Return where repair sets aside what was under `key`."""
    return f"{QUARANTINE}{moment}/{key}"
