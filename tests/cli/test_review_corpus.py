"""The comment on each recorded plan, whole: with values, and every secret masked."""

import pytest

from guardian.cli.views.review.markdown import review_markdown
from guardian.domain.review.host import Host
from tests.cli.golden import assert_golden
from tests.support.plans.corpus import RecordedPlan, plans
from tests.support.plans.reviewed import review_of


@pytest.mark.parametrize("plan", plans(), ids=lambda plan: plan.name)
def test_the_comment_on_a_recorded_plan(plan: RecordedPlan):
    host = Host.GITHUB
    text = review_markdown(
        review_of(plan, values=True),
        repository="acme/infrastructure",
        limit=host.limit,
        host=host,
        rest="guardian review",
    )
    assert_golden(f"plans/{plan.name}.md", text)
