"""What cannot go back is said, with what to do; what can is left in peace."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guardian.domain.oneway import RULES, CannotUndo, one_way
from guardian.domain.oneway_rule import Ground, Rule
from guardian.domain.state import StateInstance
from guardian.domain.unreadable import UNREADABLE

KEY = "1234abcd-12ab-34cd-56ef-1234567890ab"
ARN = f"arn:aws:kms:eu-central-1:123456789012:key/{KEY}"
ONE_WAY_ATTRIBUTES = {Ground.SHRINK, Ground.DOWNGRADE, Ground.PERMANENT}
# What makes the condition of a rule hold, where it has one.
CONDITIONS = {"complete_lock": True, "commitment_duration": "OneMonth", "recovery_window_in_days": 30}


def instance(resource_type: str, attributes: dict[str, Any], name: str = "it") -> StateInstance:
    return StateInstance(
        address=f"{resource_type}.{name}",
        resource_type=resource_type,
        mode="managed",
        provider="",
        attributes={"id": "old", **attributes},
    )


def changed(resource_type: str, old: dict[str, Any], new: dict[str, Any]) -> tuple[CannotUndo, ...]:
    return one_way(instance(resource_type, old), instance(resource_type, new), deleted=False, created=False)


def deleted(
    resource_type: str, old: dict[str, Any], new: dict[str, Any] | None = None
) -> tuple[CannotUndo, ...]:
    now = None if new is None else instance(resource_type, {"id": "new", **new})
    return one_way(instance(resource_type, old), now, deleted=True, created=False)


def created(resource_type: str, new: dict[str, Any]) -> tuple[CannotUndo, ...]:
    return one_way(None, instance(resource_type, new), deleted=False, created=True)


def nested(path: str, value: Any) -> dict[str, Any]:
    name, _, rest = path.partition(".")
    return {name: [nested(rest, value)] if rest else value}


def values(rule: Rule) -> tuple[Any, Any]:
    """Return a value to go back to and one that cannot be left."""
    if rule.ground is Ground.SHRINK:
        return 20, 40
    if rule.ground is Ground.DOWNGRADE:
        return "1.9.3", "1.10.0"
    if rule.on:
        return "another", rule.on[0]
    if rule.attribute in {"schema", "encryption_config"}:
        return [], [{"name": "team"}]
    return False, True


def apply(rule: Rule) -> tuple[CannotUndo, ...]:
    if rule.ground in ONE_WAY_ATTRIBUTES:
        old, new = values(rule)
        return changed(rule.resource_type, nested(rule.attribute, old), nested(rule.attribute, new))
    if rule.ground is Ground.COMMITTED:
        return created(rule.resource_type, CONDITIONS)
    return deleted(rule.resource_type, CONDITIONS)


def test_the_table_is_of_some_size():
    assert len(RULES) >= 40
    assert len({rule.resource_type for rule in RULES}) >= 40


@pytest.mark.parametrize(
    "rule", RULES, ids=lambda rule: f"{rule.resource_type}.{rule.attribute}-{rule.ground}"
)
def test_each_rule_holds_where_it_should(rule):
    (found,) = apply(rule)
    assert found.address == f"{rule.resource_type}.it"
    assert found.why.startswith(rule.words)
    assert found.source == rule.source
    assert found.source.startswith(("https://docs.aws.amazon.com/", "https://registry.terraform.io/"))
    assert not found.why.endswith(".")
    assert "{" not in found.mend


@pytest.mark.parametrize(
    "rule", RULES, ids=lambda rule: f"{rule.resource_type}.{rule.attribute}-{rule.ground}"
)
def test_no_rule_holds_where_nothing_changed_or_the_change_goes_the_free_way(rule):
    old, new = values(rule)
    path = rule.attribute or "x"
    for was, is_now in ((old, old), (new, new), (new, old), (None, None), (new, None)):
        assert changed(rule.resource_type, nested(path, was), nested(path, is_now)) == ()


def test_a_grown_volume_stays_grown_and_the_rest_goes_back():
    (found,) = changed("aws_ebs_volume", {"size": 1, "type": "gp2"}, {"size": 2, "type": "gp3"})
    assert (found.address, found.attribute, found.pinned) == ("aws_ebs_volume.it", "size", True)
    assert found.why == "a volume can grow and never shrink (it was 1 and is 2)"
    assert found.mend == "write size = 2 into the configuration, so that it asks for what is there"


def test_an_attribute_inside_a_block_leaves_the_whole_instance_as_it_is():
    old = {"root_block_device": [{"volume_size": 8, "iops": 100}]}
    new = {"root_block_device": [{"volume_size": 20, "iops": 100}]}
    (found,) = changed("aws_instance", old, new)
    assert (found.attribute, found.pinned) == ("root_block_device.volume_size", False)
    assert "(it was 8 and is 20), and the rest of the instance stays with it" in found.why


def test_a_new_object_in_the_old_ones_place_cannot_shrink_either():
    found = deleted("aws_db_instance", {"allocated_storage": 20}, {"allocated_storage": 40})
    assert [each.attribute for each in found] == ["allocated_storage"]


@pytest.mark.parametrize(
    ("old", "new", "higher"),
    [
        ("8.0.35", "8.0.36", True),
        ("8.0.9", "8.0.10", True),
        ("8.0.36", "8.0.35", False),
        ("8.0", "8.0.35", False),
        ("8.0.35", "8.0", False),
        ("8.0", "8.4", True),
        ("8.0", "8.4.1", True),
        ("15.4", "16.1", True),
        ("1.01", "1.1", False),
        ("8.0.mysql_aurora.3.04.0", "8.0.mysql_aurora.3.05.2", True),
        ("5.7.mysql_aurora.2.11.2", "8.0.mysql_aurora.3.05.2", True),
        ("OpenSearch_2.9", "OpenSearch_2.11", True),
        ("Elasticsearch_7.10", "OpenSearch_1.3", False),
        ("19.0.0.0.ru-2023-01.rur-2023-01.r1", "19.0.0.0.ru-2024-01.rur-2024-01.r1", True),
        ("1.19.2-29cc92cc", "1.19.2-30dd11aa", False),
        ("7.x", "8.x", True),
        ("latest", "newest", False),
        ("", "1", False),
        ("1", "", False),
        (None, "1", False),
        ("1", None, False),
    ],
)
def test_versions_are_compared_by_their_numbers_and_only_where_they_can_be(old, new, higher):
    found = changed("aws_db_instance", {"engine_version": old}, {"engine_version": new})
    assert bool(found) == higher


@pytest.mark.parametrize(("old", "new"), [(None, 2), (1, None), ("1", "2"), (False, True), (1, True), (2, 2)])
def test_sizes_are_compared_where_they_are_numbers(old, new):
    assert changed("aws_ebs_volume", {"size": old}, {"size": new}) == ()


@pytest.mark.parametrize("old", [{}, {"root_block_device": []}, {"root_block_device": None}])
def test_a_block_that_is_not_there_is_no_ground(old):
    assert changed("aws_instance", old, {"root_block_device": [{"volume_size": 8}]}) == ()
    assert changed("aws_instance", {"root_block_device": [{"volume_size": 8}]}, old) == ()


@pytest.mark.parametrize(
    ("old", "new", "stays"),
    [
        ("Disabled", "Enabled", True),
        ("Disabled", "Suspended", True),
        ("Suspended", "Enabled", False),
        ("Enabled", "Suspended", False),
        ("Enabled", "Disabled", False),
    ],
)
def test_versioning_can_be_suspended_and_never_disabled(old, new, stays):
    path = "versioning_configuration.status"
    found = changed("aws_s3_bucket_versioning", nested(path, old), nested(path, new))
    assert [(each.attribute, each.pinned) for each in found] == ([(path, False)] if stays else [])


def test_versioning_that_the_run_created_goes_away_with_its_resource():
    assert created("aws_s3_bucket_versioning", nested("versioning_configuration.status", "Enabled")) == ()


@pytest.mark.parametrize(
    ("old", "new", "stays"),
    [
        ("CONFIG_MAP", "API_AND_CONFIG_MAP", True),
        ("CONFIG_MAP", "API", True),
        ("API_AND_CONFIG_MAP", "API", True),
        ("API", "API_AND_CONFIG_MAP", False),
    ],
)
def test_one_attribute_is_named_once_although_two_rules_hold(old, new, stays):
    path = "access_config.authentication_mode"
    assert len(changed("aws_eks_cluster", nested(path, old), nested(path, new))) == stays


def test_an_attribute_of_a_user_pool_stays_and_a_changed_order_does_not_matter():
    team, role = {"name": "team"}, {"name": "role"}
    (found,) = changed("aws_cognito_user_pool", {"schema": [team]}, {"schema": [role, team]})
    assert (found.attribute, found.pinned, found.mend) == ("schema", False, "")
    assert changed("aws_cognito_user_pool", {"schema": [team, role]}, {"schema": [role, team]}) == ()
    assert changed("aws_cognito_user_pool", {"schema": [team, role]}, {"schema": [role]}) == ()


def test_a_deleted_key_is_called_back_by_what_can_be_typed():
    (found,) = deleted("aws_kms_key", {"id": KEY, "arn": ARN})
    assert (found.attribute, found.pinned) == ("", False)
    assert found.mend == (
        f"aws kms cancel-key-deletion --region eu-central-1 --key-id {KEY}"
        f" && aws kms enable-key --region eu-central-1 --key-id {KEY}"
        f"; with the old configuration: terraform import aws_kms_key.it {KEY}; guardian restore"
    )
    assert deleted("aws_kms_key", {"id": KEY, "arn": ARN}, {"description": "another"})


def test_what_can_be_typed_is_quoted():
    key = instance("aws_kms_key", {"id": "a'; rm -rf / #"}, name="it['a b']")
    (found,) = one_way(key, None, deleted=True, created=False)
    assert "--key-id 'a'\"'\"'; rm -rf / #' " in found.mend
    assert """import 'aws_kms_key.it['"'"'a b'"'"']' """ in found.mend
    assert "--region" not in found.mend


def test_braces_in_an_id_are_no_placeholders():
    (found,) = deleted("aws_kms_key", {"id": "{address}{0}"})
    assert "--key-id '{address}{0}'" in found.mend


@pytest.mark.parametrize(("days", "waits"), [(0, False), (7, True), (None, True)])
def test_a_secret_without_a_recovery_window_can_be_made_again(days, waits):
    assert bool(deleted("aws_secretsmanager_secret", {"recovery_window_in_days": days})) == waits


def test_an_address_is_lost_and_the_instance_comes_back():
    (found,) = deleted("aws_eip", {"public_ip": "203.0.113.3"})
    assert (found.attribute, found.pinned) == ("public_ip", True)
    # The new one is there already: the receipt names it, and nothing of it can be pinned.
    assert deleted("aws_eip", {"public_ip": "203.0.113.3"}, {"public_ip": "203.0.113.4"}) == ()
    assert deleted("aws_eip", {"public_ip": "203.0.113.3", "address": "203.0.113.3"}) == ()


def test_name_servers_matter_to_a_public_zone_alone():
    assert deleted("aws_route53_zone", {"vpc": []})
    assert deleted("aws_route53_zone", {"vpc": [{"vpc_id": "vpc-1"}]}) == ()


def test_a_snapshot_is_not_made_again_and_a_new_one_not_taken_for_it():
    assert [each.pinned for each in deleted("aws_ebs_snapshot", {})] == [False]
    assert [each.pinned for each in deleted("aws_ebs_snapshot", {}, {})] == [False]


def test_what_was_bought_stays_and_what_was_only_begun_does_not():
    assert [each.pinned for each in created("aws_rds_reserved_instance", {})] == [False]
    assert created("aws_glacier_vault_lock", {"complete_lock": True})
    assert created("aws_glacier_vault_lock", {"complete_lock": False}) == ()
    assert created("aws_bedrock_provisioned_model_throughput", {"commitment_duration": None}) == ()
    assert created("aws_organizations_account", {"close_on_deletion": True}) == ()
    bought = instance("aws_rds_reserved_instance", {})
    assert one_way(bought, bought, deleted=False, created=False) == ()


@pytest.mark.parametrize("resource_type", ["aws_ssm_parameter", "aws_sqs_queue", "aws_s3_bucket", "x"])
def test_what_goes_back_is_left_in_peace(resource_type):
    assert deleted(resource_type, {}) == created(resource_type, {}) == ()


def test_of_nothing_nothing_is_said():
    assert one_way(None, None, deleted=False, created=False) == ()


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["name", "enabled"]), inner),
    max_leaves=5,
)


@given(
    rule=st.sampled_from(RULES), old=VALUES, new=VALUES, is_deleted=st.booleans(), is_created=st.booleans()
)
def test_whatever_a_state_holds_is_judged_and_pins_are_arguments(rule, old, new, is_deleted, is_created):
    name = rule.attribute.partition(".")[0] or "id"
    before = instance(rule.resource_type, {name: old})
    for now in (instance(rule.resource_type, {name: new}), None):
        for each in one_way(before, now, deleted=is_deleted, created=is_created):
            assert each.attribute or not each.pinned
            assert not (each.pinned and "." in each.attribute)


def test_no_attribute_is_both_unreadable_and_one_way():
    assert not {(rule.resource_type, rule.attribute) for rule in RULES} & {
        (resource_type, name) for resource_type, names in UNREADABLE.items() for name in names
    }
