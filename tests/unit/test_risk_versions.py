"""Jumps of versions, and modules whose source another init may read differently."""

import pytest

from guardian.domain.review.risks.versions import unpinned_modules, version_risks

AWS = "registry.terraform.io/hashicorp/aws"


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("5.1.0", "5.1.0", ""),
        ("5.1.0", "5.1.9", ""),
        ("5.1.0", "5.2.0", "a minor step"),
        ("5.99.0", "6.0.0", "a major step, which may break what uses it"),
        ("0.4.1", "0.5.0", "a major step, which may break what uses it"),
        ("5.2.0", "5.1.0", "back to an older one"),
        ("v1.2.3", "v1.2.4", ""),
        ("main", "8a1b2c3", "another revision"),
        ("1.2", "1.2.0", ""),
    ],
)
@pytest.mark.parametrize(("name", "code"), [(AWS, "provider-jump"), ("module.network", "module-jump")])
def test_a_jump_is_more_than_a_patch(name, code, before, after, told):
    risks = list(version_risks({name: before}, {name: after}))
    expected = f"its version changes from {before} to {after}: {told}"
    assert [(each.code, each.address, each.words) for each in risks] == (
        [(code, name, expected)] if told else []
    )


def test_what_comes_or_goes_is_no_jump():
    assert list(version_risks({AWS: "5.0.0"}, {"module.a": "1.0.0"})) == []


def called(source, constraint=""):
    call = {"source": source, "module": {}}
    if constraint:
        call["version_constraint"] = constraint
    inner = {"module_calls": {"inner": call}}
    return {"root_module": {"module_calls": {"outer": {"source": "./outer", "module": inner}}}}


@pytest.mark.parametrize(
    ("source", "constraint", "told"),
    [
        ("./network", "", ""),
        ("../network", "", ""),
        ("terraform-aws-modules/vpc/aws", "5.1.0", ""),
        ("terraform-aws-modules/vpc/aws", "~> 5.0", ""),
        ("terraform-aws-modules/vpc/aws", ">= 5.0, < 6.0", ""),
        ("terraform-aws-modules/vpc/aws", "", "it comes from a registry without a version"),
        (
            "terraform-aws-modules/vpc/aws//modules/endpoints",
            "",
            "it comes from a registry without a version",
        ),
        ("app.terraform.io/company/vpc/aws", "", "it comes from a registry without a version"),
        ("terraform-aws-modules/vpc/aws", ">= 5.0", "no upper bound"),
        ("github.com/company/network", "", "it comes from git without ref"),
        ("github.com/company/network?ref=v1.2.0", "", ""),
        ("git::https://user:hunter2@example.com/network.git", "", "it comes from git without ref"),
        ("git::ssh://git@example.com/network.git//sub?ref=main", "", "at the branch main"),
        ("git@github.com:company/network.git?ref=51d462976d84fdea54b47d80dcabbf680badcdb8", "", ""),
        ("hg::https://example.com/network", "", "it comes from Mercurial without rev"),
        ("hg::https://example.com/network?rev=1.2", "", ""),
        ("https://example.com/network-1.2.0.zip", "", ""),
        ("s3::https://s3.amazonaws.com/bucket/network.zip", "", ""),
    ],
)
def test_a_module_is_pinned_or_not(source, constraint, told):
    risks = list(unpinned_modules(called(source, constraint)))
    assert [each.address for each in risks] == (["module.outer.module.inner"] if told else [])
    assert all(told in each.words and "hunter2" not in each.words for each in risks)


def test_nothing_is_called():
    assert list(unpinned_modules({})) == []
    assert list(unpinned_modules({"root_module": {}})) == []
