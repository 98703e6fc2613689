"""Where the plans' modules come from: git repositories and a registry on this machine.

`modules/<name>/<version>/` of a plan is tag `v<version>` of `https://git.example.com/<name>.git`, and that
version of `acme/<name>/aws` in Terraform's registry. A module's source is written as it would be anywhere.
"""

import contextlib
import json
import os
import shutil
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

_HOST = "https://git.example.com/"
_REGISTRY = (
    'host "registry.terraform.io" {{\n  services = {{ "modules.v1" = "http://127.0.0.1:{port}/" }}\n}}\n'
)
_WHO = {"GIT_AUTHOR_NAME": "Test", "GIT_AUTHOR_EMAIL": "test@example.invalid"}
_WHO |= {each.replace("AUTHOR", "COMMITTER"): value for each, value in _WHO.items()}
_ALONE = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}


@contextlib.contextmanager
def served(modules: Path, work: Path, cli_config: Path) -> Iterator[dict[str, str]]:
    """Serve a plan's modules, and yield the environment in which Terraform finds them.

    Args:
        modules: The plan's folder of modules.
        work: An empty directory for the repositories.
        cli_config: Terraform's, which says where providers come from.
    """
    versions = {name.name: _repository(name, work) for name in sorted(modules.iterdir())}
    handler = type("Handler", (_Registry,), {"versions": versions})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        config = work / "terraformrc"
        config.write_text(cli_config.read_text() + _REGISTRY.format(port=server.server_port))
        yield {
            **_ALONE,
            "GIT_CONFIG_COUNT": "1",
            "GIT_CONFIG_KEY_0": f"url.file://{work}/.insteadOf",
            "GIT_CONFIG_VALUE_0": _HOST,
            "TF_CLI_CONFIG_FILE": str(config),
        }
        server.shutdown()


def _repository(module: Path, work: Path) -> list[str]:
    working = work / module.name
    working.mkdir()
    _git(working, "init", "--quiet")
    versions = sorted(each.name for each in module.iterdir())
    for version in versions:
        shutil.copytree(module / version, working, dirs_exist_ok=True, copy_function=shutil.copyfile)
        _git(working, "add", ".")
        _git(working, "commit", "--quiet", "-m", version)
        _git(working, "tag", f"v{version}")
    _git(work, "clone", "--quiet", "--bare", str(working), f"{module.name}.git")
    return versions


def _git(where: Path, *words: str) -> None:
    environment = {"PATH": os.environ["PATH"], **_WHO, **_ALONE}
    subprocess.run(["git", *words], cwd=where, check=True, capture_output=True, env=environment)


class _Registry(BaseHTTPRequestHandler):
    """Two calls of the protocol. Source: https://developer.hashicorp.com/terraform/internals/module-registry-protocol."""

    versions: dict[str, list[str]]

    def do_GET(self) -> None:
        _, name, _, *rest = self.path.strip("/").split("/")
        match rest:
            case ["versions"]:
                listed = [{"version": each} for each in self.versions[name]]
                body = json.dumps({"modules": [{"versions": listed}]}).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)
            case [version, "download"]:
                self.send_response(204)
                self.send_header("X-Terraform-Get", f"git::{_HOST}{name}.git?ref=v{version}")
                self.end_headers()
            case _:
                self.send_error(404)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name in the base class
        """Say nothing."""
