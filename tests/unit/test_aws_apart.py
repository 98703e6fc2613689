"""What other resources made of an object is not drift of it; what nobody known made is."""

from collections.abc import Mapping
from typing import Any

import pytest

from guardian.adapters.aws.apart import Others, at, tags_apart
from guardian.adapters.aws.declared import TYPES
from guardian.domain.fingerprint import fingerprint

GROUP = "sg-1"
Known = list[tuple[str, Mapping[str, Any]]]


def apart(kind: str, live: Mapping[str, Any], recorded: Mapping[str, Any], known: Known) -> Mapping[str, Any]:
    read = TYPES[kind].read
    assert read is not None
    assert read.apart is not None
    return read.apart(live, recorded, Others(known))


def same(kind: str, one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    read = TYPES[kind].read
    assert read is not None
    return fingerprint(one, read.shape) == fingerprint(other, read.shape)


# Lists that others add to


ROLE = {"name": "web", "inline_policy": [], "managed_policy_arns": []}


def inline(name: str, action: str = "s3:Get*") -> dict[str, Any]:
    return {"name": name, "policy": f'{{"Statement":{{"Action":"{action}"}}}}'}


def test_policies_of_a_role_that_a_resource_puts_there_vanish_and_others_stay():
    known: Known = [
        ("aws_iam_role_policy", {"role": "web", "name": "read"}),
        ("aws_iam_role_policy", {"role": "other", "name": "by-hand"}),
        ("aws_iam_role_policy_attachment", {"role": "web", "policy_arn": "arn:one"}),
        ("aws_iam_policy_attachment", {"roles": ["other", "web"], "policy_arn": "arn:two"}),
        ("aws_iam_role_policy_attachments_exclusive", {"role_name": "web", "policy_arns": ["arn:three"]}),
    ]
    live = {
        "inline_policy": [inline("read"), inline("by-hand")],
        "managed_policy_arns": ["arn:one", "arn:two", "arn:three", "arn:by-hand"],
    }
    assert apart("aws_iam_role", live, ROLE, known) == {
        "inline_policy": [inline("by-hand")],
        "managed_policy_arns": ["arn:by-hand"],
    }


def test_policies_that_the_role_itself_records_stay_as_they_are():
    recorded = {**ROLE, "inline_policy": [inline("read")], "managed_policy_arns": ["arn:one"]}
    live = {"inline_policy": [inline("read")], "managed_policy_arns": ["arn:one"]}
    assert apart("aws_iam_role", live, recorded, []) == live
    known: Known = [("aws_iam_role_policy_attachment", {"role": "web", "policy_arn": "arn:one"})]
    assert apart("aws_iam_role", live, recorded, known) == live


def test_a_policy_that_its_own_resource_changed_since_is_left_to_that():
    recorded = {**ROLE, "inline_policy": [inline("read", "s3:Get*"), inline("own")]}
    live = {"inline_policy": [inline("read", "s3:Put*"), inline("own", "s3:Put*")]}
    known: Known = [("aws_iam_role_policy", {"role": "web", "name": "read"})]
    found = apart("aws_iam_role", live, recorded, known)
    assert found["inline_policy"] == [inline("own", "s3:Put*"), inline("read", "s3:Get*")]


def route(cidr: str, gateway: str = "igw-1", name: str = "cidr_block") -> dict[str, Any]:
    return {"cidr_block": None, "ipv6_cidr_block": None, name: cidr, "gateway_id": gateway}


def test_routes_vanish_by_their_destination_and_others_stay():
    known: Known = [
        ("aws_route", {"route_table_id": "rtb-1", "destination_cidr_block": "0.0.0.0/0"}),
        ("aws_route", {"route_table_id": "rtb-1", "destination_ipv6_cidr_block": "2001:DB8::/32"}),
        ("aws_route", {"route_table_id": "rtb-2", "destination_cidr_block": "10.66.0.0/16"}),
    ]
    six = route("2001:db8::/32", name="ipv6_cidr_block")
    live = {"route": [route("0.0.0.0/0"), six, route("10.66.0.0/16")]}
    recorded = {"id": "rtb-1", "route": []}
    assert apart("aws_route_table", live, recorded, known)["route"] == [route("10.66.0.0/16")]
    before = {"id": "rtb-1", "route": [route("0.0.0.0/0", "igw-0"), route("10.9.0.0/16")]}
    assert apart("aws_route_table", live, before, known)["route"] == [
        route("10.66.0.0/16"),
        route("0.0.0.0/0", "igw-0"),
    ]


def test_entries_of_an_acl_vanish_by_direction_and_number():
    known: Known = [
        ("aws_network_acl_rule", {"network_acl_id": "acl-1", "rule_number": 100, "egress": False}),
        ("aws_network_acl_association", {"network_acl_id": "acl-1", "subnet_id": "subnet-1"}),
    ]
    live = {
        "ingress": [{"rule_no": 100}, {"rule_no": 200}],
        "egress": [{"rule_no": 100}],
        "subnet_ids": ["subnet-1", "subnet-2"],
    }
    assert apart("aws_network_acl", live, {"id": "acl-1"}, known) == {
        "ingress": [{"rule_no": 200}],
        "egress": [{"rule_no": 100}],
        "subnet_ids": ["subnet-2"],
    }


def test_devices_of_an_instance_vanish_by_name():
    known: Known = [("aws_volume_attachment", {"instance_id": "i-1", "device_name": "/dev/sdh"})]
    live = {"ebs_block_device": [{"device_name": "/dev/sdh"}, {"device_name": "/dev/sdz"}]}
    found = apart("aws_instance", live, {"id": "i-1"}, known)
    assert found == {"ebs_block_device": [{"device_name": "/dev/sdz"}]}


def test_what_is_attached_to_a_scaling_group_vanishes_wherever_aws_tells_it():
    name = {"autoscaling_group_name": "web"}
    known: Known = [
        ("aws_autoscaling_attachment", {**name, "lb_target_group_arn": "arn:one", "elb": None}),
        (
            "aws_autoscaling_traffic_source_attachment",
            {**name, "traffic_source": [{"identifier": "arn:two"}]},
        ),
        ("aws_autoscaling_group_tag", {**name, "tag": [{"key": "team"}]}),
    ]
    live = {
        "target_group_arns": ["arn:one", "arn:by-hand"],
        "load_balancers": [],
        "traffic_source": [
            {"identifier": "arn:one"},
            {"identifier": "arn:two"},
            {"identifier": "arn:by-hand"},
        ],
        "tag": [{"key": "team"}, {"key": "by-hand"}],
    }
    assert apart("aws_autoscaling_group", live, {"name": "web"}, known) == {
        "target_group_arns": ["arn:by-hand"],
        "load_balancers": [],
        "traffic_source": [{"identifier": "arn:by-hand"}],
        "tag": [{"key": "by-hand"}],
    }


# Groups and their rules


def block(port: int, *cidrs: str, description: str = "", **more: Any) -> dict[str, Any]:
    return {
        "protocol": "tcp",
        "from_port": port,
        "to_port": port,
        "description": description,
        **({"cidr_blocks": list(cidrs)} if cidrs else {}),
        **more,
    }


def rule(port: int, **source: Any) -> dict[str, Any]:
    one = {"security_group_id": GROUP, "ip_protocol": "tcp", "from_port": port, "to_port": port}
    return {**one, **source}


RULES: Known = [
    (
        "aws_security_group_rule",
        {
            "type": "ingress",
            "security_group_id": GROUP,
            "protocol": "6",
            "from_port": 80,
            "to_port": 80,
            "cidr_blocks": ["10.1.0.0/16", "10.2.0.0/16"],
            "self": True,
        },
    ),
    ("aws_vpc_security_group_ingress_rule", rule(443, cidr_ipv4="10.1.0.0/16")),
    ("aws_vpc_security_group_ingress_rule", rule(443, referenced_security_group_id=GROUP)),
    ("aws_vpc_security_group_egress_rule", rule(5432, referenced_security_group_id="sg-2")),
]


def in_group(
    ingress: list[Any], egress: list[Any], recorded: Mapping[str, Any], known: Known = RULES
) -> Mapping[str, Any]:
    live = {"ingress": ingress, "egress": egress}
    return apart("aws_security_group", live, {"id": GROUP, "ingress": [], "egress": [], **recorded}, known)


@pytest.mark.parametrize("by_hand", [[], [block(22, "0.0.0.0/0")], [block(80, "0.0.0.0/0")]])
def test_what_rules_permit_vanishes_from_their_group_and_the_rest_stays(by_hand):
    # As AWS tells them: everything of the same ports together.
    ports = {each["from_port"]: list(each["cidr_blocks"]) for each in by_hand}
    ingress = [
        block(80, "10.1.0.0/16", "10.2.0.0/16", *ports.pop(80, ()), self=True),
        block(443, "10.1.0.0/16", self=True),
        *(block(port, *cidrs) for port, cidrs in ports.items()),
    ]
    found = in_group(ingress, [block(5432, security_groups=["sg-2"])], {})
    assert same("aws_security_group", found, {"ingress": by_hand, "egress": []})


def test_a_rule_permits_in_its_own_direction_alone():
    found = in_group([block(5432, security_groups=["sg-2"])], [block(443, "10.1.0.0/16")], {})
    assert found["ingress"] == [block(5432, security_groups=["sg-2"])]
    assert found["egress"] == [block(443, "10.1.0.0/16")]


def test_what_a_group_records_itself_stays_in_its_blocks():
    own = block(80, "10.1.0.0/16", "10.9.0.0/16", description="shop")
    found = in_group([block(80, "10.1.0.0/16", "10.9.0.0/16", description="shop")], [], {"ingress": [own]})
    assert found["ingress"] == [own]
    # Its own part was taken away by hand, the rule's part is looked at itself.
    found = in_group([block(80, "10.1.0.0/16", description="shop")], [], {"ingress": [own]})
    assert same(
        "aws_security_group",
        {"ingress": found["ingress"]},
        {"ingress": [block(80, "10.1.0.0/16", description="shop")]},
    )


def test_a_rule_that_was_described_otherwise_since_is_left_to_itself():
    before = block(443, "10.1.0.0/16", description="old")
    found = in_group([block(443, "10.1.0.0/16", description="new")], [], {"ingress": [before]})
    assert found["ingress"] == [before]


# Whole attributes


@pytest.mark.parametrize(
    ("kind", "recorded", "other", "names"),
    [
        ("aws_s3_bucket", {"bucket": "b"}, ("aws_s3_bucket_versioning", {"bucket": "b"}), {"versioning"}),
        ("aws_s3_bucket", {"bucket": "b"}, ("aws_s3_bucket_acl", {"bucket": "b"}), {"grant"}),
        ("aws_sns_topic", {"arn": "t"}, ("aws_sns_topic_policy", {"arn": "t"}), {"policy"}),
        (
            "aws_sqs_queue",
            {"url": "q"},
            ("aws_sqs_queue_redrive_policy", {"queue_url": "q"}),
            {"redrive_policy"},
        ),
        ("aws_kms_key", {"key_id": "k", "arn": "a"}, ("aws_kms_key_policy", {"key_id": "k"}), {"policy"}),
        ("aws_kms_key", {"key_id": "k", "arn": "a"}, ("aws_kms_key_policy", {"key_id": "a"}), {"policy"}),
        (
            "aws_eip",
            {"allocation_id": "e"},
            ("aws_lb", {"subnet_mapping": [{"allocation_id": "e"}]}),
            {"association_id", "instance", "network_interface", "private_ip"},
        ),
    ],
)
def test_an_attribute_that_another_resource_sets_is_left_to_it(kind, recorded, other, names):
    live = {**dict.fromkeys(names, "set"), "tags": {}}
    assert apart(kind, live, recorded, [other]) == {"tags": {}}
    stranger = (other[0], {"bucket": "x", "arn": "x", "queue_url": "x", "key_id": "x"})
    assert apart(kind, live, recorded, [stranger]) == live


def test_what_the_quick_tier_did_not_look_at_is_not_looked_at_here():
    known: Known = [("aws_route53_zone_association", {"zone_id": "Z", "vpc_id": "vpc-2"})]
    assert apart("aws_route53_zone", {"name": "x"}, {"zone_id": "Z"}, known) == {"name": "x"}


def test_tags_that_resources_set_are_left_to_them_whatever_they_tag():
    others = Others([("aws_ec2_tag", {"resource_id": "subnet-1", "key": "cluster", "value": "shared"})])
    live = {"tags": {"Name": "a", "cluster": "shared", "by-hand": "x"}}
    recorded = {"id": "subnet-1", "tags": {"Name": "a"}}
    assert tags_apart(live, recorded, others) == {"tags": {"Name": "a", "by-hand": "x"}}
    refreshed = {"id": "subnet-1", "tags": {"Name": "a", "cluster": "owned"}}
    assert tags_apart(live, refreshed, others)["tags"]["cluster"] == "owned"
    assert tags_apart(live, {"id": "subnet-2"}, others) == live


def test_a_path_leads_through_lists_and_over_gaps():
    value = {"a": [{"b": ["x", None]}, {"b": "y"}, {}, None]}
    assert list(at(value, "a.b")) == ["x", "y"]
    assert list(at(value, "c.b")) == []


def test_nothing_is_found_by_a_name_that_is_not_recorded():
    others = Others([("aws_sns_topic_policy", {"arn": None}), ("aws_sns_topic_policy", {"arn": "None"})])
    assert others.of("aws_sns_topic_policy", "arn", None) == ()
