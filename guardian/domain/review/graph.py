"""Which resources depend on which: read from a plan's configuration and from what its state recorded.

Terraform's JSON does not expand locals (`local.x` stands there as it is). What existing resources depend on
through one is in the state; of what is new such a reference cannot be followed.
Source: https://developer.hashicorp.com/terraform/internals/json-format#expression-representation
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING, Any

from guardian.domain.address import resource_of
from guardian.domain.plan import DESTRUCTIVE, Action, PlannedChange
from guardian.domain.review.blast import Blast
from guardian.domain.review.plan_parts import Recorded
from guardian.domain.review.references import Edge, Node, edges_of, is_managed
from guardian.domain.review.staying import Staying

if TYPE_CHECKING:
    import networkx as nx

NAMED_MAX = 200
"""So many of all that depend on one resource are named; all are counted."""


class Dependencies:
    """A graph of managed resources without keys; outputs, variables and data sources are passed through.

    Args:
        configuration: As `show -json` has it.
        recorded: The instances of the state that the plan was made from; empty before the first apply.
    """

    def __init__(self, configuration: Mapping[str, Any], recorded: Sequence[Recorded]) -> None:
        import networkx as nx

        self._graph: nx.DiGraph[Node] = nx.DiGraph()
        self._graph.add_edges_from(edges_of(configuration))
        self._graph.add_edges_from(_recorded(recorded))
        self._found: dict[Node, frozenset[str]] = {}
        self._instances = tuple(each.address for each in recorded if not each.deposed_key)

    def dependents(self, resource: str) -> tuple[str, ...]:
        """Return the resources that refer to one, sorted, without itself."""
        if resource not in self._graph:
            return ()
        return tuple(sorted(self._direct(resource) - {resource}))

    def blast(self, changed: Iterable[str]) -> Blast:
        """Return what depends on changed resources.

        Args:
            changed: Addresses, with or without keys.
        """
        wanted = sorted({resource_of(each) for each in changed})
        closure = self._closure
        reached = {each: closure.dependents(each) for each in wanted}
        among = 0
        for each in wanted:
            among |= reached[each] | closure.bit(each)
        return Blast(
            direct={each: self.dependents(each) for each in wanted},
            transitive={each: tuple(islice(closure.names(reached[each]), NAMED_MAX)) for each in wanted},
            number={each: reached[each].bit_count() for each in wanted},
            edges=tuple(
                sorted((other, each) for each in closure.names(among) for other in self.dependents(each))
            ),
        )

    def counted(self, planned: Sequence[PlannedChange]) -> dict[str, int]:
        """Return by address how many resources that stay depend on an instance in the end.

        What the plan deletes with it does not need it any more. In the same module call the same instance of
        the module counts alone; beyond that Terraform does not tell which instance needs which.
        """
        deleted = {each.address for each in planned if each.action is Action.DELETE and not each.deposed}
        closure = self._closure
        staying = Staying(
            (*self._instances, *(each.address for each in planned)),
            deleted,
            resources=closure.resources,
            bit=closure.bit,
        )
        return {
            each.address: (
                closure.dependents(resource_of(each.address)) & staying.beside(each.address)
            ).bit_count()
            for each in planned
        }

    def partly_gone(self, planned: Iterable[PlannedChange]) -> frozenset[str]:
        """Return the resources of which some instances are destroyed or replaced, and others are not."""
        gone = {each.address for each in planned if each.action in DESTRUCTIVE and not each.deposed}
        going = {resource_of(each) for each in gone}
        return frozenset(
            resource
            for each in self._instances
            if each not in gone
            if (resource := resource_of(each)) in going
        )

    @cached_property
    def _closure(self) -> "_Closure":
        return _Closure(self._graph)

    def _direct(self, node: Node) -> frozenset[str]:
        """Return the managed resources before a node, through whatever is none."""
        if node not in self._found:
            seen: set[Node] = {node}
            waiting: list[Node] = [node]
            found: set[str] = set()
            while waiting:
                for each in self._graph.predecessors(waiting.pop()):
                    if isinstance(each, str):
                        found.add(each)
                    elif each in self._found:
                        found |= self._found[each]
                    elif each not in seen:
                        seen.add(each)
                        waiting.append(each)
            self._found[node] = frozenset(found)
        return self._found[node]


class _Closure:
    """All that depends on each node, as bits: one for each managed resource, in order of their names.

    Sets of names would be quadratic in memory where a plan changes everything.
    """

    def __init__(self, graph: "nx.DiGraph[Node]") -> None:
        import networkx as nx

        self.resources = sorted(each for each in graph if isinstance(each, str))
        self._index = {name: index for index, name in enumerate(self.resources)}
        # A state may be older than the configuration: both together may go round in a circle.
        condensed = nx.condensation(graph)
        self._component: Mapping[Node, int] = condensed.graph["mapping"]
        self._bits: dict[int, int] = {}
        for component in nx.topological_sort(condensed):
            bits = 0
            for member in condensed.nodes[component]["members"]:
                bits |= self.bit(member)
            for before in condensed.predecessors(component):
                bits |= self._bits[before]
            self._bits[component] = bits

    def bit(self, node: Node) -> int:
        """Return a resource's own bit; none for what is no managed resource, or stands alone."""
        return 1 << self._index[node] if isinstance(node, str) and node in self._index else 0

    def dependents(self, resource: str) -> int:
        """Return all that depends on a resource, without itself."""
        if resource not in self._component:
            return 0
        return self._bits[self._component[resource]] & ~self.bit(resource)

    def names(self, bits: int) -> Iterator[str]:
        """Yield the names of a set, sorted."""
        text = bin(bits)[:1:-1]
        at = text.find("1")
        while at >= 0:
            yield self.resources[at]
            at = text.find("1", at + 1)


def count_managed(recorded: Iterable[Recorded]) -> int:
    """Return how many instances a state has; deposed objects left out."""
    return sum(not each.deposed_key for each in recorded)


def _recorded(instances: Iterable[Recorded]) -> Iterator[Edge]:
    """Yield what the state recorded, without what follows from the rest.

    Terraform records everything that a resource depends on in the end, and not only what it refers to.
    """
    recorded: dict[str, set[str]] = {}
    for each in instances:
        named = recorded.setdefault(resource_of(each.address), set())
        named.update(other for other in each.depends_on if is_managed(other))
    for name, dependencies in recorded.items():
        implied: set[str] = set()
        for other in dependencies:
            implied |= recorded.get(other, set())
        for other in dependencies - implied - {name}:
            yield name, other
