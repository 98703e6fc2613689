"""Follows what the configuration names: files and directories outside the modules' own directories."""

import os
import re
from collections.abc import Iterable
from functools import cache, partial
from pathlib import Path

from guardian.adapters.configuration.collection import Collection
from guardian.adapters.configuration.document import Call, Document, Expression, read_template
from guardian.adapters.configuration.evaluate import Scope, evaluate
from guardian.adapters.configuration.modules import Module
from guardian.adapters.configuration.names import is_own_name
from guardian.adapters.configuration.scope import ModuleScope, TemplateScope, read_variables
from guardian.adapters.configuration.sources import FUNCTION_CALL, PATH_ATTRIBUTES, ModuleSources
from guardian.adapters.configuration.syntax import UNKNOWN

_GLOB = re.compile(r"[*?\[{]")
_BETWEEN_WORDS = re.compile(r"[\s=:;,'\"&|<>()]+")
_MAX_TEMPLATE_BYTES = 1024 * 1024


def add_references(
    found: Collection, root: str, modules: Iterable[Module], variable_files: Iterable[str]
) -> None:
    """Add every file that the modules read elsewhere, and list what cannot be told.

    Args:
        found: Where to add; holds the modules' directories already.
        root: The root module's directory.
        modules: All modules of the tree.
        variable_files: In the order in which Terraform reads them.
    """
    follower = _Follower(found, root)
    sources = cache(partial(ModuleSources, is_held=found.holds, unreadable=follower.leave_unreadable))
    variables = cache(lambda: read_variables(variable_files, follower.leave_unreadable))
    scopes: dict[str, ModuleScope] = {}
    # Fetched modules read their own package, which is captured, or what they are given, which is seen here.
    local = (each for each in modules if not each.fetched and Path(each.directory).is_dir())
    for module in sorted(local, key=lambda each: (each.key.count("."), each.key)):
        parent = scopes.get(module.key.rpartition(".")[0]) if module.key else None
        scope = ModuleScope(
            module,
            sources(module.directory),
            root=root,
            parent=parent,
            variables=dict if module.key else variables,
        )
        scopes[module.key] = scope
        follower.follow_module(scope)


class _Follower:
    """Resolves what documents name, relative to the root module as Terraform does."""

    def __init__(self, found: Collection, root: str) -> None:
        self._found = found
        self._root = root
        self._templates: set[str] = set()

    def leave_unreadable(self, path: str, why: str) -> None:
        """List a file whose references stay unknown."""
        self._found.leave(path, "unresolved", f"{self._place(path, 0)}: cannot be parsed: {why}")

    def follow_module(self, scope: ModuleScope) -> None:
        """Follow each file of a module that may name something elsewhere."""
        seen = dict(scope.sources.outward())
        leading_out = {
            f"local.{name}"
            for document in seen.values()
            for name, value in document.local_values.items()
            if any(_leads_up(each) for each in evaluate(value.node, scope))
        }
        seen |= scope.sources.mentioning(frozenset(leading_out))
        for name, document in seen.items():
            self._follow_document(document, f"{scope.sources.directory}/{name}", scope)

    def _follow_document(self, document: Document, path: str, scope: Scope) -> None:
        for call in document.calls:
            where = f"{self._place(path, call.line)}: {call.excerpt}"
            for value in _named_by(call, scope):
                problem = self._follow_call(call, value, where)
                if problem is not None:
                    self._found.leave(path, "unresolved", where + problem)
        for string in document.strings:
            for value in evaluate(string.node, scope):
                self._follow_string(string, value, path)

    def _follow_call(self, call: Call, value: str, where: str) -> str | None:
        """Add what a file function reads; return what cannot be told about it."""
        if value.startswith(("/", "~")):
            self._found.leave(value.replace(UNKNOWN, "…"), "outside", where)
            return None
        if UNKNOWN not in value:
            path = self._path(value)
            problem = self._add(path)
            if call.function == "templatefile" and problem is None:
                self._follow_template(path)
            return problem
        known = value[: value.index(UNKNOWN)]
        if not known or _leads_up(value[len(known) :]):
            return ""
        return self._add(self._path(known.rpartition("/")[0] or "."))

    def _follow_string(self, string: Expression, value: str, path: str) -> None:
        """Add what a string names if it is there; most strings name nothing, so nothing is said of them."""
        if value.startswith("/"):
            if string.attribute in PATH_ATTRIBUTES and UNKNOWN not in value and os.path.lexists(value):
                self._found.leave(value, "outside", f"{self._place(path, string.line)}: {string.attribute}")
            return
        if not _leads_up(value):
            return
        if UNKNOWN not in value and os.path.lexists(self._path(value)):
            problem = self._add(self._path(value))
            # A local that holds the way up to the repository is no reading of it; its uses are followed.
            if problem is not None and string.attribute in PATH_ATTRIBUTES:
                self._found.leave(path, "unresolved", f"{self._place(path, string.line)}: {value}{problem}")
            return
        for word in _BETWEEN_WORDS.split(value):
            known = word.partition(UNKNOWN)[0]
            if _leads_up(known):
                self._add(self._path(known if known == word else known.rpartition("/")[0]))

    def _follow_template(self, path: str) -> None:
        if path in self._templates:
            return
        self._templates.add(path)
        try:
            with Path(path).open("rb") as file:
                body = file.read(_MAX_TEMPLATE_BYTES)
        except OSError:
            return  # listed where it was to be added, or not there at all
        if FUNCTION_CALL.search(body):
            self._follow_document(read_template(body.decode(errors="replace")), path, TemplateScope())

    def _add(self, path: str) -> str | None:
        """Add an existing file or directory; return why not, None also when nothing is there."""
        if self._found.holds(path) or not os.path.lexists(path):
            return None
        if is_own_name(os.path.basename(path)):  # noqa: PTH119 - a string already
            return ": a state, or Terraform's own"
        if not Path(path).is_dir():
            self._found.add_file(path)
        elif os.path.commonpath([path, self._root]) == path:
            return ": the directory holds the root module and is not taken whole (capture.include adds files)"
        else:
            self._found.add_tree(path)
        return None

    def _path(self, value: str) -> str:
        return os.path.normpath(f"{self._root}/{value}")

    def _place(self, path: str, line: int) -> str:
        shown = os.path.relpath(path, self._root)
        return f"{shown}:{line}" if line else shown


def _named_by(call: Call, scope: Scope) -> list[str]:
    """Return the alternatives of the path that a call reads; of a set of files, up to its first wildcard."""
    values = evaluate(call.arguments[0].node, scope)
    if call.function != "fileset" or len(call.arguments) == 1:
        return values
    patterns = evaluate(call.arguments[1].node, scope)
    return [f"{value}/{_GLOB.sub(UNKNOWN, pattern)}" for value in values for pattern in patterns]


def _leads_up(value: str) -> bool:
    return ".." in value and any(".." in part.split("/") for part in _BETWEEN_WORDS.split(value))
