"""A moto server as a process of its own: AWS for boto3, for guardian and for Terraform's provider."""

import contextlib
import os
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

REGION = "eu-central-1"
ACCOUNT = "123456789012"
_START_S = 60
_STOP_S = 10

# Port 0 lets the kernel choose, so that parallel workers can never pick the same one; the chosen one is told
# through a file that appears complete or not at all. AWS does not delete a security group that another refers
# to, moto does. Source: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteSecurityGroup.html
_CHILD = """
import os, sys, threading
from moto.ec2.exceptions import DependencyViolationError
from moto.ec2.models.security_groups import SecurityGroupBackend
from moto.server import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import WSGIRequestHandler, make_server

delete_security_group = SecurityGroupBackend.delete_security_group

def delete_unless_referred_to(self, name=None, group_id=None):
    group = self.get_security_group_by_name_or_id(group_id or name)
    for other in self.describe_security_groups():
        rules = [*other.ingress_rules, *other.egress_rules]
        if group and other is not group and group.id in [each.source_group.get("GroupId") for each in rules]:
            raise DependencyViolationError(f"resource {group.id} has a dependent object")
    return delete_security_group(self, name, group_id)

SecurityGroupBackend.delete_security_group = delete_unless_referred_to

class Handler(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    def log_request(self, code="-", size="-"):
        pass

def end_with_the_parent():
    sys.stdin.buffer.read()
    os._exit(0)

threading.Thread(target=end_with_the_parent, daemon=True).start()
application = DomainDispatcherApplication(create_backend_app)
server = make_server("127.0.0.1", 0, application, threaded=True, request_handler=Handler)
server.daemon_threads = True
os.environ["MOTO_PORT"] = str(server.server_port)
with open(sys.argv[1] + ".new", "w") as told:
    told.write(str(server.server_port))
os.rename(sys.argv[1] + ".new", sys.argv[1])
server.serve_forever()
"""


@dataclass(frozen=True, kw_only=True)
class MotoServer:
    """A running server."""

    url: str
    pid: int
    log: Path
    _clients: dict[str, Any] = field(default_factory=dict)

    def client(self, service: str) -> Any:
        """Return the boto3 client of a service, made once."""
        if service not in self._clients:
            import boto3
            from botocore.config import Config

            session: Any = boto3.session.Session(
                aws_access_key_id="testing", aws_secret_access_key="testing", region_name=REGION
            )
            self._clients[service] = session.client(
                service,
                endpoint_url=self.url,
                config=Config(s3={"addressing_style": "path"}, retries={"max_attempts": 0}, proxies={}),
            )
        return self._clients[service]

    def env(self) -> dict[str, str]:
        """Return the environment variables that point a child at this server."""
        return environment(self.url)

    def reset(self) -> None:
        """Empty the fake cloud."""
        request = urllib.request.Request(f"{self.url}/moto-api/reset", method="POST")  # noqa: S310 - own loopback server
        _direct().open(request, timeout=30).close()


def environment(url: str) -> dict[str, str]:
    """Return the AWS variables for an endpoint: a moto server, or a proxy before it."""
    return {
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_SESSION_TOKEN": "testing",
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_ENDPOINT_URL": url,
        "AWS_EC2_METADATA_DISABLED": "true",
        # AWS lags behind itself for half a minute, this server does not.
        "GUARDIAN_ORPHANS__LOOK_AGAIN_S": "2",
        "NO_PROXY": "127.0.0.1,localhost",
        "no_proxy": "127.0.0.1,localhost",
    }


@contextlib.contextmanager
def moto_server(*, settings: Mapping[str, str] | None = None) -> Iterator[MotoServer]:
    """Run a server on a free loopback port until the block ends.

    Args:
        settings: Environment of the server itself (`MOTO_...`, `INITIAL_NO_AUTH_ACTION_COUNT`).
    """
    with tempfile.TemporaryDirectory(prefix="moto-") as directory:
        log, told = Path(directory, "moto.log"), Path(directory, "port")
        clean = {key: value for key, value in os.environ.items() if not key.startswith(("AWS_", "MOTO_"))}
        with log.open("wb") as output:
            server = subprocess.Popen(
                [sys.executable, "-c", _CHILD, str(told)],
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=clean | dict(settings or {}),
                start_new_session=True,
            )
        try:
            url = f"http://127.0.0.1:{_port(server, told, log)}"
            _wait_until_it_answers(server, url, log)
            yield MotoServer(url=url, pid=server.pid, log=log)
        finally:
            _stop(server)


def _direct() -> urllib.request.OpenerDirector:
    return urllib.request.build_opener(urllib.request.ProxyHandler({}))


def _port(server: "subprocess.Popen[bytes]", told: Path, log: Path) -> int:
    deadline = time.monotonic() + _START_S
    while not told.exists():
        _still_starting(server, deadline, log)
        time.sleep(0.05)
    return int(told.read_text())


def _wait_until_it_answers(server: "subprocess.Popen[bytes]", url: str, log: Path) -> None:
    deadline = time.monotonic() + _START_S
    while True:
        try:
            _direct().open(f"{url}/moto-api/data.json", timeout=30).close()
        except (urllib.error.URLError, OSError):
            _still_starting(server, deadline, log)
            time.sleep(0.05)
        else:
            return


def _still_starting(server: "subprocess.Popen[bytes]", deadline: float, log: Path) -> None:
    if server.poll() is not None or time.monotonic() > deadline:
        text = log.read_text(errors="replace")[-4000:]
        raise RuntimeError(f"moto did not start (exit {server.returncode}):\n{text}")


def _stop(server: "subprocess.Popen[bytes]") -> None:
    try:
        server.communicate(timeout=_STOP_S)
    except subprocess.TimeoutExpired:
        server.kill()
        server.communicate()
