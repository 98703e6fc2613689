"""Look at a whole store: what is in it, what is damaged, and what this machine remembers otherwise."""

from collections.abc import Callable
from dataclasses import replace

from guardian.errors import GuardianError, LogRolledBackError
from guardian.ports.memory import HeadMemory
from guardian.repository.keys import log_prefix
from guardian.repository.repository import Repository
from guardian.repository.survey import Survey, survey
from guardian.repository.verification import Finding


def check_store(
    repository: Repository,
    remembering: Repository,
    memory: HeadMemory,
    *,
    read_data: bool,
    tell: Callable[[str], None],
) -> Survey:
    """Survey a store, and add what contradicts this machine's memory of it.

    Args:
        repository: Opened without a memory, so that a log that went back is looked at all the same.
        remembering: The same, opened with it.
        memory: What is remembered.
        read_data: Also read every byte of every snapshot.
        tell: Told what is looked at now.
    """
    found = survey(repository, read_data=read_data, tell=tell)
    went_back: dict[str, Finding] = {}
    names = {each.project.descriptor.name for each in found.projects}
    for each in remembering.readable_projects():
        try:
            each.log.head()
        except LogRolledBackError as error:
            key = log_prefix(each.state_id)
            went_back[each.state_id] = Finding(key=key, problem=error.message, code=error.code)
        except GuardianError:  # the survey has found that already
            continue
    found.findings += went_back.values()
    found.projects = [
        replace(each, findings=(*each.findings, went_back[each.project.state_id]))
        if each.project.state_id in went_back
        else each
        for each in found.projects
    ]
    for seen in memory.known(repository.address):
        if seen.descriptor.name not in names:
            problem = f"{seen.descriptor.name} is gone, but this machine saw record {seen.number} of its log"
            key = log_prefix(seen.state_id)
            found.findings.append(Finding(key=key, problem=problem, code=LogRolledBackError.code))
    return found
