"""What undoing a change would give back: each verdict and each ground, by example."""

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guardian.domain.oneway import RULES
from guardian.domain.oneway_rule import KEEPS, Ground
from guardian.domain.plan import Action, PlannedChange
from guardian.domain.review.change import Change
from guardian.domain.review.undo.provisioners import with_provisioners
from guardian.domain.review.undo.reversibility import reversibility_of, reversibility_of_type
from guardian.domain.review.undo.rules import UNDO_RULES
from guardian.domain.review.undo.verdict import Reason, Reversibility, Undo, worst

TOUCHING = (Action.CREATE, Action.UPDATE, Action.REPLACE, Action.DELETE)
RECORD_ALONE = (Action.MOVE, Action.IMPORT, Action.FORGET)
SECRET = "hunter2-hunter2"


def change(action: Action, resource_type: str, *, deposed: str = "", **more: Any) -> Change:
    intent = PlannedChange(
        address=f"{resource_type}.it", resource_type=resource_type, action=action, deposed=deposed
    )
    return Change(intent=intent, name="it", module="", provider="", **more)


def created(resource_type: str, after: Mapping[str, Any], **more: Any) -> Reversibility:
    return reversibility_of(change(Action.CREATE, resource_type, after=after, **more))


def updated(
    resource_type: str, before: Mapping[str, Any], after: Mapping[str, Any], **more: Any
) -> Reversibility:
    return reversibility_of(change(Action.UPDATE, resource_type, before=before, after=after, **more))


def deleted(resource_type: str, before: Mapping[str, Any], **more: Any) -> Reversibility:
    return reversibility_of(change(Action.DELETE, resource_type, before=before, **more))


def replaced(
    resource_type: str, before: Mapping[str, Any], after: Mapping[str, Any], **more: Any
) -> Reversibility:
    return reversibility_of(change(Action.REPLACE, resource_type, before=before, after=after, **more))


def words(verdict: Reversibility) -> list[str]:
    return [each.words for each in verdict.reasons]


@pytest.mark.parametrize("action", RECORD_ALONE)
@pytest.mark.parametrize("resource_type", ["aws_vpc", "acme_rocket"])
def test_what_changes_the_record_alone_goes_back_exactly(action, resource_type):
    assert reversibility_of(change(action, resource_type, import_id="x")).undo is Undo.EXACT


@pytest.mark.parametrize("action", TOUCHING)
def test_of_a_type_without_a_rule_nothing_is_promised(action):
    verdict = reversibility_of(change(action, "acme_rocket", before={"id": "1"}, after={"id": "1"}))
    assert verdict.undo is Undo.UNKNOWN
    assert words(verdict) == ["no rule says what undoing a change of this type gives back"]


@pytest.mark.parametrize("resource_type", ["aws_vpc", "aws_s3_bucket", "terraform_data", "aws_eip"])
def test_what_is_created_is_deleted_again(resource_type):
    assert created(resource_type, {"tags": {}}) == Reversibility(undo=Undo.EXACT)


def test_old_values_go_back():
    assert updated("aws_vpc", {"tags": {"a": "1"}}, {"tags": {"a": "2"}}).undo is Undo.EXACT


@pytest.mark.parametrize(
    "resource_type",
    [
        "aws_s3_bucket_versioning",
        "aws_iam_role_policy_attachment",
        "aws_route",
        "aws_route53_record",
        "aws_security_group_rule",
        "aws_lambda_alias",
    ],
)
def test_a_setting_comes_back_as_it_was(resource_type):
    assert deleted(resource_type, {"id": "it"}).undo is Undo.EXACT
    assert replaced(resource_type, {"id": "it"}, {}, replace_paths=(("id",),)).undo is Undo.EXACT


def test_a_new_object_is_named_by_what_it_lost():
    verdict = deleted("aws_efs_file_system", {"id": "fs-1", "arn": "arn", "dns_name": "fs-1.efs"})
    assert verdict == Reversibility(
        undo=Undo.NEW_OBJECT,
        reasons=(
            Reason(
                words="the old object does not come back: a new one has another id, arn and dns_name; "
                "gone with it: its files",
                source="https://docs.aws.amazon.com/efs/latest/ug/delete-efs-fs.html",
            ),
        ),
    )
    assert replaced("aws_efs_file_system", {"id": "fs-1"}, {}, replace_paths=(("encrypted",),)) == verdict


def test_what_an_object_never_had_is_not_lost():
    source = {"content": "a"}
    assert deleted("aws_s3_object", {**source, "version_id": ""}).undo is Undo.EXACT
    assert deleted("aws_s3_object", {**source, "version_id": "v1"}).undo is Undo.NEW_OBJECT
    assert deleted("aws_s3_object", source).undo is Undo.NEW_OBJECT


def test_data_alone_makes_a_new_object():
    (reason,) = deleted("aws_sqs_queue", {"url": "https://q"}).reasons
    assert reason.words == "the old object does not come back: gone with it: its messages"


@pytest.mark.parametrize(
    ("resource_type", "before", "says"),
    [
        ("aws_kms_key", {"key_id": "k"}, "deletion window"),
        ("aws_secretsmanager_secret", {"recovery_window_in_days": 30}, "recovery window"),
        ("aws_organizations_account", {"email": "a@example.com"}, "email address"),
        ("aws_eip", {"public_ip": "203.0.113.3"}, "the address went back"),
        ("aws_route53_zone", {"vpc": []}, "other name servers"),
        ("aws_cognito_user_pool", {"id": "eu-1_x"}, "another id"),
        ("aws_cognito_identity_pool", {"id": "eu-1:x"}, "another id"),
        ("aws_ebs_snapshot", {"id": "snap-1"}, "another moment"),
        ("aws_db_snapshot", {"id": "a"}, "another moment"),
    ],
)
def test_some_deletions_cannot_be_undone_by_a_named_rule(resource_type, before, says):
    for verdict in (deleted(resource_type, before), replaced(resource_type, before, {"id": "new"})):
        assert verdict.undo is Undo.IMPOSSIBLE
        assert says in verdict.reasons[0].words
        assert verdict.reasons[0].source.startswith("https://docs.aws.amazon.com/")


def test_a_secret_without_a_window_and_a_private_zone_are_new_objects():
    assert deleted("aws_secretsmanager_secret", {"recovery_window_in_days": 0}).undo is Undo.NEW_OBJECT
    assert deleted("aws_route53_zone", {"vpc": [{"vpc_id": "vpc-1"}]}).undo is Undo.NEW_OBJECT


@pytest.mark.parametrize(
    ("resource_type", "before", "after", "attribute", "back"),
    [
        ("aws_ebs_volume", {"size": 8}, {"size": 20}, "size", Undo.EXACT),
        (
            "aws_db_instance",
            {"engine_version": "8.0.35"},
            {"engine_version": "8.4.3"},
            "engine_version",
            Undo.EXACT,
        ),
        (
            "aws_opensearch_domain",
            {"engine_version": "Elasticsearch_7.10"},
            {"engine_version": "OpenSearch_1.3"},
            "engine_version",
            Undo.EXACT,
        ),
        ("aws_db_instance", {"replicate_source_db": "a"}, {}, "replicate_source_db", Undo.EXACT),
        (
            "aws_s3_bucket_versioning",
            {"versioning_configuration": [{"status": "Disabled"}]},
            {"versioning_configuration": [{"status": "Enabled"}]},
            "versioning_configuration.status",
            Undo.NEW_OBJECT,
        ),
    ],
)
def test_an_attribute_that_goes_one_way_does_so_in_place_alone(resource_type, before, after, attribute, back):
    verdict = updated(resource_type, before, after)
    assert verdict.undo is Undo.IMPOSSIBLE
    assert verdict.reasons[0].attribute == attribute
    assert updated(resource_type, after, before).undo is back
    # Where the configuration forced nothing (a tainted object), the new one would be changed back in place.
    assert replaced(resource_type, before, after).undo is Undo.IMPOSSIBLE


@pytest.mark.parametrize(("old", "new"), [("13", "13.7"), ("13.7", "13"), ("6.x", "6.2"), (None, "13.7")])
def test_versions_that_cannot_be_compared_are_unknown(old, new):
    verdict = updated("aws_db_instance", {"engine_version": old}, {"engine_version": new})
    assert verdict.undo is Undo.UNKNOWN
    (said,) = words(verdict)
    assert said.startswith("whether engine_version rises cannot be told from the two: ")


def test_code_under_the_key_of_the_old_may_be_all_that_there_is():
    old = {"s3_bucket": "b", "s3_key": "app.zip", "s3_object_version": "1", "source_code_hash": "a"}
    assert updated("aws_lambda_function", old, {**old, "source_code_hash": "b"}).undo is Undo.UNKNOWN
    for name in ("s3_key", "s3_object_version"):
        elsewhere = {**old, "source_code_hash": "b", name: "2"}
        assert updated("aws_lambda_function", old, elsewhere).undo is Undo.EXACT


def test_what_forces_a_replacement_forces_another_on_the_way_back_which_starts_anew():
    before, after = {"size": 8, "encrypted": False}, {"size": 20, "encrypted": True}
    assert replaced("aws_ebs_volume", before, after, replace_paths=(("encrypted",),)).undo is Undo.NEW_OBJECT


def test_what_was_bought_cannot_be_given_back():
    assert created("aws_rds_reserved_instance", {}).undo is Undo.IMPOSSIBLE
    assert created("aws_organizations_account", {"close_on_deletion": True}).undo is Undo.IMPOSSIBLE
    assert created("aws_glacier_vault_lock", {"complete_lock": False}).undo is Undo.EXACT


def test_a_created_key_or_secret_waits_out_its_window():
    (reason,) = created("aws_kms_key", {"description": "a"}).reasons
    assert "waits out its window" in reason.words
    assert created("aws_kms_key", {}).undo is Undo.NEW_OBJECT
    assert created("aws_secretsmanager_secret", {"recovery_window_in_days": 0}).undo is Undo.EXACT


@pytest.mark.parametrize("name", ["password", "password_wo_version"])
def test_what_cannot_be_read_back_is_only_in_the_old_configuration(name):
    verdict = updated("aws_db_instance", {name: SECRET}, {name: SECRET + "!"})
    assert (verdict.undo, verdict.reasons[0].attribute) == (Undo.UNKNOWN, name)
    assert updated("aws_db_instance", {name: SECRET}, {}, unknown={name: True}).undo is Undo.UNKNOWN
    assert updated("aws_db_instance", {name: SECRET, "tags": {}}, {name: SECRET}).undo is Undo.EXACT


def test_a_setting_whose_secret_cannot_be_read_back_is_not_promised():
    assert deleted("aws_elasticache_user", {"passwords": [SECRET]}).undo is Undo.UNKNOWN
    assert deleted("aws_elasticache_user", {"passwords": []}).undo is Undo.EXACT


def test_content_of_a_file_comes_back_only_by_the_file():
    old, new = {"filename": "a.zip", "source_code_hash": "1"}, {"filename": "a.zip", "source_code_hash": "2"}
    assert updated("aws_lambda_function", old, new).undo is Undo.UNKNOWN
    assert updated("aws_lambda_function", {**old, "timeout": 3}, {**old, "timeout": 4}).undo is Undo.EXACT
    image = {"filename": None, "image_uri": "a@sha256:1"}
    assert updated("aws_lambda_function", image, {**image, "image_uri": "a@sha256:2"}).undo is Undo.EXACT
    assert deleted("local_file", {"filename": "a", "source": "b"}).undo is Undo.UNKNOWN
    assert deleted("local_file", {"filename": "a", "content": "b"}).undo is Undo.EXACT


def test_what_only_the_apply_tells_is_not_taken_for_the_free_way():
    verdict = updated("aws_db_instance", {"engine_version": "8.0"}, {}, unknown={"engine_version": True})
    assert (verdict.undo, verdict.reasons[0].attribute) == (Undo.UNKNOWN, "engine_version")
    nested = {"versioning_configuration": [{"status": True}]}
    assert updated("aws_s3_bucket_versioning", {}, {}, unknown=nested).undo is Undo.UNKNOWN
    assert updated("aws_sqs_queue", {}, {}, unknown={"message_retention_seconds": True}).undo is Undo.UNKNOWN
    assert created("aws_vpc", {}, unknown=True).undo is Undo.UNKNOWN


def test_what_is_imported_and_changed_at_once_keeps_the_change():
    for verdict in (
        updated("aws_vpc", {"tags": {}}, {"tags": {"a": "1"}}, import_id="vpc-1"),
        replaced("aws_vpc", {"id": "vpc-1"}, {}, import_id="vpc-1"),
    ):
        assert verdict.undo is Undo.IMPOSSIBLE
        assert "imported" in verdict.reasons[0].words


def test_a_deposed_object_is_made_by_no_configuration():
    assert deleted("aws_vpc", {"id": "vpc-1"}, deposed="00000001").undo is Undo.IMPOSSIBLE


def test_an_object_that_is_forgotten_for_another_is_not_the_same():
    verdict = created("aws_vpc", {"cidr_block": "10.0.0.0/16"}, before={"id": "vpc-1"})
    assert verdict.undo is Undo.NEW_OBJECT


def test_what_a_provisioner_did_is_unknown():
    configuration = {
        "root_module": {
            "resources": [
                {"address": "terraform_data.it", "provisioners": [{"type": "local-exec"}]},
                {"address": "terraform_data.other"},
            ],
            "module_calls": {
                "shop": {
                    "module": {"resources": [{"address": "aws_vpc.it", "provisioners": [{"type": "file"}]}]}
                }
            },
        }
    }
    provisioned = with_provisioners(configuration)
    assert provisioned == {"terraform_data.it", "module.shop.aws_vpc.it"}
    made = change(Action.CREATE, "terraform_data", after={"id": "1"})
    assert reversibility_of(made, provisioned=provisioned).undo is Undo.UNKNOWN
    assert reversibility_of(made).undo is Undo.EXACT
    in_place = change(Action.UPDATE, "terraform_data", before={"input": 1}, after={"input": 2})
    assert reversibility_of(in_place, provisioned=provisioned).undo is Undo.EXACT
    assert with_provisioners({}) == frozenset()


def test_reasons_come_the_worst_first():
    old = {"engine_version": "8.0.35", "password": SECRET, "backup_retention_period": 7}
    new = {"engine_version": "8.4.1", "password": SECRET + "!", "backup_retention_period": 0}
    verdict = updated("aws_db_instance", old, new)
    assert [each.attribute for each in verdict.reasons] == [
        "engine_version",
        "password",
        "backup_retention_period",
    ]


def test_what_two_rules_say_alike_is_said_once():
    before, after = ({"access_config": [{"authentication_mode": mode}]} for mode in ("CONFIG_MAP", "API"))
    assert len(updated("aws_eks_cluster", before, after).reasons) == 1


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(0, 9) | st.sampled_from(["1.2", "1.10", "Enabled", SECRET]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["name", "status"]), inner),
    max_leaves=4,
)
NAMES = st.sampled_from(
    ["id", "arn", "size", "engine_version", "password", "rule", "versioning_configuration", "filename"]
)
ATTRIBUTES = st.dictionaries(NAMES, VALUES, max_size=4)
CHANGES = st.builds(
    change,
    st.sampled_from(Action),
    st.sampled_from([*UNDO_RULES, "acme_rocket", "aws_unheard_of"]),
    before=ATTRIBUTES,
    after=ATTRIBUTES,
    unknown=st.booleans() | st.dictionaries(NAMES, st.booleans(), max_size=2),
    import_id=st.sampled_from(["", "x"]),
    replace_paths=st.sampled_from([(), (("id",),)]),
)


@given(CHANGES)
def test_every_change_is_judged_with_reasons_and_without_values(change):
    verdict = reversibility_of(change)
    assert bool(verdict.reasons) == (verdict.undo is not Undo.EXACT)
    assert all(SECRET not in each.words and not each.words.endswith(".") for each in verdict.reasons)
    if change.resource_type not in UNDO_RULES and change.action in TOUCHING:
        assert verdict.undo in {Undo.UNKNOWN, Undo.IMPOSSIBLE}


@given(CHANGES, CHANGES)
def test_one_more_change_makes_the_whole_no_better(one, other):
    first, second = reversibility_of(one).undo, reversibility_of(other).undo
    order = list(Undo)
    assert order.index(worst((first, second))) >= order.index(first)
    assert worst((first, second)) == worst((second, first)) == max(first, second, key=order.index)


@pytest.mark.parametrize(
    "rule",
    [each for each in RULES if each.ground not in KEEPS and each.ground is not Ground.COMMITTED],
    ids=lambda rule: f"{rule.resource_type}-{rule.ground}",
)
def test_every_one_way_deletion_is_impossible_to_undo(rule):
    attributes = {"recovery_window_in_days": 30}
    verdict = deleted(rule.resource_type, attributes)
    assert verdict.undo is Undo.IMPOSSIBLE
    assert rule.words in words(verdict)


@pytest.mark.parametrize(
    ("resource_type", "deposed", "undo"),
    [
        ("aws_db_instance", "", Undo.NEW_OBJECT),
        ("aws_kms_key", "", Undo.IMPOSSIBLE),
        ("aws_s3_bucket_versioning", "", Undo.EXACT),
        ("aws_lb", "abcd", Undo.IMPOSSIBLE),
        ("nobody_knows", "", Undo.UNKNOWN),
    ],
)
def test_the_type_alone_tells_of_a_deletion_what_needs_no_value(resource_type, deposed, undo):
    intent = PlannedChange(
        address=f"{resource_type}.x", resource_type=resource_type, action=Action.DELETE, deposed=deposed
    )
    assert reversibility_of_type(intent).undo is undo
