"""A guard for the process itself: sockets reach this machine only.

An audit hook, because it sees every library's connect and cannot be undone by one. Children are not covered:
their environment points them at loopback servers.
"""

import ipaddress
import socket
import sys
from collections.abc import Callable
from typing import Any


class OutsideWorldError(RuntimeError):
    """A test tried to leave the machine."""


def is_local(host: object) -> bool:
    """Tell whether a host, by name or by address, is this machine."""
    if host is None or host in ("", b"", "localhost", b"localhost"):
        return True
    text = host.decode(errors="replace") if isinstance(host, bytes) else str(host)
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return text == socket.gethostname()
    return address.is_loopback or address.is_unspecified


def _check(what: str, address: object) -> None:
    # Addresses of Unix sockets are text or bytes: they cannot leave the machine.
    if isinstance(address, tuple) and not is_local(address[0]):
        raise OutsideWorldError(f"{what} {address!r}: tests reach loopback addresses only")


def _hook(event: str, args: tuple[Any, ...]) -> None:
    if event in {"socket.connect", "socket.sendto"}:
        _check(event, args[1])
    elif event == "socket.getaddrinfo" and not is_local(args[0]):
        raise OutsideWorldError(f"{event} {args[0]!r}: tests resolve no foreign names")


def _once() -> Callable[[], None]:
    installed = False

    def install() -> None:
        nonlocal installed
        if not installed:
            sys.addaudithook(_hook)
            installed = True

    return install


guard_sockets = _once()
