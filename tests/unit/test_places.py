"""Where recorded objects live: by their ARNs, and by what else their provider configuration made."""

from guardian.domain.places import is_aws, known, places_of
from guardian.domain.state import StateInstance

AWS = 'provider["registry.terraform.io/hashicorp/aws"]'
WEST = f"module.shop[0].{AWS}.west"


def instance(provider: str, **attributes: str) -> StateInstance:
    return StateInstance(
        address="aws_x.a", resource_type="aws_x", mode="managed", provider=provider, attributes=attributes
    )


def test_a_provider_configuration_works_where_its_arns_say():
    places = places_of(
        [
            instance(AWS, arn="arn:aws:sqs:eu-central-1:123456789012:q"),
            instance(AWS, arn="arn:aws:iam::123456789012:role/r"),
            instance(AWS, id="sgr-1"),
            instance(WEST, arn="arn:aws-us-gov:sns:us-gov-west-1:210987654321:t"),
        ]
    )
    assert places.accounts == {"123456789012", "210987654321"}
    assert places.account_of == {AWS: "123456789012", WEST: "210987654321"}
    assert known(instance(AWS, id="sgr-1"), places).region == "eu-central-1"
    assert known(instance(WEST, id="sgr-1"), places).region == "us-gov-west-1"


def test_an_arn_of_its_own_says_more_than_the_rest():
    places = places_of([instance(AWS, arn="arn:aws:sqs:eu-central-1:123456789012:q")])
    elsewhere = instance(AWS, arn="arn:aws:acm:us-east-1:123456789012:certificate/c")
    assert known(elsewhere, places).region == "us-east-1"


def test_where_no_arn_tells_the_environment_does():
    assert known(instance(AWS, arn="arn:aws:s3:::bucket"), places_of([])).region == ""


def test_only_the_provider_of_aws_counts():
    assert is_aws(instance(AWS))
    assert is_aws(instance(WEST))
    assert is_aws(instance('provider["registry.opentofu.org/hashicorp/aws"]'))
    assert not is_aws(instance('provider["registry.terraform.io/hashicorp/awscc"]'))
    assert not is_aws(instance('provider["terraform.io/builtin/terraform"]'))
