"""A plan held to the policy: exceptions by rule and address, for a while."""

from datetime import UTC, datetime, timedelta

import pytest

from guardian.domain.review.policy import Effect, Override
from guardian.errors import ExitCode, PolicyDeniedError, PolicyError
from guardian.operations.judge import judge, refuse_denied
from tests.fakes.policy import FakePolicy
from tests.support.policies import change, seen

NOW = datetime(2030, 1, 1, tzinfo=UTC)
DOCUMENTS = [seen(change(f'aws_s3_bucket.b["{key}"]')) for key in ("a", "b")]


def override(rule: str = "rule", address: str = "*", *, left: timedelta = timedelta(seconds=1)) -> Override:
    return Override(rule=rule, address=address, reason="asked", by="me", expires_at=NOW + left)


def always(**rest: Effect | str) -> FakePolicy:
    return FakePolicy(lambda _: True, **rest)  # type: ignore[arg-type]


def test_without_a_policy_no_change_is_looked_at():
    documents = iter(DOCUMENTS)
    assert judge((), documents, overrides=(), now=NOW) == ()
    assert next(documents) is DOCUMENTS[0]


def test_every_engine_sees_every_change_and_what_denies_comes_first():
    engines = (always(effect=Effect.WARN, rule="w"), always(rule="d"))
    found = judge(engines, iter(DOCUMENTS), overrides=(), now=NOW)
    assert [each.seen for each in engines] == [2, 2]
    assert [each.rule for each in found] == ["d", "d", "w", "w"]


@pytest.mark.parametrize(
    ("exception", "denied"),
    [
        (override(), 0),
        (override(address='aws_s3_bucket.b["a"]'), 1),
        (override(address="aws_s3_bucket.*"), 0),
        (override(address="aws_s3_bucket.b[a]"), 2),
        (override(rule="other"), 2),
        (override(rule="*"), 2),
        (override(left=timedelta(0)), 2),
        (override(left=timedelta(hours=-1)), 2),
    ],
)
def test_an_exception_holds_for_its_rule_and_addresses_until_it_expires(exception, denied):
    found = judge((always(),), DOCUMENTS, overrides=[exception], now=NOW)
    assert len(found) == 2
    assert sum(each.denies for each in found) == denied
    assert all(each.override in (None, exception) for each in found)


def test_a_warning_needs_no_exception():
    (found, _) = judge((always(effect=Effect.WARN),), DOCUMENTS, overrides=[override()], now=NOW)
    assert found.override is None


def test_a_policy_that_cannot_be_evaluated_is_no_pass():
    broken = FakePolicy(lambda each: each["nothing"])
    with pytest.raises(PolicyError, match="cannot be evaluated"):
        judge((always(), broken), DOCUMENTS, overrides=[override()], now=NOW)


def test_what_is_denied_is_refused_with_the_way_around_it():
    found = judge((always(rule="no 'x'"),), DOCUMENTS * 11, overrides=(), now=NOW)
    with pytest.raises(PolicyDeniedError) as error:
        refuse_denied(found)
    assert error.value.exit_code is ExitCode.REFUSED
    lines = error.value.message.splitlines()
    assert lines[:2] == [
        "the project's policy denies this plan; nothing was changed:",
        "aws_s3_bucket.b[\"a\"]: no (no 'x')",
    ]
    assert (len(lines), lines[-1]) == (22, "and 2 more")
    assert error.value.hint.startswith("guardian approve PLAN --override 'no '\"'\"'x'\"'\"'' --reason '...'")


def test_what_is_not_denied_passes():
    refuse_denied(judge((always(),), DOCUMENTS, overrides=[override()], now=NOW))
    refuse_denied(judge((always(effect=Effect.WARN),), DOCUMENTS, overrides=(), now=NOW))
