"""Where recorded objects live: account and region, as their ARNs tell."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from guardian.domain.live import Known
from guardian.domain.state import StateInstance

_AWS = re.compile(r'^(?:module\.[^"]*\.)?provider\["[^"]+/hashicorp/aws"\]')
# Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html
_ARN = re.compile(r"arn:aws[a-z-]*:[a-z0-9-]*:(?P<region>[a-z0-9-]*):(?P<account>[0-9]{12})?:.+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Where the objects of a state live.

    Attributes:
        accounts: Every account that an ARN names.
        account_of: Account by provider configuration, where all its ARNs name the same.
        region_of: Region by provider configuration: the one that most of its ARNs name.
    """

    accounts: frozenset[str]
    account_of: Mapping[str, str]
    region_of: Mapping[str, str]


def is_aws(instance: StateInstance) -> bool:
    """Tell whether an instance is one of HashiCorp's provider for AWS, of either engine's registry."""
    return _AWS.match(instance.provider) is not None


def places_of(instances: Iterable[StateInstance]) -> Places:
    """Read where instances live. One provider configuration works in one account and region."""
    regions: dict[str, Counter[str]] = defaultdict(Counter)
    accounts: dict[str, set[str]] = defaultdict(set)
    for each in instances:
        found = _ARN.fullmatch(str(each.attributes.get("arn") or "")) if is_aws(each) else None
        if found and found["account"]:
            accounts[each.provider].add(found["account"])
        if found and found["region"]:
            regions[each.provider][found["region"]] += 1
    return Places(
        accounts=frozenset(each for one in accounts.values() for each in one),
        account_of={name: next(iter(found)) for name, found in accounts.items() if len(found) == 1},
        region_of={name: found.most_common(1)[0][0] for name, found in regions.items()},
    )


def known(instance: StateInstance, places: Places) -> Known:
    """Return an instance as a reader is asked for it."""
    found = _ARN.fullmatch(str(instance.attributes.get("arn") or ""))
    region = found["region"] if found else ""
    return Known(
        address=instance.address,
        resource_type=instance.resource_type,
        attributes=instance.attributes,
        region=region or places.region_of.get(instance.provider, ""),
    )
