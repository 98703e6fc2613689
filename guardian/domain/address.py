"""Resource instance addresses, spelled exactly as Terraform spells them."""

import re

_ESCAPES = {"\n": "\\n", "\r": "\\r", "\t": "\\t", '"': '\\"', "\\": "\\\\"}
_BASIC_PLANE_END = 0xFFFF
_TEMPLATE = re.compile(r"([$%])(?=\{)")


def quote_key(key: str) -> str:
    """Quote a `for_each` key as it stands between the brackets of an address.

    Source: `toHCLQuotedString` in Terraform's `internal/addrs/instance_key.go`.
    """
    quoted = []
    for character in _TEMPLATE.sub(r"\1\1", key):
        if character in _ESCAPES:
            quoted.append(_ESCAPES[character])
        elif character.isprintable():
            quoted.append(character)
        else:
            point = ord(character)
            quoted.append(f"\\u{point:04x}" if point <= _BASIC_PLANE_END else f"\\U{point:08x}")
    return '"' + "".join(quoted) + '"'


_KEY = re.compile(r'\[(?:\d+|"(?:[^"\\]|\\.)*")\]')


def resource_of(address: str) -> str:
    """Return the resource of an instance: the address without keys, as recorded dependencies name it."""
    return _KEY.sub("", address)


def instance_address(*, module: str, mode: str, resource_type: str, name: str, key: str | int | None) -> str:
    """Build an instance's address from the parts that a state records.

    Args:
        module: Module instance path as recorded (`module.a["x"]`), or empty for the root module.
        mode: `managed` or `data`.
        resource_type: For instance `aws_s3_bucket`.
        name: The resource's name.
        key: `index_key` of the instance: text for `for_each`, number for `count`, None for neither.
    """
    parts = [module] if module else []
    if mode == "data":
        parts.append("data")
    parts += [resource_type, name]
    address = ".".join(parts)
    if key is None:
        return address
    return f"{address}[{key if isinstance(key, int) else quote_key(key)}]"
