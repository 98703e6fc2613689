"""Read what is live of recorded instances: by guardian's readers, else by Terraform's own refresh."""

from collections.abc import Iterable, Mapping
from typing import NoReturn

from guardian.domain.coverage import Coverage
from guardian.domain.drift_rules import NO_SCOPE, Scope
from guardian.domain.live import Reading, Seen, Tier, Unmanaged
from guardian.domain.observation import Unreadable
from guardian.domain.places import Places, is_aws, known, places_of
from guardian.domain.snapshot import Snapshot
from guardian.domain.state import StateInstance, parse_state
from guardian.domain.unaccounted import lives_in_state_alone
from guardian.errors import GuardianError, InterruptedRunError, WrongAccountError
from guardian.operations import refreshed
from guardian.operations.context import Context
from guardian.operations.session import Place
from guardian.repository.project import Project


def read_live(
    context: Context,
    project: Project,
    place: Place,
    wanted: Mapping[str, StateInstance],
    located: Snapshot | None,
    *,
    beside: Iterable[StateInstance] = (),
    tier: Tier = Tier.FULL,
    scope: Scope = NO_SCOPE,
) -> tuple[Reading, Coverage]:
    """Read each instance, and what is in scope.

    Args:
        context: The ports.
        project: Which.
        place: A private directory.
        wanted: Instances by address, as recorded.
        located: Whose configuration Terraform plans with; None where it is not to read.
        beside: What else is recorded: it may explain what is live of an instance.
        tier: Who reads, and how much of it.
        scope: What belongs to the project although no state knows it.

    Raises:
        LiveError: Nothing can be asked at all.
        WrongAccountError: The credentials are of another account than what is recorded.
    """
    alone = {address for address, each in wanted.items() if lives_in_state_alone(each.resource_type)}
    direct = (
        {}
        if tier is Tier.EXACT
        else {
            address: each
            for address, each in wanted.items()
            if is_aws(each) and address not in alone and context.fingerprints.covers(each.resource_type)
        }
    )
    reading = Reading(seen={})
    if direct:
        number = len(direct)
        context.audience.phase(f"reading {number} {'instance' if number == 1 else 'instances'}")
        reading = _directly(context, direct, beside, quick=tier is Tier.QUICK, scope=scope)
    rest = {address: each for address, each in wanted.items() if address not in alone | direct.keys()}
    by_terraform: Mapping[str, Seen] = {}
    why_not = ""
    if rest and tier in {Tier.QUICK, Tier.READERS}:
        why_not = "only guardian's own readers looked"
    elif rest and located is not None:
        by_terraform, why_not = refreshed.read(context, project, place, located, rest)
    seen = {**reading.seen, **by_terraform}
    not_covered: dict[str, int] = {}
    for address in sorted(rest.keys() - by_terraform.keys()):
        kind = rest[address].resource_type
        not_covered[kind] = not_covered.get(kind, 0) + 1
    unreadable = sum(isinstance(each, Unreadable) for each in seen.values())
    coverage = Coverage(
        read=len(direct) - sum(isinstance(each, Unreadable) for each in reading.seen.values()),
        by_terraform=len(by_terraform),
        state_alone=len(alone),
        unreadable=unreadable,
        not_covered=not_covered,
        why_not=why_not,
        unseen=reading.unseen,
        not_listed=reading.not_listed,
        requests=reading.requests,
        duration_s=round(reading.duration_s, 2),
    )
    return Reading(seen=seen, unmanaged=reading.unmanaged), coverage


def _directly(
    context: Context,
    direct: Mapping[str, StateInstance],
    beside: Iterable[StateInstance],
    *,
    quick: bool,
    scope: Scope,
) -> Reading:
    others = [each for each in beside if is_aws(each) and each.identity not in direct]
    # Many types have no ARN: where they live, the others tell.
    places = places_of((*direct.values(), *others))
    with context.interruption.told_to(_end):
        account = context.fingerprints.account()
    if places.accounts and account not in places.accounts:
        theirs = ", ".join(sorted(places.accounts))
        raise WrongAccountError(
            f"these credentials are of account {account}; what the state records is in {theirs}",
            hint="aws sts get-caller-identity    # and the profile or role of that account",
        )
    asked, refused = [], dict[str, Seen]()
    for address, each in direct.items():
        other = _other_account(each, places, account)
        if other:
            reason = f"it is in account {other}, and these credentials are of {account}"
            refused[address] = Unreadable(reason=reason)
            others.append(each)
        else:
            asked.append(known(each, places))
    with context.interruption.told_to(_end):
        reading = context.fingerprints.read(
            asked, quick=quick, scope=scope, beside=[known(each, places) for each in others]
        )
    return Reading(
        seen={**reading.seen, **refused},
        unseen=reading.unseen,
        unmanaged=reading.unmanaged,
        not_listed=reading.not_listed,
        requests=reading.requests,
        duration_s=reading.duration_s,
    )


def _end(signal: str) -> NoReturn:
    """End the look where it is: it has changed nothing, and what it has not read cannot be told."""
    raise InterruptedRunError(f"interrupted by {signal} while reading; nothing was changed")


def _other_account(instance: StateInstance, places: Places, account: str) -> str:
    theirs = places.account_of.get(instance.provider, "")
    return theirs if theirs != account else ""


def unknown_anywhere(
    context: Context, project: Project, unmanaged: Iterable[Unmanaged]
) -> tuple[Unmanaged, ...]:
    """Leave out what the newest snapshot of another project of the store records."""
    listed = tuple(unmanaged)
    if not listed:
        return ()
    theirs: set[tuple[str, str]] = set()
    for descriptor in context.repository.projects():
        if descriptor.name == project.descriptor.name:
            continue
        try:
            other = context.repository.project(descriptor.name)
            newest = next(iter(other.snapshots()), None)
            if newest is not None:
                theirs |= _objects(context, other, newest)
        except GuardianError as error:
            context.audience.note(
                f"what {descriptor.name} knows may be listed as unmanaged: it cannot be read: {error.message}"
            )
    return tuple(each for each in listed if (each.resource_type, each.object_id) not in theirs)


def _objects(context: Context, project: Project, snapshot: Snapshot) -> set[tuple[str, str]]:
    if snapshot.state is None:
        return set()
    managed = parse_state(project.get_state(snapshot.state)).managed.values()
    places = places_of(managed)
    covered = [each for each in managed if context.fingerprints.covers(each.resource_type)]
    return {(each.resource_type, context.fingerprints.key(known(each, places))) for each in covered}
