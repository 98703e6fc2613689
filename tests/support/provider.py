"""The real AWS provider: from a mirror where there is one, else fetched once a session."""

import fcntl
import subprocess
from collections.abc import Mapping
from pathlib import Path

AWS_PROVIDER_VERSION = "5.100.0"
_ADDRESS = "registry.terraform.io/hashicorp/aws"
_FETCH_S = 480

_CLI_CONFIG = """\
provider_installation {{
  filesystem_mirror {{
    path    = "{mirror}"
    include = ["{address}"]
  }}
  direct {{
    exclude = ["{address}"]
  }}
}}
"""

_ROOT_MODULE = f"""\
terraform {{
  required_providers {{
    aws = {{
      source  = "hashicorp/aws"
      version = "{AWS_PROVIDER_VERSION}"
    }}
  }}
}}
"""


class NoProviderError(Exception):
    """Neither a mirror nor the registry has the provider; the text says why."""


def provider_cli_config(shared: Path, terraform: str, environment: Mapping[str, str]) -> Path:
    """Write a Terraform CLI configuration under which `hashicorp/aws` is installed without a network.

    Args:
        shared: A directory that all workers of this session share; the outcome is remembered there.
        terraform: The executable.
        environment: GUARDIAN_PROVIDER_MIRROR names a filesystem mirror; without it the registry is asked,
            with this PATH and these proxies.

    Raises:
        NoProviderError: The provider cannot be had here.
    """
    directory = shared / "provider"
    directory.mkdir(exist_ok=True)
    with (directory / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        config, missing = directory / "terraformrc", directory / "missing"
        if missing.exists():
            raise NoProviderError(missing.read_text())
        if not config.exists():
            try:
                mirror = environment.get("GUARDIAN_PROVIDER_MIRROR")
                root = Path(mirror) if mirror else _fetch(directory, terraform, environment)
                _check(root)
            except NoProviderError as error:
                missing.write_text(str(error))
                raise
            config.write_text(_CLI_CONFIG.format(mirror=root, address=_ADDRESS))
    return config


def _check(mirror: Path) -> None:
    if not any(mirror.glob(f"{_ADDRESS}/{AWS_PROVIDER_VERSION}/*/terraform-provider-aws_*")) and not any(
        mirror.glob(f"{_ADDRESS}/terraform-provider-aws_{AWS_PROVIDER_VERSION}_*.zip")
    ):
        raise NoProviderError(f"{mirror} has no {_ADDRESS} {AWS_PROVIDER_VERSION}")


def _fetch(directory: Path, terraform: str, given: Mapping[str, str]) -> Path:
    # The tree that `init` makes has the layout of an unpacked filesystem mirror, which later inits link to.
    module = directory / "fetch"
    module.mkdir(exist_ok=True)
    (module / "main.tf").write_text(_ROOT_MODULE)
    network = ("PATH", "HTTPS_PROXY", "https_proxy", "NO_PROXY", "no_proxy", "SSL_CERT_FILE", "SSL_CERT_DIR")
    environment = {name: given[name] for name in network if name in given}
    environment |= {"HOME": str(directory), "CHECKPOINT_DISABLE": "1"}
    try:
        ended = subprocess.run(
            [terraform, "init", "-input=false", "-no-color", "-backend=false"],
            cwd=module,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_FETCH_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise NoProviderError(f"the registry did not deliver within {_FETCH_S} s") from None
    if ended.returncode:
        last = " ".join(line.strip(" │╷╵") for line in ended.stderr.splitlines()[-6:]).strip()
        raise NoProviderError(f"no GUARDIAN_PROVIDER_MIRROR, and the registry failed: {last}")
    return module / ".terraform" / "providers"
