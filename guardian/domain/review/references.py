"""Edges of the dependency graph, as a plan's configuration tells them by its references.

A managed resource is its address without keys; whatever else lies between two of them is a tuple.
Source: https://developer.hashicorp.com/terraform/internals/json-format#configuration-representation
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from guardian.domain.address import resource_of

Node = str | tuple[str, ...]
Edge = tuple[Node, Node]
"""`dependent, dependency`."""

_NO_OBJECTS = frozenset({"each", "count", "path", "self", "terraform", "local"})
_DATA = frozenset({"data", "ephemeral"})


def edges_of(configuration: Mapping[str, Any]) -> Iterator[Edge]:
    """Yield every reference, from the root module downwards; some more than once."""
    yield from _module(configuration.get("root_module") or {}, "")


def arguments_of(configuration: Mapping[str, Any]) -> dict[str, frozenset[str]]:
    """Return the names of the arguments and blocks that each managed resource is written with."""
    return {
        f"{prefix}{each['address']}": frozenset(each.get("expressions") or ())
        for prefix, module in _modules(configuration.get("root_module") or {}, "")
        for each in module.get("resources") or ()
        if each.get("mode") == "managed"
    }


def is_managed(address: str) -> bool:
    """Tell a managed resource's address from that of a data source."""
    parts = address.split(".")
    while parts[0] == "module":
        parts = parts[2:] or [""]
    return parts[0] not in _DATA


def _modules(module: Mapping[str, Any], prefix: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    yield prefix, module
    for name, call in (module.get("module_calls") or {}).items():
        yield from _modules(call.get("module") or {}, f"{prefix}module.{name}.")


def _module(root: Mapping[str, Any], top: str) -> Iterator[Edge]:
    for prefix, module in _modules(root, top):
        for each in module.get("resources") or ():
            yield from _resource(each, prefix)
        for name, output in (module.get("outputs") or {}).items():
            node: Node = ("output", prefix, name)
            yield ("all", prefix), node
            yield from _to(node, prefix, output.get("expression"), output.get("depends_on"))
        for name, call in (module.get("module_calls") or {}).items():
            yield from _call(call, prefix, f"{prefix}module.{name}.")


def _resource(resource: Mapping[str, Any], prefix: str) -> Iterator[Edge]:
    address = f"{prefix}{resource['address']}"
    node: Node = address if resource.get("mode") == "managed" else ("data", address)
    # What a whole module depends on, everything in it does; who depends on it, depends on everything in it.
    yield node, ("call", prefix)
    yield ("all", prefix), node
    expressions = [resource.get(name) for name in ("expressions", "count_expression", "for_each_expression")]
    expressions += [each.get("expressions") for each in resource.get("provisioners") or ()]
    yield from _to(node, prefix, expressions, resource.get("depends_on"))


def _call(call: Mapping[str, Any], prefix: str, inner: str) -> Iterator[Edge]:
    yield ("call", inner), ("call", prefix)
    yield ("all", prefix), ("all", inner)
    expanded = [call.get("count_expression"), call.get("for_each_expression")]
    yield from _to(("call", inner), prefix, expanded, call.get("depends_on"))
    for name, expression in (call.get("expressions") or {}).items():
        yield from _to(("var", inner, name), prefix, expression, None)


def _to(node: Node, prefix: str, expressions: Any, depends_on: Iterable[str] | None) -> Iterator[Edge]:
    for references in (*_references(expressions), list(depends_on or ())):
        bare = {resource_of(each) for each in references if isinstance(each, str)}
        for each in bare:
            target = _target(each, prefix, bare)
            if target is not None and target != node:
                yield node, target


def _references(expression: Any) -> Iterator[list[Any]]:
    if isinstance(expression, Mapping):
        told = expression.get("references")
        if isinstance(told, list):
            yield told
        else:
            for each in expression.values():
                yield from _references(each)
    elif isinstance(expression, list):
        for each in expression:
            yield from _references(each)


def _target(reference: str, prefix: str, beside: Collection[str]) -> Node | None:
    """Return what a reference without keys means; `beside` are all of the same expression."""
    parts = reference.split(".")
    match parts:
        case ["var", name, *_]:
            return ("var", prefix, name)
        case ["module", name, output, *_]:
            return ("output", f"{prefix}module.{name}.", output)
        case ["module", name]:
            # It stands beside every reference to one of the module's outputs: alone it means all of them.
            if any(each.startswith(f"{reference}.") for each in beside):
                return None
            return ("all", f"{prefix}module.{name}.")
        case [first, *_] if first in _NO_OBJECTS:
            return None
        case [first, kind, name, *_] if first in _DATA:
            return ("data", f"{prefix}{first}.{kind}.{name}")
        case [kind, name, *_]:
            return f"{prefix}{kind}.{name}"
        case _:
            return None
