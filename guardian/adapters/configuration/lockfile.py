"""Reads the provider versions that `terraform init` chose.

Source: https://developer.hashicorp.com/terraform/language/files/dependency-lock
"""

from guardian.adapters.configuration.blocks import read_blocks
from guardian.adapters.configuration.document import read_document
from guardian.adapters.configuration.evaluate import evaluate
from guardian.adapters.configuration.scope import TemplateScope
from guardian.adapters.configuration.syntax import SyntaxUnreadableError
from guardian.errors import ConfigurationError

FILE_NAME = ".terraform.lock.hcl"


def locked_providers(body: bytes) -> dict[str, str]:
    """Return the version of each provider by its source address.

    Raises:
        ConfigurationError: Not a lock file; Terraform does not take it either.
    """
    try:
        blocks = read_document(FILE_NAME, body).providers
    except SyntaxUnreadableError as error:
        raise _unparsed(error) from error
    return {
        source: evaluate(attributes["version"].node, TemplateScope())[0]
        for source, attributes in blocks.items()
        if "version" in attributes
    }


def locked_texts(body: bytes) -> dict[str, str]:
    """Return the entry of each provider, word for word, by its source address.

    Raises:
        ConfigurationError: Not a lock file; Terraform does not take it either.
    """
    try:
        blocks = read_blocks(FILE_NAME, body)
    except SyntaxUnreadableError as error:
        raise _unparsed(error) from error
    return {each.labels[0]: each.text() for each in blocks if each.kind == "provider"}


def _unparsed(error: SyntaxUnreadableError) -> ConfigurationError:
    return ConfigurationError(
        f"{FILE_NAME} cannot be parsed ({error})", hint="git checkout it, or run terraform init"
    )
