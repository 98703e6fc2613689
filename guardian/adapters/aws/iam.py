"""Roles, policies, users, groups and instance profiles: names are theirs alone in the whole account."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from typing import Any

from guardian.adapters.aws import iam_attached
from guardian.adapters.aws import iam_principals as principals
from guardian.adapters.aws.calls import Calls
from guardian.adapters.aws.declare import Found, LiveType, Named
from guardian.adapters.aws.read import Read

_ABSENT = frozenset({"NoSuchEntity"})


def _one(calls: Calls, name: str, *, operation: str, parameter: str, member: str) -> Found | None:
    answer = calls.ask(operation, absent=_ABSENT, **{parameter: name})
    return None if answer is None else _found(answer[member], parameter)


def _found(item: Mapping[str, Any], named: str) -> Found:
    return Found(object_id=item[named], name=item[named], created_at=item.get("CreateDate"))


def _all(calls: Calls, prefix: str, *, operation: str, member: str, named: str) -> Iterator[Found]:
    for each in calls.pages(operation, member):
        if each[named].startswith(prefix):
            yield _found(each, named)


def _policies(calls: Calls, prefix: str) -> Iterator[Found]:
    for each in calls.pages("list_policies", "Policies", Scope="Local"):
        name: str = each["PolicyName"]
        if name.startswith(prefix):
            yield Found(object_id=each["Arn"], name=name, created_at=each.get("CreateDate"))


def _policy(calls: Calls, name: str) -> Found | None:
    # Its ARN would be quicker to ask for, but holds the account and the path.
    return next((each for each in _policies(calls, name) if each.name == name), None)


_role = partial(_one, operation="get_role", parameter="RoleName", member="Role")
_roles = partial(_all, operation="list_roles", member="Roles", named="RoleName")
_user = partial(_one, operation="get_user", parameter="UserName", member="User")
_group = partial(_one, operation="get_group", parameter="GroupName", member="Group")
_profile = partial(
    _one, operation="get_instance_profile", parameter="InstanceProfileName", member="InstanceProfile"
)
_profiles = partial(
    _all, operation="list_instance_profiles", member="InstanceProfiles", named="InstanceProfileName"
)


def _type(
    read: Read,
    one: Callable[[Calls, str], Found | None],
    several: Callable[[Calls, str], Iterable[Found]] | None = None,
    *,
    asks: str,
) -> LiveType:
    return LiveType(service="iam", find=Named(one=one, several=several).find, asks={asks}, read=read)


TYPES = {
    "aws_iam_role": _type(principals.ROLE, _role, _roles, asks="get_role"),
    "aws_iam_policy": _type(principals.POLICY, _policy, _policies, asks="list_policies"),
    "aws_iam_user": _type(principals.USER, _user, asks="get_user"),
    "aws_iam_group": _type(principals.GROUP, _group, asks="get_group"),
    "aws_iam_instance_profile": _type(principals.PROFILE, _profile, _profiles, asks="get_instance_profile"),
    "aws_iam_openid_connect_provider": LiveType(service="iam", read=principals.OPENID_PROVIDER),
    **{name: LiveType(service="iam", read=read) for name, read in iam_attached.READS.items()},
}
