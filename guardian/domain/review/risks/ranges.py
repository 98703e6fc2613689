"""Ranges of addresses: how large a part of the world they are together."""

from collections.abc import Iterable

_WIDE_V4, _BITS_V4 = 8, 32
_WIDE_V6, _BITS_V6 = 16, 128
_PRIVATE_V6 = ("fc", "fd", "fe")
# No private network is wider than one of these, and no company's own ranges are often more than three.
_TOGETHER = 4
# Ranges of a carrier, of a host itself and of many receivers are no part of the internet either.
# Source: https://www.iana.org/assignments/iana-ipv4-special-registry/iana-ipv4-special-registry.xhtml
_PRIVATE_V4 = (
    "10.",
    "127.",
    "192.168.",
    "169.254.",
    *(f"172.{second}." for second in range(16, 32)),
    *(f"100.{second}." for second in range(64, 128)),
    *(f"{first}." for first in range(224, 256)),
)


def world_size(ranges: Iterable[str], *, six: bool) -> int:
    """Return how many networks of the widest usual kind are let in; 0 where it is not the world.

    The world is one range that is wider than any private network (`/8`; IPv6: `/16`), or several public ones
    that together are as large as four such networks.

    Args:
        ranges: In the notation of CIDR; others count for nothing.
        six: Whether ranges of IPv6 are looked at, and not those of IPv4.
    """
    bits, wide = (_BITS_V6, _WIDE_V6) if six else (_BITS_V4, _WIDE_V4)
    total, is_wide = 0, False
    for cidr in set(ranges):
        network, _, told = cidr.partition("/")
        if (":" in network) is not six or not told.isdecimal() or int(told) > bits:
            continue
        length = int(told)
        # What is wider than any private network of IPv4 holds more than that.
        if _is_private(network, six=six) and (six or length >= wide):
            continue
        is_wide = is_wide or length < wide
        total += 1 << (bits - length)
    number = min(total >> (bits - wide), 1 << wide)
    return number if is_wide or number >= _TOGETHER else 0


def is_world(ranges: Iterable[str]) -> bool:
    """Tell whether ranges let the world in, by IPv4 or IPv6."""
    told = tuple(ranges)
    return bool(world_size(told, six=False) or world_size(told, six=True))


def _is_private(network: str, *, six: bool) -> bool:
    return network.lower().startswith(_PRIVATE_V6 if six else _PRIVATE_V4)
