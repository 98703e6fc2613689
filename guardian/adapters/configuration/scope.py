"""What `path`, `local` and `var` mean in each module of a configuration."""

import os
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from guardian.adapters.configuration.document import Expression, read_document
from guardian.adapters.configuration.evaluate import evaluate
from guardian.adapters.configuration.modules import Module
from guardian.adapters.configuration.sources import ModuleSources
from guardian.adapters.configuration.syntax import SyntaxUnreadableError


class ModuleScope:
    """The scope of one module call; paths are relative to the root module, Terraform's current directory."""

    def __init__(
        self,
        module: Module,
        sources: ModuleSources,
        *,
        root: str,
        parent: "ModuleScope | None",
        variables: Callable[[], Mapping[str, list[Expression]]] = dict,
    ) -> None:
        """Bind a module to where its variables come from.

        Args:
            module: The module.
            sources: Its files.
            root: The root module's directory.
            parent: The scope of the module that calls it, None for the root module.
            variables: Reads the values of variable files; of the root module alone.
        """
        self.module = module
        self.sources = sources
        self._parent = parent
        self._variables = variables
        self._here = os.path.relpath(module.directory, root)

    def resolve(self, root: str, name: str, depth: int) -> list[str]:
        """Return the alternatives of `root.name`; empty when unknown."""
        if root == "path":
            return [self._here] if name == "module" else ["."]
        if root == "local":
            value = self.sources.local_value(name)
            return evaluate(value.node, self, depth) if value else []
        return self._variable(name, depth) if root == "var" else []

    def _variable(self, name: str, depth: int) -> list[str]:
        values = [
            each for given in self._variables().get(name, ()) for each in evaluate(given.node, self, depth)
        ]
        if self._parent is not None:
            passed = self._parent.sources.argument(self.module.key.rpartition(".")[2], name)
            if passed is not None:
                return evaluate(passed.node, self._parent, depth)
        default = self.sources.default(name)
        # A default that a file overrides may still be what another machine's variables choose.
        return values + (evaluate(default.node, self, depth) if default else [])


def read_variables(
    paths: Iterable[str], unreadable: Callable[[str, str], None]
) -> dict[str, list[Expression]]:
    """Return the values that variable files give, in the order of the files."""
    found: dict[str, list[Expression]] = {}
    for path in paths:
        try:
            document = read_document(path, Path(path).read_bytes())
        except SyntaxUnreadableError as error:
            unreadable(path, str(error))
        except OSError as error:
            unreadable(path, error.strerror or "")
        else:
            for name, value in document.attributes.items():
                found.setdefault(name, []).append(value)
    return found


class TemplateScope:
    """The scope of a template file: only what the call passes, which is not followed."""

    def resolve(self, root: str, name: str, depth: int) -> list[str]:
        """Return nothing."""
        del root, name, depth
        return []
