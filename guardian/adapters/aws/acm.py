"""Certificates. What goes on by itself is left out: dates, renewals, the validation of a new one."""

from collections.abc import Mapping
from typing import Any

from guardian.adapters.aws.declare import LiveType
from guardian.adapters.aws.read import Asked, Attributes, Identity, Read, block, tags_of

_GONE = frozenset({"ResourceNotFoundException"})
# Without naming them, only certificates with short RSA keys are listed.
# Source: https://docs.aws.amazon.com/acm/latest/APIReference/API_ListCertificates.html
_KEYS = (
    "RSA_1024",
    "RSA_2048",
    "RSA_3072",
    "RSA_4096",
    "EC_prime256v1",
    "EC_secp384r1",
    "EC_secp521r1",
)
_PENDING = "PENDING_VALIDATION"


def _listed(asked: Asked, _: Any) -> dict[str, Any]:
    listed = asked.every(
        "list_certificates", "CertificateSummaryList", Includes={"keyTypes": list(_KEYS)}, MaxItems=1000
    )
    # The provider takes one whose validation timed out for gone.
    return {each["CertificateArn"]: each for each in listed if each["Status"] != "VALIDATION_TIMED_OUT"}


def _detail(asked: Asked, item: Mapping[str, Any], recorded: Attributes) -> Attributes:
    arn = item["CertificateArn"]
    certificate = asked.need("describe_certificate", gone=_GONE, CertificateArn=arn)["Certificate"]
    tags = asked.need("list_tags_for_certificate", gone=_GONE, CertificateArn=arn)["Tags"]
    validations = certificate.get("DomainValidationOptions", ())
    methods = [each["ValidationMethod"] for each in validations]
    return {
        "certificate_authority_arn": certificate.get("CertificateAuthorityArn"),
        "domain_validation_options": [
            {
                "domain_name": each["DomainName"],
                "resource_record_name": each["ResourceRecord"]["Name"],
                "resource_record_type": each["ResourceRecord"]["Type"],
                "resource_record_value": each["ResourceRecord"]["Value"],
            }
            for each in validations
            if "ResourceRecord" in each
        ],
        # The provider writes the name of the request (EC_prime256v1), the answer may have hyphens.
        "key_algorithm": certificate["KeyAlgorithm"].replace("-", "_"),
        "options": [
            {
                "certificate_transparency_logging_preference": each.get(
                    "CertificateTransparencyLoggingPreference"
                )
            }
            for each in block(certificate.get("Options"))
        ],
        "subject_alternative_names": certificate.get("SubjectAlternativeNames"),
        "tags": tags_of(tags),
        "type": certificate["Type"],
        "validation_emails": [mail for each in validations for mail in each.get("ValidationEmails", ())],
        "validation_method": methods[0] if methods and certificate["Type"] == "AMAZON_ISSUED" else "NONE",
        **({} if recorded.get("status") == _PENDING else {"status": certificate["Status"]}),
    }


TYPES: Mapping[str, LiveType] = {
    "aws_acm_certificate": LiveType(
        service="acm",
        read=Read(
            calls={"list_certificates", "describe_certificate", "list_tags_for_certificate"},
            listed=_listed,
            bulk=lambda item: {"arn": item["CertificateArn"], "domain_name": item["DomainName"]},
            detail=_detail,
            detailed={
                "certificate_authority_arn",
                "domain_validation_options",
                "key_algorithm",
                "options",
                "status",
                "subject_alternative_names",
                "tags",
                "type",
                "validation_emails",
                "validation_method",
            },
            identity=lambda item: Identity(name=item["DomainName"]),
        ),
    )
}
