"""The checks of `guardian doctor`: each runs alone, so that one that fails hides no other."""

import os
import stat
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from guardian import wiring
from guardian.cli import probes
from guardian.errors import GuardianError
from guardian.settings import Settings


class Verdict(StrEnum):
    """How a check ended; WARN stops nothing."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One check.

    Attributes:
        detail: What was found.
        mend: What to type or do; empty when nothing is wrong.
    """

    name: str
    verdict: Verdict
    detail: str
    mend: str = ""

    @classmethod
    def failed(cls, name: str, error: GuardianError) -> "Check":
        """Return the check that this error ended."""
        return cls(name=name, verdict=Verdict.FAIL, detail=error.message, mend=error.hint)


Finding = tuple[Verdict, str, str]


def run_checks(settings: Settings) -> tuple[Check, ...]:
    """Run every check of the current directory, in the order in which they should be mended."""
    root = Path.cwd()
    checks: dict[str, Callable[[Settings, Path], Finding]] = {
        "settings": _settings,
        "environment": _environment,
        "engine": _engine,
        "root module": _root_module,
        "backend": _backend,
        "store": _store,
        "encryption": _encryption,
        "policy": _policy,
        "permissions": _permissions,
        "git": _ignored,
    }
    return tuple(_run(name, check, settings, root) for name, check in checks.items())


def _run(name: str, check: Callable[[Settings, Path], Finding], settings: Settings, root: Path) -> Check:
    try:
        verdict, detail, mend = check(settings, root)
    except GuardianError as error:
        return Check.failed(name, error)
    return Check(name=name, verdict=verdict, detail=detail, mend=mend)


def _settings(settings: Settings, _root: Path) -> Finding:
    if settings.file is None:
        return Verdict.OK, "no guardian.yaml: defaults, GUARDIAN_* variables and flags", ""
    return Verdict.OK, str(settings.file), ""


def _environment(_settings: Settings, _root: Path) -> Finding:
    notes = wiring.policed_environment(os.environ).notes
    if notes:
        return Verdict.WARN, "\n".join(notes), "unset what is not meant for Terraform"
    return Verdict.OK, "no variable changes Terraform's commands", ""


def _engine(settings: Settings, root: Path) -> Finding:
    version = probes.engine_version(settings, root)
    return Verdict.OK, f"{version.product} {version.version} ({version.executable})", ""


def _root_module(_settings: Settings, root: Path) -> Finding:
    if wiring.has_configuration(root):
        return Verdict.OK, str(root), ""
    return (
        Verdict.WARN,
        f"no Terraform configuration in {root}: only what reads the store works here",
        "run guardian in the root module, or use -chdir=DIR",
    )


def _backend(settings: Settings, root: Path) -> Finding:
    if not wiring.has_configuration(root):
        return Verdict.OK, "not looked for: there is no root module", ""
    found = probes.read_backend(settings, root)
    if found is None:
        return Verdict.WARN, "not initialised yet: where the state lives is not known", "terraform init"
    backend, raw = found
    if raw.stale_digest:
        words = f"its digest in the table {raw.stale_digest} is another one's, so that Terraform refuses it"
        mend = "guardian restore    # writes the record and its digest again"
        return Verdict.FAIL, f"{backend.address}: {words}", mend
    size = "no state yet" if raw.body is None else f"{len(raw.body)} bytes"
    return Verdict.OK, f"{backend.address}, workspace {backend.workspace}: {size}", ""


def _store(settings: Settings, root: Path) -> Finding:
    return Verdict.OK, probes.try_store(settings, root), ""


def _encryption(settings: Settings, _root: Path) -> Finding:
    keys = probes.try_keys(settings)
    if keys is None:
        remote = "://" in settings.store
        words = "none: states and plans lie in the store as the backend has them, secrets included"
        mend = "set `encryption` in guardian.yaml before the first apply" if remote else ""
        return (Verdict.WARN if remote else Verdict.OK), words, mend
    return Verdict.OK, keys, ""


def _policy(settings: Settings, _root: Path) -> Finding:
    return Verdict.OK, probes.try_policy(settings) or "none: no rule stops a plan", ""


def _permissions(settings: Settings, root: Path) -> Finding:
    open_places = [
        f"{place} ({stat.S_IMODE(place.stat().st_mode):04o})"
        for place in _private_places(settings, root)
        if place.exists() and stat.S_IMODE(place.stat().st_mode) & 0o077
    ]
    if open_places:
        return (
            Verdict.FAIL,
            f"others can read what holds secrets: {', '.join(open_places)}",
            " ".join(["chmod -R go-rwx", *(place.rpartition(" (")[0] for place in open_places)]),
        )
    return Verdict.OK, "what holds secrets is readable by its owner alone", ""


def _ignored(settings: Settings, root: Path) -> Finding:
    places = [each for each in _private_places(settings, root) if each.is_dir()]
    for place in places:
        if _in_checkout(place) and not (place / ".gitignore").exists():
            return (
                Verdict.WARN,
                f"{place} lies in a git checkout and is not ignored by itself",
                f"echo '*' > {place / '.gitignore'}",
            )
    return Verdict.OK, "guardian's own directories are ignored", ""


def _private_places(settings: Settings, root: Path) -> list[Path]:
    store = [] if "://" in settings.store else [Path(settings.store)]
    return list(dict.fromkeys([*store, root / ".guardian"]))


def _in_checkout(place: Path) -> bool:
    return any((each / ".git").exists() for each in place.parents)
