"""What the guards refuse, over a Terraform in memory: holds, leases, states, plans, workspaces."""

from pathlib import Path

import pytest

from guardian.domain.engine import PlanOptions, WorkingDirectory
from guardian.domain.run import Outcome
from guardian.errors import (
    ExitCode,
    HeldError,
    LeaseHeldError,
    RefusedError,
    StalePlanError,
    UsageError,
    WrongStateError,
)
from guardian.operations import hold as holds
from guardian.repository.lease import acquire
from tests.fakes.world import World


@pytest.fixture
def world(tmp_path: Path) -> World:
    world = World(tmp_path)
    world.configure(a="1", b="2 <- a")
    return world


def applies(world: World) -> int:
    return sum(verb == "apply" for verb, _ in world.engine.calls)


def test_a_hold_by_a_person_refuses_and_keeps_its_reason(world):
    world.apply()
    holds.set_hold(world.project, "release freeze", clock=world.clock, identity=world.context().identity)
    with pytest.raises(HeldError, match="release freeze"):
        world.apply()
    with pytest.raises(RefusedError, match="release freeze"):
        holds.set_hold(world.project, "another", clock=world.clock, identity=world.context().identity)
    assert holds.release(world.project, "over") is not None
    assert holds.release(world.project, "over") is None
    assert world.apply().outcome is Outcome.NO_CHANGES


def test_hold_and_release_want_a_reason(world):
    world.apply()
    with pytest.raises(UsageError, match="reason"):
        holds.release(world.project, "")
    with pytest.raises(UsageError, match="reason"):
        holds.set_hold(world.project, "", clock=world.clock, identity=world.context().identity)


def test_another_guardian_at_work_refuses(world):
    world.apply()
    context = world.context()
    other = world.guardians
    project = context.repository.project(world.project.descriptor.name)
    held = acquire(project.log, context.identity, world.clock)
    world.living.add(1000 + other)
    with pytest.raises(LeaseHeldError, match=f"pid {1000 + other}"):
        world.apply()
    world.living.clear()  # it died: the next one takes over
    assert world.apply().exit_code is ExitCode.OK
    assert held.id != world.records[-1].body["lease_id"]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"lineage": "another"}, "another state"),
        ({"serial": 0}, "went back"),
        ({"outputs": {"x": {"value": 1, "type": "number"}}}, "forked"),
    ],
)
def test_the_wrong_state_refuses(world, changes, words):
    world.apply()
    body = world.backend.body
    world.rewrite_state(**changes)
    broken = world.backend.body
    world.configure(a="new")
    with pytest.raises(WrongStateError, match=words):
        world.apply()
    assert applies(world) == 1
    assert world.backend.body == broken != body


def test_an_emptied_state_refuses(world):
    world.configure(**dict.fromkeys("abcdef", "1"))
    world.apply()
    document = world.backend.document
    world.rewrite_state(serial=document["serial"] + 1, resources=document["resources"][:1])
    with pytest.raises(WrongStateError, match="5 of 6 instances vanished"):
        world.apply()


@pytest.mark.parametrize("body", [b"", b'{"version": 4, "serial"', b'{"version": 4}'])
def test_a_torn_state_refuses(world, body):
    world.apply()
    world.backend.body = body
    with pytest.raises(WrongStateError, match="state"):
        world.apply()
    assert world.backend.body == body


def test_a_state_that_vanished_refuses(world):
    world.apply()
    world.backend.body = None
    with pytest.raises(WrongStateError, match="no state"):
        world.apply()


def test_an_accepted_state_is_the_known_one(world):
    world.apply()
    world.rewrite_state(lineage="another")
    with pytest.raises(UsageError, match="reason"):
        world.snapshot(accept_state=True)
    with pytest.raises(WrongStateError):
        world.snapshot()
    created = world.snapshot(accept_state=True, reason="moved by hand")
    assert created.promoted
    assert world.apply().outcome is Outcome.NO_CHANGES


def test_a_snapshot_by_hand_with_changes_pending_is_not_promoted(world):
    created = world.snapshot()
    assert not created.promoted
    assert created.pending == 2
    assert world.project.log.standing().baseline is None
    assert applies(world) == 0


def saved_plan(world: World) -> Path:
    """Return a plan saved by somebody else."""
    out = world.directory / "saved.tfplan"
    where = WorkingDirectory(root=world.root, run_dir=world.directory, environment={})
    world.engine.plan(where, out=out, options=PlanOptions(), on_event=lambda _: None)
    return out


def test_a_saved_plan_is_applied_as_it_is(world):
    ended = world.apply(plan_file=saved_plan(world), auto_approve=False)
    assert ended.outcome is Outcome.APPLIED
    assert [verb for verb, _ in world.engine.calls].count("plan") == 1


def test_a_stale_plan_refuses(world):
    world.apply()
    world.configure(a="new", b="2 <- a")
    stale = saved_plan(world)
    world.configure(a="newer", b="2 <- a")
    world.apply()
    world.configure(a="new", b="2 <- a")
    with pytest.raises(StalePlanError, match="stale: made at serial 1, but the state is at 2"):
        world.apply(plan_file=stale)
    assert world.inputs["a"] == "newer"


def test_a_plan_of_another_state_refuses(world):
    world.apply()
    world.configure(a="new", b="2 <- a")
    saved = saved_plan(world)
    world.rewrite_state(lineage="another")
    world.snapshot(accept_state=True, reason="moved by hand")
    with pytest.raises(StalePlanError, match="another state"):
        world.apply(plan_file=saved)


@pytest.mark.parametrize("change", ["edited", "added", "removed"])
def test_a_plan_of_another_configuration_refuses(world, change):
    saved = saved_plan(world)
    if change == "edited":
        world.configure(a="edited")
    elif change == "added":
        (world.root / "more.tf").write_text("# more\n")
    else:
        (world.root / "main.tf").unlink()
        (world.root / "other.tf").write_text("# none\n")
    with pytest.raises(StalePlanError, match="another configuration"):
        world.apply(plan_file=saved)
    assert applies(world) == 0


@pytest.mark.parametrize("operation", ["apply", "snapshot"])
def test_a_mistyped_workspace_is_not_planned_on(world, operation):
    world.apply()
    world.backend.workspace = "prdo"
    stored = dict(world.store.bodies)
    with pytest.raises(WrongStateError, match=r"'prdo' is selected, but .* does not exist") as refused:
        getattr(world, operation)()
    assert "terraform workspace list" in refused.value.hint
    assert world.store.bodies == stored
    assert [verb for verb, _ in world.engine.calls].count("plan") == 1


def test_init_never_names_the_workspace(world):
    world.backend.initialised = False
    world.environment = {"TF_WORKSPACE": "prdo"}
    seen = []
    real = world.engine.init

    def looking(where, **given):
        seen.append(where.environment)
        return real(where, **given)

    world.engine.init = looking
    world.apply()
    assert ["TF_WORKSPACE" in each for each in seen] == [False]
