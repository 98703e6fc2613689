"""Which locks may go: by themselves only what a dead run left, by name what nobody alive holds."""

import itertools

import pytest

from guardian.domain.actor import Actor
from guardian.domain.unlocking import Held, Life, Named, Verdict, What, life_of, verdict

ID = "6cf1a3a1-5ee9-4d0e-8a4e-0b9a3a1f8d55"
OTHER = "77777777-5ee9-4d0e-8a4e-0b9a3a1f8d55"
ME = Actor(user="ann", host="laptop", pid=100, boot_id="boot", started=1000)


def held(what: What, life: Life, *, run_id: str = "", lock_id: str = ID) -> Held:
    return Held(what=what, id=lock_id, holder="somebody", life=life, run_id=run_id)


def removed(each: Held, named: Named | None = None) -> bool:
    return verdict(each, named).removes


def test_by_itself_only_what_a_dead_run_left_goes() -> None:
    going = {
        (what, life, run_id)
        for what, life, run_id in itertools.product(What, Life, ("", "run-1"))
        if removed(held(what, life, run_id=run_id))
    }
    assert going == {
        (What.LEASE, Life.DEAD, ""),
        (What.LEASE, Life.DEAD, "run-1"),
        (What.TERRAFORM, Life.DEAD, "run-1"),
    }


def test_by_name_everything_goes_but_a_lock_whose_terraform_lives() -> None:
    staying = {
        (what, life)
        for what, life, run_id in itertools.product(What, Life, ("", "run-1"))
        if not removed(held(what, life, run_id=run_id), Named(what=what, id=ID))
    }
    assert staying == {(What.TERRAFORM, Life.ALIVE)}


@pytest.mark.parametrize("given", [ID[:8], ID[:-1], ID + "0", ID.upper(), f" {ID}", OTHER, "*", ""])
@pytest.mark.parametrize("what", What)
def test_no_part_of_an_id_names_a_lock(what: What, given: str) -> None:
    for life in Life:
        assert not removed(held(what, life, run_id="run-1"), Named(what=what, id=given))


def test_a_lock_without_an_id_is_never_removed() -> None:
    for life, run_id in itertools.product(Life, ("", "run-1")):
        assert not removed(
            held(What.TERRAFORM, life, run_id=run_id, lock_id=""), Named(what=What.TERRAFORM, id="")
        )


def test_naming_one_leaves_the_other() -> None:
    dead = held(What.LEASE, Life.DEAD)
    assert verdict(dead, Named(what=What.TERRAFORM, id=ID)) == Verdict(
        removes=False, reason="nobody asked for it"
    )


def actor(pid: int, **more: str) -> Actor:
    return Actor(**{"user": "ann", "host": "laptop", "boot_id": "boot", "started": 1, **more, "pid": pid})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("holders", "life"),
    [
        ([actor(1), actor(2)], Life.DEAD),
        ([actor(1), actor(3)], Life.ALIVE),
        ([actor(3), actor(1)], Life.ALIVE),
        ([actor(1), actor(3, host="build-7")], Life.UNKNOWN),
        ([actor(1), actor(3, boot_id="the boot before")], Life.UNKNOWN),
        ([actor(3, host="build-7"), actor(4)], Life.ALIVE),
        ([actor(3, boot_id="")], Life.UNKNOWN),
        ([], Life.UNKNOWN),
    ],
)
def test_holders_are_dead_when_each_of_them_is_proven_dead(holders: list[Actor], life: Life) -> None:
    assert life_of(holders, ME, lambda each: each.pid in {1, 2}) is life


def test_without_a_boot_nothing_is_alive_for_sure() -> None:
    me = Actor(user="ann", host="laptop", pid=100)
    assert life_of([Actor(user="ann", host="laptop", pid=3)], me, lambda _: False) is Life.UNKNOWN
