"""Actions that make somebody more than they are.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html, and
https://bishopfox.com/blog/privilege-escalation-in-aws
"""

ESCALATION = "https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html#bp-permissions-boundaries"
PASSING = frozenset({"iam:passrole"})
"""What only together with a service that takes a role makes more of anybody."""

ESCALATING = PASSING | frozenset(
    {
        "iam:addusertogroup",
        "iam:attachgrouppolicy",
        "iam:attachrolepolicy",
        "iam:attachuserpolicy",
        "iam:createaccesskey",
        "iam:createloginprofile",
        "iam:createpolicyversion",
        "iam:deleterolepermissionsboundary",
        "iam:deleteuserpermissionsboundary",
        "iam:putgrouppolicy",
        "iam:putrolepermissionsboundary",
        "iam:putrolepolicy",
        "iam:putuserpermissionsboundary",
        "iam:putuserpolicy",
        "iam:setdefaultpolicyversion",
        "iam:updateassumerolepolicy",
        "iam:updateloginprofile",
    }
)
"""In small letters."""
