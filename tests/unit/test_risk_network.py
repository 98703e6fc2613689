"""Only what a change of network rules opens, and was not open before, is a risk."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guardian.domain.review.risks.network import Opening
from tests.support.planned import change, found, words

ANYWHERE = "0.0.0.0/0"
RED = [("red", "opened-to-the-world")]
AMBER = [("amber", "opened-to-the-world")]
UNKNOWN = [("amber", "known-after-apply")]


def rule(first, last=None, *, cidr=ANYWHERE, protocol="tcp", v6=()):
    return {
        "cidr_blocks": [cidr] if cidr else [],
        "ipv6_cidr_blocks": list(v6),
        "from_port": first,
        "to_port": first if last is None else last,
        "protocol": protocol,
    }


def pieces(numbers):
    return rule(22, cidr="") | {"cidr_blocks": [f"{first}.0.0.0/8" for first in numbers]}


def group(before, after, **more):
    old = None if before is None else {"ingress": before}
    return change("aws_security_group", old, {"ingress": after}, **more)


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ([], [rule(22)], RED),
        (None, [rule(22)], RED),
        ([], [rule(443)], AMBER),
        ([], [rule(443), rule(22)], RED),
        ([], [rule(0, 0, protocol="-1")], RED),
        ([], [rule(22, cidr="10.0.0.0/8")], []),
        ([], [rule(22, cidr="128.0.0.0/1")], RED),
        ([], [rule(22, cidr="", v6=["::/0"])], RED),
        ([], [rule(22, cidr="", v6=["fd00::/8"])], []),
        ([], [rule(22, cidr="not a range")], []),
        ([], [rule(22, cidr="1.0.0.0/\u00b2")], []),
        ([rule(22)], [rule(22)], []),
        ([rule(22)], [rule(22, 23)], RED),
        ([rule(0, 65535)], [rule(22)], []),
        ([rule(0, 0, protocol="-1")], [rule(22)], []),
        ([rule(22, cidr="10.0.0.0/8")], [rule(22)], RED),
        ([rule(22)], [], []),
        # More of the world than before, by a wider range or by IPv6 as well.
        ([rule(22, cidr="0.0.0.0/1")], [rule(22, v6=["::/0"])], RED),
        ([rule(22, cidr="0.0.0.0/1")], [rule(22)], RED),
        ([rule(22)], [rule(22, cidr="0.0.0.0/1")], []),
        ([rule(22)], [rule(22, v6=["::/0"])], RED),
        ([rule(22, v6=["::/0"])], [rule(22)], []),
        # The world in many pieces, in one rule or a rule each.
        ([], [pieces(range(1, 224))], RED),
        ([], [rule(22, cidr=f"{first}.0.0.0/8") for first in range(1, 224)], RED),
        ([], [pieces([3, 5, 7])], []),
        ([], [pieces([3, 5, 7, 10, 127])], []),
        ([pieces(range(1, 224))], [pieces(range(1, 200))], []),
        ([], [rule(22, cidr="", v6=["2000::/16", "2001::/16", "2002::/16", "2003::/16"])], RED),
        ([], [rule(22, cidr="", v6=["fc00::/7"])], []),
        ([rule(22)], [rule(22, protocol="udp")], RED),
        ([rule(22)], [rule(22, protocol="6")], []),
    ],
)
def test_a_security_group_is_opened_only_where_it_was_not_open(before, after, expected):
    assert found(group(before, after)) == expected


def test_the_ports_are_named_and_no_range_is():
    assert words(group([], [rule(8000, 8080)])) == "tcp ports 8000 to 8080 can be reached from anywhere"

    by_six = group([rule(22)], [rule(22, v6=["::/0"])])
    assert words(by_six) == "tcp port 22 can be reached from anywhere by IPv6"


@pytest.mark.parametrize(
    ("resource_type", "values", "expected"),
    [
        ("aws_security_group_rule", {"type": "ingress", **rule(22)}, RED),
        ("aws_security_group_rule", {"type": "egress", **rule(22)}, []),
        (
            "aws_vpc_security_group_ingress_rule",
            {"cidr_ipv4": ANYWHERE, "ip_protocol": "tcp", "from_port": 22, "to_port": 22},
            RED,
        ),
        ("aws_vpc_security_group_ingress_rule", {"cidr_ipv6": "::/0", "ip_protocol": "-1"}, RED),
        (
            "aws_vpc_security_group_egress_rule",
            {"cidr_ipv4": ANYWHERE, "ip_protocol": "-1"},
            [("amber", "outbound-to-the-world")],
        ),
        (
            "aws_network_acl_rule",
            {"cidr_block": ANYWHERE, "rule_action": "allow", "protocol": "-1", "egress": False},
            AMBER,
        ),
        (
            "aws_network_acl_rule",
            {"cidr_block": ANYWHERE, "rule_action": "deny", "protocol": "-1", "egress": False},
            [],
        ),
        (
            "aws_network_acl",
            {
                "ingress": [
                    {
                        "cidr_block": ANYWHERE,
                        "action": "allow",
                        "protocol": "6",
                        "from_port": 22,
                        "to_port": 22,
                    }
                ]
            },
            AMBER,
        ),
    ],
)
def test_every_kind_of_rule_is_read(resource_type, values, expected):
    assert found(change(resource_type, None, values)) == expected


def acl(action, first, last, *, cidr="203.0.113.0/24", egress=False):
    return {
        "rule_action": action,
        "protocol": "tcp",
        "from_port": first,
        "to_port": last,
        "cidr_block": cidr,
        "egress": egress,
    }


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (acl("deny", 22, 22), acl("allow", 22, 22), AMBER),
        (acl("deny", 20, 25), acl("deny", 22, 22), AMBER),
        (acl("deny", 22, 22), acl("deny", 20, 25), []),
        (acl("deny", 22, 22), acl("deny", 22, 22, cidr="203.0.113.7/32"), AMBER),
        (acl("deny", 22, 22, egress=True), acl("allow", 22, 22, egress=True), []),
        (acl("allow", 22, 22), acl("deny", 22, 22), []),
        (acl("deny", 22, 22, cidr=ANYWHERE), acl("allow", 22, 22, cidr=ANYWHERE), AMBER),
    ],
)
def test_a_rule_that_denies_and_does_so_no_more(before, after, expected):
    assert found(change("aws_network_acl_rule", before, after)) == expected
    inline = ({"ingress": [{**each, "action": each["rule_action"]}]} for each in (before, after))
    if not before["egress"]:
        assert found(change("aws_network_acl", *inline)) == expected


def test_a_deletion_opens_nothing():
    assert found(change("aws_security_group_rule", {"type": "ingress", **rule(22)}, None)) == []


@pytest.mark.parametrize(
    "unknown",
    [
        {"ingress": True},
        {"ingress": [{"cidr_blocks": [True]}]},
        {"ingress": [True]},
    ],
)
def test_ranges_that_are_not_known_yet_are_said_to_be_so(unknown):
    assert found(group([], [{"from_port": 22, "to_port": 22}], unknown=unknown)) == UNKNOWN


def test_an_unknown_peer_is_no_unknown_range():
    assert found(group([], [], unknown={"ingress": [{"security_groups": [True]}]})) == []


@given(first=st.integers(0, 65535), size=st.integers(0, 100), protocol=st.sampled_from(["tcp", "udp", "-1"]))
def test_an_opening_contains_itself_and_nothing_of_the_other_direction(first, size, protocol):
    one = Opening(inbound=True, protocol=protocol, first=first, last=first + size)
    assert one.contains(one)
    assert not Opening(inbound=False, protocol="-1", first=0, last=65535).contains(one)


@given(st.lists(st.integers(0, 65535), min_size=1, max_size=5), st.lists(st.integers(0, 65535), max_size=5))
def test_what_is_taken_away_is_never_a_risk(kept, gone):
    before = [rule(port) for port in (*kept, *gone)]
    assert found(group(before, [rule(port) for port in kept])) == []
