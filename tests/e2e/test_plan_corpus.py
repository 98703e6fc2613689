"""Recordings cannot rot: some plans of the corpus are made again by real Terraform and must be the same."""

import pytest

from tests.support.plans.corpus import plan_named
from tests.support.plans.record import recorded


@pytest.mark.terraform
@pytest.mark.aws
@pytest.mark.parametrize("name", ["deposed-leftover", "modules-unpinned", "hot-fix-adopted"])
def test_a_plan_is_made_again_as_it_was_recorded(name, tmp_path, moto, terraform, aws_provider):
    plan = plan_named(name)
    made = recorded(plan, tmp_path, terraform=terraform, cli_config=aws_provider, moto=moto)
    assert made == plan.recording.read_text(encoding="utf-8")
