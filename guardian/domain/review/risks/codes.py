"""Every danger that a review knows by name, with what it means: the list that docs/risks.md shows."""

from dataclasses import dataclass

from guardian.domain.review.risks.risk import Risk, Severity

_AWS = "https://docs.aws.amazon.com"
_TERRAFORM = "https://developer.hashicorp.com/terraform"


@dataclass(frozen=True, slots=True, kw_only=True)
class Danger:
    """One kind of risk.

    Attributes:
        code: Stable name in kebab-case.
        severities: What it can be, the usual one first.
        meaning: One or two sentences for a person, without the last full stop.
        source: The page behind it.
    """

    code: str
    severities: tuple[Severity, ...]
    meaning: str
    source: str

    def of(
        self, address: str, words: str, *, severity: Severity | None = None, mend: str = "", source: str = ""
    ) -> Risk:
        """Return the risk at an address, by default with the usual severity and source."""
        return Risk(
            code=self.code,
            severity=severity or self.severities[0],
            address=address,
            words=words,
            mend=mend,
            source=source or self.source,
        )


_RED, _AMBER = (Severity.RED,), (Severity.AMBER,)
_EITHER = (Severity.RED, Severity.AMBER)

DATA_WITHOUT_BACKUP = Danger(
    code="data-without-backup",
    severities=_RED,
    meaning="something that holds data is deleted or replaced, and no fresh backup of it is known; that "
    "none was looked for, or that the question was not answered, is said, and is no backup",
    source=f"{_AWS}/wellarchitected/latest/reliability-pillar/back-up-data.html",
)
DATA_DELETED = Danger(
    code="data-deleted",
    severities=_AMBER,
    meaning="something that holds data is deleted or replaced; a fresh backup or a final copy of it is kept, "
    "or AWS refuses while anything is in it; or a rule deletes all of a bucket's objects at a certain age",
    source=DATA_WITHOUT_BACKUP.source,
)
MANY_DELETIONS = Danger(
    code="many-deletions",
    severities=_RED,
    meaning="more instances are destroyed, replacements among them, than `review.most_deletions`, or a "
    "larger part of all than `review.most_deletions_percent`; one instance alone is never many",
    source=f"{_TERRAFORM}/cli/commands/plan#planning-modes",
)
REPLACED_UNDER_DEPENDENTS = Danger(
    code="replaced-under-dependents",
    severities=_RED,
    meaning="an object that others refer to is destroyed before its successor is made: without "
    "`create_before_destroy` they stand without it meanwhile",
    source=f"{_TERRAFORM}/language/meta-arguments/lifecycle#create_before_destroy",
)
OPENED_TO_THE_WORLD = Danger(
    code="opened-to-the-world",
    severities=_EITHER,
    meaning="anybody on the internet, or anybody with an AWS account, can reach what they could not reach "
    "before; amber for the ports of the web alone, for network ACLs, for a new API, and for what opens only "
    "together with something else",
    source=f"{_AWS}/AmazonS3/latest/userguide/access-control-block-public-access.html",
)
OUTBOUND_TO_THE_WORLD = Danger(
    code="outbound-to-the-world",
    severities=_AMBER,
    meaning="everything is allowed to go out to anywhere, which was not so before",
    source=f"{_AWS}/securityhub/latest/userguide/ec2-controls.html",
)
IAM_WIDENED = Danger(
    code="iam-widened",
    severities=_EITHER,
    meaning="a policy allows what it did not allow before: a new wildcard in actions or resources, a way to "
    "more rights, a new principal, more for another account, a condition or denial that is gone or looser, a "
    "policy of full access, another boundary; amber where it only reads, where the principal is of the same "
    "account or a service, and where it cannot be told how much more it is",
    source=f"{_AWS}/IAM/latest/UserGuide/best-practices.html#grant-least-privilege",
)
ENCRYPTION_OFF = Danger(
    code="encryption-off",
    severities=_EITHER,
    meaning="encryption at rest or in transit is turned off or no longer demanded, or another key than the "
    "customer's own is used",
    source=f"{_AWS}/wellarchitected/latest/security-pillar/protecting-data-at-rest.html",
)
VERSIONING_OFF = Danger(
    code="versioning-off",
    severities=_EITHER,
    meaning="older versions are no longer kept, or may be written over",
    source=f"{_AWS}/AmazonS3/latest/userguide/Versioning.html",
)
BACKUP_OFF = Danger(
    code="backup-off",
    severities=_EITHER,
    meaning="backups end, are kept for a shorter time, or the last one before a deletion is not taken",
    source=DATA_WITHOUT_BACKUP.source,
)
DELETION_PROTECTION_OFF = Danger(
    code="deletion-protection-off",
    severities=_EITHER,
    meaning="what kept an object from being deleted is turned off",
    source=f"{_AWS}/AmazonRDS/latest/UserGuide/USER_DeleteInstance.html",
)
LOGGING_OFF = Danger(
    code="logging-off",
    severities=_EITHER,
    meaning="what happens is no longer written down, not as much of it, or not for as long",
    source=f"{_AWS}/wellarchitected/latest/security-pillar/detection.html",
)
HARDENING_OFF = Danger(
    code="hardening-off",
    severities=_EITHER,
    meaning="another setting that protects is turned off: IMDSv2, authentication, scanning of images, a "
    "firewall, a watch for threats",
    source=f"{_AWS}/wellarchitected/latest/security-pillar/infrastructure-protection.html",
)
HOT_FIX_CHANGED = Danger(
    code="hot-fix-changed",
    severities=_RED,
    meaning="the plan changes what somebody changed by hand since the baseline",
    source=f"{_TERRAFORM}/tutorials/state/resource-drift",
)
PROVIDER_JUMP = Danger(
    code="provider-jump",
    severities=_AMBER,
    meaning="a provider's version changes by more than a patch, or goes back",
    source=f"{_TERRAFORM}/language/files/dependency-lock",
)
MODULE_JUMP = Danger(
    code="module-jump",
    severities=_AMBER,
    meaning="a module's version changes by more than a patch, or goes back",
    source=f"{_TERRAFORM}/language/modules/syntax#version",
)
UNPINNED_MODULE = Danger(
    code="unpinned-module",
    severities=_AMBER,
    meaning="a module comes from a registry without an upper bound of its version, or from git or Mercurial "
    "without a fixed revision: the next `terraform init` may bring another one",
    source=f"{_TERRAFORM}/language/modules/sources#selecting-a-revision",
)
KNOWN_AFTER_APPLY = Danger(
    code="known-after-apply",
    severities=_AMBER,
    meaning="a value that decides on one of these dangers is known only after the apply: nothing is said of "
    "it, which does not mean that it is safe",
    source=f"{_TERRAFORM}/internals/json-format#change-representation",
)

DANGERS: tuple[Danger, ...] = (
    DATA_WITHOUT_BACKUP,
    DATA_DELETED,
    MANY_DELETIONS,
    REPLACED_UNDER_DEPENDENTS,
    OPENED_TO_THE_WORLD,
    OUTBOUND_TO_THE_WORLD,
    IAM_WIDENED,
    ENCRYPTION_OFF,
    VERSIONING_OFF,
    BACKUP_OFF,
    DELETION_PROTECTION_OFF,
    LOGGING_OFF,
    HARDENING_OFF,
    HOT_FIX_CHANGED,
    PROVIDER_JUMP,
    MODULE_JUMP,
    UNPINNED_MODULE,
    KNOWN_AFTER_APPLY,
)
