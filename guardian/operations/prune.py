"""Let old snapshots go: recorded first, then their manifests, then what nothing refers to any more."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from guardian.domain.journal import Kind
from guardian.domain.pruning import Candidate, Choice, Keep, choose
from guardian.errors import NotFoundError, StoreCorruptError
from guardian.operations.leases import leased
from guardian.operations.repair import Tools
from guardian.repository.history import History, read_history
from guardian.repository.repository import Project, Repository
from guardian.repository.survey import referents_of

CHECK = "guardian store check    # then guardian store repair"


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """One project, and the verdict on each of its snapshots, newest first."""

    project: Project
    history: History
    choices: tuple[Choice, ...]

    @property
    def going(self) -> tuple[str, ...]:
        """Ids of those that go, newest first."""
        return tuple(each.candidate.id for each in self.choices if each.goes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pruned:
    """What a prune took away.

    Attributes:
        snapshots: How many snapshots it took off the list.
        objects: How many objects went.
        objects_kept: Why no object went, or empty.
    """

    snapshots: int
    objects: int
    objects_kept: str = ""


def judge(repository: Repository, names: Sequence[str], keep: Keep, tools: Tools) -> tuple[Judged, ...]:
    """Say which snapshots of these projects would go; nothing is changed.

    Raises:
        StoreCorruptError: A log is not sound, or the log of any project of the store is gone: what it does
            not say may be what is needed.
    """
    _refuse_unaccounted(repository)
    return tuple(_judge(repository.project(each), keep, tools) for each in names)


def prune(repository: Repository, approved: Sequence[Judged], keep: Keep, tools: Tools) -> Pruned:
    """Let go what was approved, as far as it may still go, and every object that nothing refers to any more.

    All projects share their objects, so the leases of all are held: nobody takes a snapshot meanwhile. A
    prune that was killed is finished by the next one.

    Args:
        repository: Which.
        approved: What was shown.
        keep: By which rules.
        tools: The ports.

    Raises:
        LeaseHeldError: Somebody works on one of the projects; nothing was changed.
        StoreCorruptError: A log is not sound or gone, of whichever project; nothing was changed.
    """
    everyone = [each.name for each in repository.projects()]
    # Before the leases: they are records, and a log that was lost would be there again.
    _refuse_unaccounted(repository)
    projects = [repository.project(each) for each in everyone]
    with leased(projects, identity=tools.identity, clock=tools.clock, ttl_s=tools.ttl_s, on_wait=tools.tell):
        wanted = {each.project.state_id: set(each.going) for each in approved}
        judged = judge(repository, everyone, keep, tools)
        going = {
            each.project.state_id: [one for one in each.going if one in wanted.get(each.project.state_id, ())]
            for each in judged
        }
        tools.tell("looking at what the other snapshots refer to")
        referred, complete = _referred(judged, going)
        for each in judged:
            if gone := going[each.project.state_id]:
                body = {"snapshots": gone, "keep": keep.to_json()}
                each.project.log.append(Kind.SNAPSHOTS_PRUNED, body)
        inventory = repository.inventory
        for each in judged:
            stay = each.history.committed.keys() - set(going[each.project.state_id])
            # Also those of a prune that died after its record, and of writers that died before theirs.
            loose = [one for one in inventory.manifests(each.project.state_id) if one not in stay]
            inventory.delete_manifests(each.project.state_id, loose)
        done = Pruned(snapshots=sum(map(len, going.values())), objects=0)
        if not complete:
            return replace(done, objects_kept=f"not all that refers to them can be read: {CHECK}")
        loose = [each for each in inventory.objects() if each not in referred]
        if [each.name for each in repository.projects()] != everyone:
            # It may refer to what was there before it: nobody held its lease when that was looked at.
            return replace(done, objects_kept="a new project appeared meanwhile: run it again")
        tools.tell(f"taking away {len(loose)} objects")
        inventory.delete_objects(loose)
        return replace(done, objects=len(loose))


def _refuse_unaccounted(repository: Repository) -> None:
    """Refuse while any project cannot say what it needs, since all share their objects."""
    for state_id in repository.state_ids():
        try:
            project = repository.project_of(state_id)
        except NotFoundError as error:
            raise StoreCorruptError(error.message, hint=CHECK) from error
        project.refuse_lost_log()


def _judge(project: Project, keep: Keep, tools: Tools) -> Judged:
    tools.tell(f"reading the log of {project.descriptor.name}")
    history = read_history(project)
    if history.findings:
        raise StoreCorruptError(
            f"the log of {project.descriptor.name} is not sound: {history.findings[0].problem}", hint=CHECK
        )
    committed = reversed(history.committed.values())
    choices = choose(
        [Candidate(id=each.id, at=each.at, run_id=each.run_id) for each in committed],
        keep,
        baseline=history.standing.baseline,
        held_runs=history.held_runs,
        promoted=tuple(reversed(history.promoted)),
        now=tools.clock.now(),
    )
    return Judged(project=project, history=history, choices=choices)


def _referred(judged: Sequence[Judged], going: dict[str, list[str]]) -> tuple[set[str], bool]:
    """Return every object that a snapshot which stays, or a record about an open failure, refers to."""
    referred: set[str] = set()
    complete = True
    for each in judged:
        stay = each.history.committed.keys() - set(going[each.project.state_id])
        objects, whole = referents_of(each.project, stay)
        referred |= objects | each.history.named_objects
        complete &= whole
    return referred, complete
