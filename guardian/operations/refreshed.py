"""Let Terraform's own refresh read what guardian has no reader for; it changes nothing and locks nothing."""

from collections.abc import Mapping

from guardian.domain.engine import InitOptions, PlanOptions
from guardian.domain.fingerprint import PLAIN, fingerprint
from guardian.domain.live import Seen
from guardian.domain.observation import Absent
from guardian.domain.snapshot import Snapshot
from guardian.domain.state import StateInstance, parse_state
from guardian.errors import GuardianError, InterruptedRunError
from guardian.operations.context import Context
from guardian.operations.plan import initialise, make_plan
from guardian.operations.scene import lay_out
from guardian.operations.session import Place
from guardian.repository.project import Project

SCENE, PLAN = "refreshed", "refreshed.tfplan"


def read(
    context: Context,
    project: Project,
    place: Place,
    snapshot: Snapshot,
    wanted: Mapping[str, StateInstance],
) -> tuple[Mapping[str, Seen], str]:
    """Plan with `-refresh-only`, limited to these addresses.

    Args:
        context: The ports.
        project: Which.
        place: A private directory.
        snapshot: Whose configuration plans; it tells the backend and the providers.
        wanted: Instances by address.

    Returns:
        What was seen of each, and why Terraform read nothing, or empty.
    """
    number = len(wanted)
    context.audience.phase(f"Terraform reads {number} {'instance' if number == 1 else 'instances'}")
    try:
        scene = lay_out(context, project, place, snapshot, name=SCENE)
        planned = make_plan(
            context,
            scene.where,
            PlanOptions(
                var_files=scene.var_files, targets=tuple(sorted(wanted)), refresh_only=True, lock=False
            ),
            name=PLAN,
            initialise_first=lambda: initialise(context, scene.where, InitOptions()),
            own=False,
        )
    except InterruptedRunError:
        raise
    except GuardianError as error:
        return {}, f"Terraform could not read it: {error.message}"
    found = parse_state(planned.file.refreshed_state).managed
    return {
        address: fingerprint(found[address].attributes, PLAIN) if address in found else Absent()
        for address in wanted
    }, ""
