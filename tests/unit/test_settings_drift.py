"""The `drift` settings that are no plain values: tags, and rules with a reason and a last day."""

from datetime import date
from pathlib import Path

import pytest

from guardian.domain.drift_rules import IgnoreRule
from guardian.errors import SettingsError
from guardian.settings import Settings, load_settings

RULES = """\
drift:
  tags: {project: shop}
  names: ["shop-*"]
  ignore:
    - address: module.shop.aws_autoscaling_group.*
      attribute: desired_capacity
      reason: it scales by itself
    - {address: aws_instance.bastion, reason: by hand, until: 2027-01-31}
"""


def load(root: Path, text: str) -> Settings:
    (root / "guardian.yaml").write_text(text)
    return load_settings(root, flags={}, environment={})


def test_rules_keep_their_order_reason_and_last_day(tmp_path):
    drift = load(tmp_path, RULES).drift
    assert drift.ignore == (
        IgnoreRule(
            address="module.shop.aws_autoscaling_group.*",
            attribute="desired_capacity",
            reason="it scales by itself",
        ),
        IgnoreRule(address="aws_instance.bastion", reason="by hand", until=date(2027, 1, 31)),
    )
    assert (drift.tags, drift.names) == ({"project": "shop"}, ("shop-*",))


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        ("{address: a.b}", "has no `reason`"),
        ("{address: a.b, reason: x, until: 2027-02-30}", "no calendar has the day 2027-02-30"),
        ("{address: a.b, reason: x, until: soon}", "is not of the form"),
        ('{address: a.b, reason: "x\\e[0m"}', "cannot be printed"),
        ("{address: a.b, reason: x, attributes: tags}", "unknown key `drift.ignore[0].attributes`"),
        ("{address: '', reason: x}", "is empty"),
    ],
)
def test_a_rule_that_cannot_be_used_is_refused_with_its_line(tmp_path, rule, message):
    with pytest.raises(SettingsError) as error:
        load(tmp_path, f"drift:\n  ignore:\n    - {rule}\n")
    assert message in error.value.message
    assert "guardian.yaml:3: " in error.value.message
