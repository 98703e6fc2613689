"""Where everything lies in the store: the layout of keys, format 1."""

CONFIG = "config.json"
PROBE = "probe"
STATES = "states/"
OBJECTS = "objects/"
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
