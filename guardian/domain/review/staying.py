"""What stays of each resource beside an instance: within a module call, in the same instance of it alone."""

import re
from collections.abc import Callable, Collection, Iterable, Iterator

from guardian.domain.address import resource_of

_CALL = re.compile(r'module\.[^.\[]+(?:\[(?:\d+|"(?:[^"\\]|\\.)*")\])?\.')


class Staying:
    """Resources as bits, so that each of many changes is judged by a few operations.

    Args:
        instances: Addresses of all that is recorded or planned to be made.
        deleted: Those that a plan deletes.
        resources: All resources that there are bits for.
        bit: Returns a resource's bit; 0 where it has none.
    """

    def __init__(
        self,
        instances: Iterable[str],
        deleted: Collection[str],
        *,
        resources: Iterable[str],
        bit: Callable[[str], int],
    ) -> None:
        self._inside: dict[str, int] = {}
        for resource in resources:
            for scope in _modules(resource):
                self._inside[scope] = self._inside.get(scope, 0) | bit(resource)
        self._stays: dict[str, int] = {}
        self._known = 0
        for address in instances:
            mine = bit(resource_of(address))
            self._known |= mine
            if address not in deleted:
                for scope in ("", *_modules(address)):
                    self._stays[scope] = self._stays.get(scope, 0) | mine

    def beside(self, address: str) -> int:
        """Return the resources of which something stays that an instance could be needed by.

        What is in the same module call counts by the instances that are in the same module instance. A
        resource without a known instance is taken to be there.
        """
        found = self._stays.get("", 0) | ~self._known
        for scope in _modules(address):
            inside = self._inside.get(resource_of(scope), 0)
            found = found & ~inside | self._stays.get(scope, 0)
        return found


def _modules(address: str) -> Iterator[str]:
    """Yield the module instances that an address is in, the outermost first: `module.a["x"].`."""
    at = 0
    while found := _CALL.match(address, at):
        at = found.end()
        yield address[:at]
