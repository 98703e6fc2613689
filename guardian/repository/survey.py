"""A whole repository: every project, every snapshot, every object, and what belongs to none of them."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from guardian.errors import NotFoundError
from guardian.repository.check import check_snapshots
from guardian.repository.history import History, read_history
from guardian.repository.keys import CONFIG, Part, object_key, project_key, state_id_of
from guardian.repository.objects import at_once
from guardian.repository.project import Project
from guardian.repository.repository import Repository
from guardian.repository.verification import DAMAGE, Finding

Tell = Callable[[str], None]
_OF_PROJECTS = (Part.DESCRIPTOR, Part.RECORD, Part.MANIFEST)


@dataclass(frozen=True, slots=True, kw_only=True)
class Surveyed:
    """One project: its log, and what is wrong with what counts in it."""

    project: Project
    history: History
    findings: tuple[Finding, ...]

    @property
    def is_whole(self) -> bool:
        """Whether its log is sound, so that it can be written to."""
        return not self.history.findings


@dataclass(slots=True, kw_only=True)
class Survey:
    """What a repository holds.

    Attributes:
        projects: Those whose descriptors can be read.
        findings: What is wrong, each blob once, in the order in which it was found.
        lost: What repairs have set aside and recorded, and nothing has written again since.
        objects: How many objects there are.
        idle: Objects that nothing refers to, sound ones: harmless.
        idle_bytes: What they take in the store.
        leftovers: Manifests that no record names, of killed writers and of prunes: harmless.
        quarantined: How many bodies repair has set aside.
        complete: Whether all that refers to objects could be read; else none is known to be idle.
    """

    projects: list[Surveyed] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    lost: list[Finding] = field(default_factory=list)
    objects: int = 0
    idle: list[str] = field(default_factory=list)
    idle_bytes: int = 0
    leftovers: int = 0
    quarantined: int = 0
    complete: bool = True


def survey(repository: Repository, *, read_data: bool, tell: Tell = lambda _: None) -> Survey:
    """Look at everything in a repository.

    Args:
        repository: Which; opened without a memory, a log that went back is looked at like any other.
        read_data: Also read every byte of every snapshot, shared ones once.
        tell: Told what is looked at now.
    """
    found = Survey()
    if problem := repository.config_problem():
        found.findings.append(Finding(key=CONFIG, problem=problem))
    tell("listing the store")
    parts: dict[Part, list[str]] = {part: [] for part in Part}
    for part, key in repository.inventory.everything():
        parts[part].append(key)
    found.quarantined = len(parts[Part.QUARANTINED])
    found.objects = len(parts[Part.OBJECT])
    foreign = "the layout of a store knows no such key: guardian did not write it"
    found.findings += [Finding(key=key, problem=foreign) for key in parts[Part.FOREIGN]]
    state_ids = {state_id_of(key) for part in _OF_PROJECTS for key in parts[part]}
    referred: set[str] = set()
    for state_id in sorted(state_ids):
        _survey_project(repository, state_id, found, referred, read_data=read_data, tell=tell)
    # A manifest that a damaged record may name is not called a leftover.
    named = {each.project.state_id: each.history.committed for each in found.projects if each.is_whole}
    for key in parts[Part.MANIFEST]:
        known = named.get(state_id_of(key))
        found.leftovers += known is not None and key.rpartition("/")[2] not in known
    _survey_idle(repository, found, referred, parts[Part.OBJECT], tell=tell)
    found.findings = list({(each.key, each.snapshot_id): each for each in found.findings}.values())
    return found


def _survey_project(
    repository: Repository, state_id: str, found: Survey, referred: set[str], *, read_data: bool, tell: Tell
) -> None:
    try:
        project = repository.project_of(state_id)
    except (NotFoundError, *DAMAGE) as error:
        found.findings.append(Finding(key=project_key(state_id), problem=error.message, code=error.code))
        found.complete = False
        return
    tell(f"reading the log of {project.descriptor.name}")
    history = read_history(project)
    tell(f"checking {len(history.committed)} snapshots of {project.descriptor.name}")
    damage = list(check_snapshots(project, history, read_data=read_data))
    found.lost += [each for each in damage if history.knows_loss(each)]
    findings = [*history.findings, *(each for each in damage if not history.knows_loss(each))]
    found.projects.append(Surveyed(project=project, history=history, findings=tuple(findings)))
    found.findings += findings
    objects, complete = referents_of(project, history.committed)
    referred |= objects | history.named_objects
    found.complete &= complete and not history.findings


def referents_of(project: Project, snapshot_ids: Iterable[str]) -> tuple[set[str], bool]:
    """Return every object that these snapshots are made of, and whether all that lists them could be read."""
    referred: set[str] = set()
    complete = True

    def one(snapshot_id: str) -> tuple[set[str], bool]:
        try:
            referents, unreadable = project.referents(project.snapshot(snapshot_id))
        except (NotFoundError, *DAMAGE):
            return set(), False
        return {object_id for _, object_id in referents}, not unreadable

    for objects, whole in at_once(one, snapshot_ids):
        referred |= objects
        complete &= whole
    return referred, complete


def _survey_idle(
    repository: Repository, found: Survey, referred: set[str], keys: list[str], *, tell: Tell
) -> None:
    idle = sorted({key.rpartition("/")[2] for key in keys} - referred)
    if idle:
        tell(f"looking at {len(idle)} objects that nothing refers to")
    inventory = repository.inventory
    for object_id, sound in zip(idle, at_once(inventory.is_sound, idle), strict=True):
        if sound:
            found.idle.append(object_id)
            continue
        problem = f"{object_key(object_id)} does not hold the content that its name stands for"
        found.findings.append(Finding(key=object_key(object_id), problem=problem))
    found.idle_bytes = sum(at_once(inventory.stored_bytes, found.idle))
