"""Who depends on what changes: by references of the configuration, and by what the state recorded."""

import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guardian.domain.plan import Action, PlannedChange
from guardian.domain.review.blast import Blast
from guardian.domain.review.document import read_document
from guardian.domain.review.graph import NAMED_MAX, Dependencies, count_managed
from guardian.domain.review.plan_parts import Recorded
from guardian.domain.review.references import arguments_of, is_managed
from guardian.errors import PlanFormatError


def resource(address, *references, mode="managed", **more):
    expressions = {"input": {"references": list(references)}} if references else {}
    return {"address": address, "mode": mode, "expressions": expressions, **more}


def root(*resources, calls=None, **more):
    return {"root_module": {"resources": list(resources), "module_calls": calls or {}, **more}}


def recorded(dependencies):
    return [Recorded(address=address, depends_on=list(named)) for address, named in dependencies.items()]


def blast_of(configuration, recorded, changed):
    return Dependencies(configuration, recorded).blast(changed)


def direct(configuration, changed, state=None):
    return Dependencies(configuration, state or ()).dependents(changed)


A, B, C = "terraform_data.a", "terraform_data.b", "terraform_data.c"


def test_direct_and_transitive_dependents_and_the_edges_between_them():
    configuration = root(resource(A), resource(B, f"{A}.id", A), resource(C, f"{B}.output", B))
    assert blast_of(configuration, (), [f"{A}[0]"]) == Blast(
        direct={A: (B,)}, transitive={A: (B, C)}, number={A: 2}, edges=((B, A), (C, B))
    )
    assert blast_of(configuration, (), [C]) == Blast(direct={C: ()}, transitive={C: ()}, number={C: 0})


@pytest.mark.parametrize(
    "where",
    [
        {"count_expression": {"references": [A]}},
        {"for_each_expression": {"references": [f"{A}.output", A]}},
        {"depends_on": [A]},
        {"provisioners": [{"type": "local-exec", "expressions": {"command": {"references": [A]}}}]},
        {"expressions": {"block": [{"inner": {"deep": {"references": [f'{A}["x.y"].id', A]}}}]}},
        {"expressions": {"block": [{"references": {"references": [A]}}]}},
    ],
)
def test_every_place_of_a_reference_is_read(where):
    assert direct(root(resource(A), {**resource(B), **where}), A) == (B,)


def test_data_sources_are_passed_through():
    data = resource("data.x.y", A, mode="data")
    assert direct(root(resource(A), data, resource(B, "data.x.y.id", "data.x.y")), A) == (B,)


def test_a_reference_to_nothing_that_changes_is_none():
    others = resource(B, "each.key", "path.module", "var.x", "local.y", "terraform.workspace", "count.index")
    assert direct(root(resource(A), others), A) == ()


def module(*resources, **more):
    return {"resources": list(resources), **more}


OUTPUT = {"o": {"expression": {"references": ["terraform_data.in.id", "terraform_data.in"]}}}
INNER = "module.m.terraform_data.in"


def test_references_go_into_modules_by_variables_and_out_by_outputs():
    inner = module(resource("terraform_data.in", "var.v"), outputs=OUTPUT)
    calls = {"m": {"module": inner, "expressions": {"v": {"references": [f"{A}.id", A]}}}}
    configuration = root(
        resource(A), resource(B, 'module.m["k"].o', 'module.m["k"]', "module.m"), calls=calls
    )
    graph = Dependencies(configuration, ())
    assert graph.dependents(A) == (INNER,)
    assert graph.dependents(INNER) == (B,)


def test_only_the_output_that_is_named_is_followed():
    two = {**OUTPUT, "p": {"expression": {"references": ["terraform_data.other.id", "terraform_data.other"]}}}
    inner = module(resource("terraform_data.in"), resource("terraform_data.other"), outputs=two)
    configuration = root(resource(B, "module.m.o", "module.m"), calls={"m": {"module": inner}})
    assert direct(configuration, "module.m.terraform_data.other") == ()
    assert direct(configuration, INNER) == (B,)


@pytest.mark.parametrize(
    "where", [{"depends_on": ["module.m"]}, {"for_each_expression": {"references": ["module.m"]}}]
)
def test_who_names_a_whole_module_depends_on_all_of_it(where):
    nested = {"n": {"module": module(resource("terraform_data.deep"))}}
    inner = module(resource("terraform_data.in"), module_calls=nested)
    configuration = root({**resource(B), **where}, calls={"m": {"module": inner}})
    assert direct(configuration, INNER) == (B,)
    assert direct(configuration, "module.m.module.n.terraform_data.deep") == (B,)


@pytest.mark.parametrize("where", [{"depends_on": [A]}, {"count_expression": {"references": [A]}}])
def test_what_a_whole_module_depends_on_all_of_it_does(where):
    nested = {"n": {"module": module(resource("terraform_data.deep"))}}
    inner = module(resource("terraform_data.in"), module_calls=nested)
    configuration = root(resource(A), calls={"m": {"module": inner, **where}})
    assert direct(configuration, A) == ("module.m.module.n.terraform_data.deep", INNER)


def test_what_the_state_recorded_counts_without_what_follows_from_it():
    """A local is not expanded in the JSON; the state knows what stood behind it."""
    configuration = root(resource(A), resource(B, "local.x"), resource(C, B))
    state = recorded({A: [], B: [A], C: [A, B, "data.x.y"]})
    graph = Dependencies(configuration, state)
    assert graph.dependents(A) == (B,)
    assert graph.dependents(B) == (C,)


def test_what_left_the_configuration_still_depends():
    assert direct({}, A, recorded({f"{B}[0]": [A], f"{B}[1]": [A]})) == (B,)


def test_a_circle_of_configuration_and_record_comes_to_an_end():
    blast = blast_of(root(resource(A, B), resource(B)), recorded({B: [A]}), [A])
    assert blast.transitive == {A: (B,)}
    assert blast.number == {A: 1}


def test_many_dependents_are_counted_and_the_first_are_named():
    others = [resource(f"terraform_data.x{index:04}", A) for index in range(NAMED_MAX + 50)]
    blast = blast_of(root(resource(A), *others), (), [A])
    assert blast.number[A] == NAMED_MAX + 50 == len(blast.direct[A])
    assert blast.transitive[A] == blast.direct[A][:NAMED_MAX]


def test_five_thousand_changes_in_a_row_are_no_burden():
    resources = [
        resource(
            f"terraform_data.x{index}", *({f"terraform_data.x{index - 1}", f"terraform_data.x{index // 2}"})
        )
        for index in range(1, 5_000)
    ]
    began = time.process_time()
    blast = blast_of(root(*resources), (), [each["address"] for each in resources])
    assert blast.number["terraform_data.x1"] == 4_998
    assert time.process_time() - began < 10


def deleted(*addresses, action=Action.DELETE):
    return [PlannedChange(address=each, resource_type="x", action=action) for each in addresses]


TWO = [f'module.data["{key}"].x.{name}' for key in ("a", "b") for name in ("bucket", "guard")]


def of_two_instances(*more):
    inner = module(resource("x.bucket"), resource("x.guard", "x.bucket"), resource("x.rare", "x.bucket"))
    configuration = root(*more, calls={"data": {"module": inner}})
    known = recorded(dict.fromkeys([*TWO, 'module.data["b"].x.rare[0]', B], ()))
    return Dependencies(configuration, known)


@pytest.mark.parametrize(
    ("planned", "bucket", "number"),
    [
        (deleted(TWO[0]), TWO[0], 1),  # x.rare is in the other instance alone
        (deleted(TWO[2]), TWO[2], 2),
        (deleted(*TWO[:2]), TWO[0], 0),
        (deleted(TWO[0], TWO[3]), TWO[0], 1),
        (deleted(TWO[0], TWO[1], action=Action.REPLACE), TWO[0], 1),
        ([*deleted(TWO[0]), *deleted('module.data["a"].x.rare[0]', action=Action.CREATE)], TWO[0], 2),
    ],
)
def test_within_a_module_call_the_same_instance_counts_as_far_as_it_stays(planned, bucket, number):
    assert of_two_instances().counted(planned)[bucket] == number


def test_beyond_a_module_call_everything_counts_until_it_is_deleted_whole():
    graph = of_two_instances(resource(B, "module.data"))
    assert graph.counted(deleted(*TWO[:2]))[TWO[0]] == 1
    assert graph.counted(deleted(*TWO[:2], B))[TWO[0]] == 0
    unknown = Dependencies(root(resource(A), resource(B, A)), ())
    assert unknown.counted(deleted(A)) == {A: 1}
    keyed = Dependencies(root(resource(A), resource(B, A)), recorded({f"{B}[0]": [], f"{B}[1]": []}))
    assert keyed.counted(deleted(A, f"{B}[0]"))[A] == 1
    assert keyed.counted(deleted(A, f"{B}[0]", f"{B}[1]"))[A] == 0


def test_what_goes_in_part_is_told_from_what_goes_whole():
    graph = of_two_instances()
    assert graph.partly_gone(deleted(*TWO[:2], TWO[3])) == {"module.data.x.bucket"}
    assert graph.partly_gone(deleted(TWO[0], action=Action.REPLACE)) == {"module.data.x.bucket"}
    assert graph.partly_gone(deleted(TWO[0], action=Action.UPDATE)) == frozenset()
    leftover = PlannedChange(address=TWO[0], resource_type="x", action=Action.DELETE, deposed="12345678")
    assert graph.partly_gone([leftover]) == frozenset()
    assert graph.counted([leftover])[TWO[0]] == 1


def test_five_thousand_instances_of_modules_are_counted_at_once():
    inner = module(resource("x.a"), *(resource(f"x.b{index}", "x.a") for index in range(99)))
    configuration = root(calls={f"m{index}": {"module": inner} for index in range(50)})
    addresses = [
        f'module.m{index}["k"].{each["address"]}' for index in range(50) for each in inner["resources"]
    ]
    graph = Dependencies(configuration, recorded(dict.fromkeys(addresses, ())))
    began = time.process_time()
    assert graph.counted(deleted(*addresses[:-1]))['module.m49["k"].x.a'] == 1
    assert time.process_time() - began < 5


@given(st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12)), max_size=30))
def test_it_agrees_with_a_walk(edges):
    names = {index: f"terraform_data.x{index}" for index in range(13)}
    forwards: dict[int, list[str]] = {index: [] for index in names}
    for low, high in ((min(edge), max(edge)) for edge in edges):
        if low != high:
            forwards[high].append(names[low])
    blast = blast_of(root(*(resource(names[index], *forwards[index]) for index in names)), (), names.values())
    for index, name in names.items():
        reached: set[int] = set()
        waiting = [index]
        while waiting:
            here = waiting.pop()
            for other in names:
                if names[here] in forwards[other] and other not in reached:
                    reached.add(other)
                    waiting.append(other)
        assert blast.transitive[name] == tuple(sorted(names[each] for each in reached))
        assert blast.number[name] == len(reached)


def document(**parts):
    body = {"format_version": "1.2", "resource_changes": [], **parts}
    return read_document(json.dumps(body).encode(), named="plan.json")


def test_managed_instances_are_counted_without_their_values():
    child = {"resources": [{"address": "module.m.a.b", "mode": "managed", "depends_on": ["a.b"]}]}
    resources = [
        {"address": "a.b", "mode": "managed", "values": {"id": "x"}},
        {"address": "data.a.b", "mode": "data"},
        {"address": "a.b", "mode": "managed", "deposed_key": "12345678"},
    ]
    state = {"values": {"root_module": {"resources": resources, "child_modules": [child]}}}
    found = document(prior_state=state).recorded()
    assert [each.address for each in found] == ["a.b", "a.b", "module.m.a.b"]
    assert count_managed(found) == 2
    assert document().recorded() == ()


@pytest.mark.parametrize(
    "parts",
    [
        {"configuration": {"root_module": 5}},
        {"configuration": {"root_module": {"resources": [5]}}},
        {"configuration": {"root_module": {"resources": [{"mode": "managed"}]}}},
        {"configuration": {"root_module": {"resources": [{"address": "a.b", "provisioners": 1}]}}},
        {"configuration": {"root_module": {"module_calls": {"m": {"source": 5, "module": {}}}}}},
        {"configuration": {"root_module": {"outputs": {"o": []}}}},
        {"prior_state": {"values": {"root_module": {"resources": [{"address": 5}]}}}},
        {"prior_state": {"values": {"root_module": {"resources": [{"address": "a.b", "depends_on": [5]}]}}}},
        {"prior_state": []},
    ],
)
def test_a_part_of_another_form_is_one_clear_error(parts):
    found = document(**parts)
    with pytest.raises(PlanFormatError, match="not of a plan's form"):
        blast_of(found.configuration(), found.recorded(), [A])


def test_references_of_another_form_are_none():
    odd = {"expressions": {"a": {"references": [5, None, ""]}, "b": {"references": "x"}, "c": [1, "x"]}}
    assert direct(root(resource(A), {**resource(B), **odd}), A) == ()


def test_arguments_are_what_the_configuration_writes():
    inner = module({**resource("aws_vpc.v"), "expressions": {"tags": {}}})
    configuration = root(
        resource(A, "var.x"), resource("data.x.y", mode="data"), calls={"m": {"module": inner}}
    )
    assert arguments_of(configuration) == {A: {"input"}, "module.m.aws_vpc.v": {"tags"}}


@pytest.mark.parametrize(
    ("address", "managed"),
    [("a.b", True), ("data.a.b", False), ("module.data.a.b", True), ("module.m.data.a.b", False)],
)
def test_a_data_source_is_told_by_its_address(address, managed):
    assert is_managed(address) is managed
