"""Provider blocks go from the failed configuration into the private copy, with all they need or not."""

import json
from pathlib import Path

import pytest

from guardian.adapters.configuration import DiskConfiguration
from guardian.domain.configuration import CarriedProviders
from guardian.errors import ConfigurationError

AWS = 'provider["registry.terraform.io/hashicorp/aws"]'
WEST = f"{AWS}.west"
FILE = "zz_guardian_providers.tf"
LOCK = ".terraform.lock.hcl"
BLOCK = 'provider "aws" {\n  alias  = "west" # over there\n  region = %s\n}'


@pytest.fixture
def failed(tmp_path: Path) -> Path:
    return tmp_path / "failed"


@pytest.fixture
def private(tmp_path: Path) -> Path:
    (tmp_path / "private").mkdir()
    return tmp_path / "private"


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def carry(failed: Path, private: Path, *used: str) -> CarriedProviders:
    return DiskConfiguration().carry_providers(failed, private, used)


def requirement(name: str, source: str, version: str = ">= 5") -> str:
    entry = f'{{\n      source  = "{source}"\n      version = "{version}"\n    }}'
    return f"terraform {{\n  required_providers {{\n    {name} = {entry}\n  }}\n}}\n"


def locked(source: str, version: str) -> str:
    return f'provider "{source}" {{\n  version = "{version}"\n  hashes = [\n    "h1:x=",\n  ]\n}}\n'


def test_a_block_is_copied_word_for_word_for_its_owner_alone(failed, private):
    block = BLOCK % '"eu-west-1"'
    write(failed / "main.tf", f"# before\n{block} # after\n")
    assert carry(failed, private, WEST) == CarriedProviders(providers=("aws.west",))
    assert block in (private / FILE).read_text()
    assert (private / FILE).stat().st_mode & 0o777 == 0o600


def test_what_the_private_copy_configures_is_left_alone(failed, private):
    write(failed / "main.tf", BLOCK % '"eu-west-1"')
    write(private / "main.tf", BLOCK % '"eu-west-2"')
    assert carry(failed, private, WEST, AWS) == CarriedProviders()
    assert [each.name for each in private.iterdir()] == ["main.tf"]


def test_another_alias_or_another_source_is_not_the_same(failed, private):
    write(failed / "main.tf", BLOCK % '"eu-west-1"')
    write(private / "main.tf", 'provider "aws" {}\nprovider "acme" {\n  alias = "west"\n}\n')
    assert carry(failed, private, WEST).providers == ("aws.west",)


def test_a_default_configuration_is_carried_where_the_failed_root_writes_one(failed, private):
    write(failed / "main.tf", 'provider "aws" {\n  region = "eu-west-1"\n}\n')
    assert carry(failed, private, AWS) == CarriedProviders(providers=("aws",))
    assert 'region = "eu-west-1"' in (private / FILE).read_text()


def test_a_default_configuration_that_nobody_writes_needs_its_lock_entry_alone(failed, private):
    aws, random = (locked(f"registry.terraform.io/hashicorp/{each}", "3.1.0") for each in ("aws", "random"))
    write(failed / LOCK, f"# maintained by init\n\n{aws}\n{random}")
    write(private / LOCK, f"# maintained by init\n\n{aws}")
    used = 'provider["registry.terraform.io/hashicorp/random"]'
    assert carry(failed, private, AWS, used) == CarriedProviders(providers=("random",), locked=("random",))
    assert (private / LOCK).read_text() == f"# maintained by init\n\n{aws}\n{random}"
    assert not (private / FILE).exists()


def test_a_lock_entry_is_not_forced_on_a_module_that_requires_a_version_by_itself(failed, private):
    write(failed / LOCK, locked("registry.terraform.io/hashicorp/aws", "6.0.0"))
    write(private / "main.tf", requirement("aws", "hashicorp/aws", "~> 5.0"))
    assert carry(failed, private, AWS) == CarriedProviders()
    assert not (private / LOCK).exists()


def test_an_unknown_source_is_required_under_its_own_name_with_its_version(failed, private):
    write(failed / "main.tf", requirement("corp", "acme/corp", "~> 2") + 'provider "corp" {}\n')
    found = carry(failed, private, 'provider["registry.terraform.io/acme/corp"]')
    text = (private / FILE).read_text()
    assert found.providers == ("corp",)
    assert 'corp = {\n      source = "acme/corp"\n      version = "~> 2"\n' in text
    assert 'provider "corp" {}' in text


def test_a_version_that_the_private_copy_locked_is_not_contradicted(failed, private):
    write(failed / "main.tf", requirement("aws", "hashicorp/aws", ">= 6") + BLOCK % '"x"')
    write(private / LOCK, locked("registry.terraform.io/hashicorp/aws", "5.100.0"))
    carry(failed, private, WEST)
    assert ">= 6" not in (private / FILE).read_text()


def test_nor_is_one_that_a_module_there_requires(failed, private):
    write(failed / "main.tf", requirement("aws", "hashicorp/aws", ">= 6") + BLOCK % '"x"')
    write(failed / LOCK, locked("registry.terraform.io/hashicorp/aws", "6.0.0"))
    write(private / ".terraform/modules/modules.json", '{"Modules":[{"Key":"child","Dir":"child"}]}')
    write(private / "child/main.tf", requirement("aws", "hashicorp/aws", "~> 5.0"))
    carry(failed, private, WEST)
    assert ">= 6" not in (private / FILE).read_text()
    assert not (private / LOCK).exists()


def test_a_source_keeps_the_name_that_the_private_copy_has_for_it(failed, private):
    write(failed / "main.tf", requirement("amazon", "hashicorp/aws") + BLOCK.replace("aws", "amazon") % '"x"')
    write(private / "main.tf", requirement("cloud", "hashicorp/aws"))
    assert carry(failed, private, WEST).providers == ("cloud.west",)
    text = (private / FILE).read_text()
    assert 'provider "cloud" {\n  alias  = "west" # over there' in text
    assert "required_providers" not in text


@pytest.mark.parametrize(
    "taken", [requirement("corp", "other/corp"), 'resource "corp_x" "y" {}\n', 'provider "corp" {}\n']
)
def test_a_name_that_means_another_source_there_is_not_taken(failed, private, taken):
    write(failed / "main.tf", requirement("corp", "acme/corp") + 'provider "corp" {\n  alias = "a"\n}\n')
    write(private / "main.tf", taken)
    found = carry(failed, private, 'provider["registry.terraform.io/acme/corp"].a')
    assert found.providers == ("acme-corp.a",)
    text = (private / FILE).read_text()
    assert 'provider "acme-corp" {\n  alias = "a"' in text
    assert 'acme-corp = {\n      source = "acme/corp"' in text


def test_variables_and_locals_come_along_through_every_level(failed, private):
    write(failed / "main.tf", BLOCK % 'lookup(local.regions, "west", "${var.fallback}")')
    write(failed / "locals.tf", "locals {\n  regions = { west = local.west }\n  unrelated = data.x.y.z\n}\n")
    write(failed / "more.tf", "locals {\n  west = <<-EOT\n    ${var.west}\n  EOT\n}\n")
    write(failed / "variables.tf", 'variable "west" {}\nvariable "fallback" {\n  default = "x"\n}\n')
    assert carry(failed, private, WEST) == CarriedProviders(
        providers=("aws.west",), variables=("fallback", "west")
    )
    text = (private / FILE).read_text()
    assert "regions = { west = local.west }" in text
    assert "west = <<-EOT\n    ${var.west}\n  EOT\n" in text
    assert 'variable "fallback" {\n  default = "x"\n}' in text
    assert "unrelated" not in text


def test_what_both_have_alike_is_not_copied_and_what_is_shared_is_told(failed, private):
    write(failed / "main.tf", BLOCK % "local.region")
    write(failed / "locals.tf", 'locals {\n  region = "${var.area}-1" # here\n}\nvariable "area" {}\n')
    write(private / "main.tf", 'variable "area" {\n  description = "where"\n}\n')
    write(private / "locals.tf", 'locals {\n  other  = 1\n  region   =   "${var.area}-1"\n}\n')
    assert carry(failed, private, WEST) == CarriedProviders(providers=("aws.west",), shared=("area",))
    assert "locals" not in (private / FILE).read_text()


@pytest.mark.parametrize(
    ("here", "there", "why"),
    [
        ('locals {\n  region = "a"\n}', 'locals {\n  region = "b"\n}', r"local\.region has another value"),
        (
            'locals {\n  region = "a b"\n}',
            'locals {\n  region = "a  b"\n}',
            r"local\.region has another value",
        ),
        (
            'locals {\n  region = var.a\n}\nvariable "a" {\n  default = 1\n}',
            'locals {\n  region = var.a\n}\nvariable "a" {\n  default = 2\n}',
            r"var\.a is declared otherwise",
        ),
        ('locals {\n  region = "a"\n  x = 1\n}\n', "", None),
        (
            "locals {\n  region = { a = 1 }.a\n}",
            "locals {\n  region = {\n    a   =   1 # one\n  }.a\n}",
            None,
        ),
        ("locals {\n  x = 1\n}\n", "", r"local\.region is not defined"),
    ],
)
def test_a_local_of_the_same_name_must_mean_the_same(failed, private, here, there, why):
    write(failed / "main.tf", BLOCK % "local.region")
    write(failed / "locals.tf", f"{here}\n")
    write(private / "main.tf", f"{there}\n")
    if why is None:
        carry(failed, private, WEST)
        return
    with pytest.raises(ConfigurationError, match=why):
        carry(failed, private, WEST)
    assert [each.name for each in private.iterdir()] == ["main.tf"]


@pytest.mark.parametrize(
    "expression",
    [
        "data.aws_region.x.name",
        "module.network.region",
        "aws_x.y[0].region",
        '"${aws_x.y.region}-1"',
        "[for each_one in aws_x.y : each_one.region][0]",
        "local.indirect",
        "<<-EOT\n    ${data.aws_region.x.name}\n  EOT\n",
        "<<-EOT\n    %{ if data.x.y.z }a%{ endif }\n  EOT\n",
    ],
)
def test_what_only_a_plan_knows_is_refused_with_place_and_reason(failed, private, expression):
    write(failed / "main.tf", f"\n{BLOCK % expression}\n")
    write(failed / "locals.tf", "locals {\n\n  indirect = data.x.y.z\n}\n")
    with pytest.raises(
        ConfigurationError, match=r"provider aws\.west \((main\.tf:[45]|locals\.tf:3)"
    ) as refused:
        carry(failed, private, WEST)
    assert refused.value.hint.startswith("guardian restore --strategy destroy-created")
    assert list(private.iterdir()) == []


def test_what_a_for_binds_is_no_reference(failed, private):
    expression = "[for data in var.regions : data.name if data.name != path.module][0]"
    write(failed / "main.tf", BLOCK % expression + '\nvariable "regions" {}\n')
    assert carry(failed, private, WEST).variables == ("regions",)


def test_nothing_is_written_when_one_of_several_is_refused(failed, private):
    write(failed / "main.tf", BLOCK % '"x"' + '\nprovider "corp" {\n  key = data.x.y.z\n}\n')
    write(failed / LOCK, locked("registry.terraform.io/hashicorp/aws", "5.0.0"))
    with pytest.raises(ConfigurationError, match="provider corp"):
        carry(failed, private, WEST, 'provider["registry.terraform.io/hashicorp/corp"]')
    assert list(private.iterdir()) == []


def test_a_value_never_stands_in_a_refusal(failed, private):
    write(
        failed / "main.tf",
        'provider "aws" {\n  alias = "west"\n  secret_key = "hunter2"\n  r = data.x.y.z\n}\n',
    )
    with pytest.raises(ConfigurationError) as refused:
        carry(failed, private, WEST)
    assert "hunter2" not in f"{refused.value} {refused.value.hint}"


@pytest.mark.parametrize("there", [None, b"other"])
def test_a_file_that_is_not_the_same_there_is_refused(failed, private, there):
    write(failed / "main.tf", BLOCK % 'file("${path.module}/region.txt")')
    write(failed / "region.txt", "eu-west-1")
    if there:
        (private / "region.txt").write_bytes(there)
    with pytest.raises(ConfigurationError, match=r"the file \./region\.txt is not the same"):
        carry(failed, private, WEST)
    (private / "region.txt").write_text("eu-west-1")
    assert carry(failed, private, WEST).providers == ("aws.west",)


def test_json_is_carried_as_json(failed, private):
    document = {
        "terraform": {"required_providers": {"corp": {"source": "acme/corp"}}},
        "provider": {"corp": [{"alias": "a", "region": "${local.region}"}, {"region": "${data.x.y.z}"}]},
        "locals": {"region": "${var.region}-1", "other": 1},
        "variable": {"region": {"type": "string"}},
    }
    write(failed / "main.tf.json", json.dumps(document))
    found = carry(failed, private, 'provider["registry.terraform.io/acme/corp"].a')
    assert found == CarriedProviders(providers=("corp.a",), variables=("region",))
    assert json.loads((private / f"{FILE}.json").read_text()) == {
        "provider": {"corp": [{"alias": "a", "region": "${local.region}"}]},
        "locals": {"region": "${var.region}-1"},
        "variable": {"region": [{"type": "string"}]},
    }
    assert 'source = "acme/corp"' in (private / FILE).read_text()


def test_what_an_override_file_merges_stays_an_override(failed, private):
    write(failed / "main.tf", BLOCK % '"x"')
    write(failed / "override.tf", BLOCK % "var.region")
    write(failed / "variables.tf", 'variable "region" {}\n')
    assert carry(failed, private, WEST).variables == ("region",)
    assert 'region = "x"' in (private / FILE).read_text()
    assert "region = var.region" in (private / "zz_guardian_providers_override.tf").read_text()


MODULE = 'module.child.provider["registry.terraform.io/hashicorp/aws"].west'


@pytest.mark.parametrize("there", [False, True])
def test_a_provider_inside_a_module_is_refused_unless_the_private_copy_has_it(failed, private, there):
    for root in (failed, private) if there else (failed,):
        write(root / ".terraform/modules/modules.json", '{"Modules":[{"Key":"child","Dir":"child"}]}')
        write(root / "child/main.tf", BLOCK % '"x"')
    if there:
        assert carry(failed, private, MODULE) == CarriedProviders()
        return
    with pytest.raises(ConfigurationError, match=r"main\.tf:1 .* inside module\.child") as refused:
        carry(failed, private, MODULE)
    assert "destroy-created" in refused.value.hint


def test_a_file_of_such_a_module_that_cannot_be_parsed_is_named(failed, private):
    write(failed / ".terraform/modules/modules.json", '{"Modules":[{"Key":"child","Dir":"child"}]}')
    write(failed / "child/odd.tf", 'provider "aws" {\n  alias = "west"\n  x = = 1\n}\n')
    with pytest.raises(ConfigurationError, match=r"odd\.tf .* inside module\.child"):
        carry(failed, private, MODULE.replace("child", 'child["a.module.b"]'))


def test_a_file_of_the_private_root_that_cannot_be_parsed_and_may_hold_the_block_is_trusted(failed, private):
    write(failed / "main.tf", BLOCK % '"x"')
    write(private / "odd.tf", 'provider "aws" {\n  alias = "west"\n  x = = 1\n}\n')
    assert carry(failed, private, WEST) == CarriedProviders()


def test_a_file_of_the_failed_root_that_cannot_be_parsed_and_may_hold_the_block_is_named(failed, private):
    write(failed / "odd.tf", 'provider "aws" {\n  alias = "west"\n  x = = 1\n}\n')
    with pytest.raises(ConfigurationError, match=r"odd\.tf .* cannot be parsed"):
        carry(failed, private, WEST)
    assert carry(failed, private, f"{AWS}.east") == CarriedProviders()


def test_what_neither_configures_is_left_to_terraform(failed, private):
    write(failed / "main.tf", "")
    assert (
        carry(failed, private, WEST, MODULE, 'provider["terraform.io/builtin/terraform"]')
        == CarriedProviders()
    )
    assert list(private.iterdir()) == []


def test_a_reference_of_unknown_form_is_refused(failed, private):
    with pytest.raises(ConfigurationError, match="unknown form"):
        carry(failed, private, "aws.west")


def test_opentofus_registry_and_instance_keys_are_understood(failed, private):
    write(failed / "main.tf", BLOCK % "each.value")
    found = carry(failed, private, 'provider["registry.opentofu.org/hashicorp/aws"].west["a.b"]')
    assert found.providers == ("aws.west",)
