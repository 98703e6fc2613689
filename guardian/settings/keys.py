"""Every setting: its name, its kind, its default. The published schema and docs/settings.md equal this table.

Knows text from flags and from the environment; never touches a file.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from guardian.domain.configuration import CaptureLimits
from guardian.errors import SettingsError

ENGINES = ("auto", "terraform", "tofu", "embedded")
ON_FAILURE = ("ask", "hold", "restore", "destroy-created", "retry")
KMS_KEY = r"^arn:[a-z0-9-]+:kms:[a-z0-9-]+:[0-9]{12}:(key|alias)/[A-Za-z0-9/_-]+$"

# Named by the documentation as coming later: a file that uses them must not be taken for one without checks.
RESERVED = ("backups", "checks", "keep", "notify", "rollout")

# Of a retry block. A higher number is a slip of the hand: an apply that is repeated for days helps nobody.
MAX_ATTEMPTS = 100
SLEEP_INTERVAL_S = 3600

# Of an exception and of an approval: what holds for longer is no exception, and nobody remembers why.
MAX_HOURS = 720

Value = str | int | tuple[str, ...] | None


class Kind(Enum):
    """What a setting's value is."""

    TEXT = "text"
    CHOICE = "one of its choices"
    STORE = "a directory or s3://bucket/prefix"
    ENGINE = "an engine's name or a path"
    PATH = "a path"
    PATHS = "a list of paths"
    COUNT = "a whole number"
    FLAG = "true or false"
    TEXTS = "a list"


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """One setting.

    Attributes:
        name: Dotted path in the file, for instance `encryption.key_file`.
        choices: For `Kind.CHOICE`.
        minimum, maximum: For `Kind.COUNT`; no maximum is None.
        pattern: For each item of `Kind.TEXTS`; empty for any text.
    """

    name: str
    kind: Kind
    default: Value = None
    choices: tuple[str, ...] = ()
    minimum: int = 1
    maximum: int | None = None
    pattern: str = ""

    @property
    def environment(self) -> str:
        """The variable that sets it: `GUARDIAN_ENCRYPTION__KEY_FILE`."""
        return "GUARDIAN_" + self.name.replace(".", "__").upper()

    def parse(self, text: str, where: str) -> Value:
        """Read the value of a flag or of a variable.

        Args:
            text: The value; items of a list are separated by commas.
            where: The flag or variable, for the message.

        Raises:
            SettingsError: Not a value of this kind.
        """
        if not text.strip():
            raise SettingsError(f"{where}: is empty", hint="give it a value, or leave it out")
        if self.kind is Kind.COUNT:
            return self.parse_count(text, where)
        if self.kind is Kind.FLAG:
            return _flag(text, where)
        if self.kind in {Kind.TEXTS, Kind.PATHS}:
            return tuple(self._match(item.strip(), where) for item in text.split(",") if item.strip())
        if self.kind is Kind.CHOICE and text not in self.choices:
            raise SettingsError(
                f"{where}: {text!r} is not allowed", hint=f"allowed: {', '.join(self.choices)}"
            )
        return text

    def parse_count(self, text: str, where: str) -> int:
        """Read the value of a variable or flag of `Kind.COUNT`.

        Raises:
            SettingsError: Not a whole number, or beyond the bounds.
        """
        if not re.fullmatch(r"[0-9]{1,18}", text.strip()):
            raise SettingsError(f"{where}: must be a whole number, is {text!r}")
        if (number := int(text)) < self.minimum:
            raise SettingsError(f"{where}: must be at least {self.minimum}, is {number}")
        if self.maximum is not None and number > self.maximum:
            raise SettingsError(f"{where}: must be at most {self.maximum}, is {number}")
        return number

    def _match(self, text: str, where: str) -> str:
        if self.pattern and not re.search(self.pattern, text):
            raise SettingsError(f"{where}: {text!r} is not of the form {self.pattern}")
        return text


def _flag(text: str, where: str) -> bool:
    if text not in {"true", "false"}:
        raise SettingsError(f"{where}: {text!r} is not allowed", hint="allowed: true, false")
    return text == "true"


_LIMITS = CaptureLimits()
KEYS: tuple[Key, ...] = (
    Key(name="project", kind=Kind.TEXT),
    Key(name="store", kind=Kind.STORE, default=".guardian"),
    Key(name="engine", kind=Kind.ENGINE, default="auto"),
    Key(name="on_failure", kind=Kind.CHOICE, choices=ON_FAILURE),
    Key(name="encryption.kms_keys", kind=Kind.TEXTS, default=(), pattern=KMS_KEY),
    Key(name="encryption.key_file", kind=Kind.PATH),
    Key(name="capture.max_file_bytes", kind=Kind.COUNT, default=_LIMITS.max_file_bytes),
    Key(name="capture.max_files", kind=Kind.COUNT, default=_LIMITS.max_files),
    Key(name="capture.max_total_bytes", kind=Kind.COUNT, default=_LIMITS.max_total_bytes),
    Key(name="capture.include", kind=Kind.TEXTS, default=()),
    Key(name="lease.ttl_s", kind=Kind.COUNT, default=60, minimum=5),
    Key(name="lease.renew_s", kind=Kind.COUNT),
    Key(name="interrupt.grace_s", kind=Kind.COUNT, default=5, maximum=3600),
    Key(name="orphans.look_again_s", kind=Kind.COUNT, default=30, minimum=0, maximum=3600),
    Key(name="drift.connections", kind=Kind.COUNT, default=32, maximum=256),
    Key(name="drift.timeout_s", kind=Kind.COUNT, default=120, maximum=3600),
    Key(name="drift.names", kind=Kind.TEXTS, default=()),
    Key(name="policy.rego", kind=Kind.PATHS, default=()),
    Key(name="policy.timeout_s", kind=Kind.COUNT, default=30, maximum=3600),
    Key(name="policy.override_hours", kind=Kind.COUNT, default=24, maximum=MAX_HOURS),
    Key(name="review.most_deletions", kind=Kind.COUNT, default=10, minimum=0),
    Key(name="review.most_deletions_percent", kind=Kind.COUNT, default=25, minimum=0, maximum=100),
    Key(name="review.backup_hours", kind=Kind.COUNT, default=24),
    Key(name="approval.required", kind=Kind.FLAG, default=False),
    Key(name="approval.expires_hours", kind=Kind.COUNT, default=24, maximum=MAX_HOURS),
)
BY_NAME = {key.name: key for key in KEYS}
BY_ENVIRONMENT = {key.environment: key for key in KEYS}


def nearest(word: str, known: tuple[str, ...], *, shown: Callable[[str], str] = str) -> str:
    """Return a hint that names the known word most like `word`, or lists them all."""
    import difflib

    close = difflib.get_close_matches(word, known, n=1)
    if close:
        return f"did you mean `{shown(close[0])}`?"
    return "known: " + ", ".join(shown(each) for each in known)
