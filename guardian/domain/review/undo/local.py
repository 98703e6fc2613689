"""What making again gives of objects that are nowhere but in the state, or on this machine."""

from guardian.domain.review.undo.rule import UndoRule, anew, same

_TERRAFORM = "https://developer.hashicorp.com/terraform/language/resources/terraform-data"
_HASHICORP = "https://registry.terraform.io/providers/hashicorp"
_RANDOM = f"{_HASHICORP}/random/latest/docs/resources"
_TIME = f"{_HASHICORP}/time/latest/docs/resources"
_TLS = f"{_HASHICORP}/tls/latest/docs/resources"
_LOCAL = f"{_HASHICORP}/local/latest/docs/resources"

LOCAL: tuple[UndoRule, ...] = (
    anew("terraform_data", "id", _TERRAFORM),
    anew("null_resource", "id", f"{_HASHICORP}/null/latest/docs/resources/resource"),
    anew("random_bytes", "base64 hex", f"{_RANDOM}/bytes"),
    anew("random_id", "id b64_std b64_url dec hex", f"{_RANDOM}/id"),
    anew("random_integer", "result", f"{_RANDOM}/integer"),
    anew("random_password", "result bcrypt_hash", f"{_RANDOM}/password"),
    anew("random_pet", "id", f"{_RANDOM}/pet"),
    anew("random_shuffle", "result", f"{_RANDOM}/shuffle"),
    anew("random_string", "result", f"{_RANDOM}/string"),
    anew("random_uuid", "result", f"{_RANDOM}/uuid"),
    anew("time_offset", "rfc3339", f"{_TIME}/offset"),
    anew("time_rotating", "rfc3339 rotation_rfc3339", f"{_TIME}/rotating"),
    anew("time_sleep", "id", f"{_TIME}/sleep"),
    anew("time_static", "rfc3339", f"{_TIME}/static"),
    anew("tls_private_key", "private_key_pem public_key_pem", f"{_TLS}/private_key"),
    anew("tls_self_signed_cert", "cert_pem", f"{_TLS}/self_signed_cert"),
    anew("tls_locally_signed_cert", "cert_pem", f"{_TLS}/locally_signed_cert"),
    same("local_file", "filename content", f"{_LOCAL}/file"),
    same("local_sensitive_file", "filename content", f"{_LOCAL}/sensitive_file"),
)
