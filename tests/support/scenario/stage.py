"""Where a scenario plays: machines with a checkout and a home of their own, before one fake cloud."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.support.moto import REGION, MotoServer, environment
from tests.support.proxy import FaultProxy
from tests.support.scenario.cloud import LOCK_TABLE, STATE_BUCKET, STORE_BUCKET
from tests.support.scenario.document import FIXTURES, Scenario

_COMMAND_S = 240

_S3_BACKEND = f"""\
terraform {{
  backend "s3" {{
    bucket                      = "{STATE_BUCKET}"
    key                         = "%s.tfstate"
    region                      = "{REGION}"
    %s
    use_path_style              = true
    skip_credentials_validation = true
    skip_metadata_api_check     = true
    skip_region_validation      = true
    skip_requesting_account_id  = true
  }}
}}
"""
_LOCKS = {
    "s3": "use_lockfile                = true",
    "s3-dynamodb": f'dynamodb_table              = "{LOCK_TABLE}"',
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How a command ended."""

    argv: tuple[str, ...]
    exit_code: int
    stdout: str
    stderr: str

    def __str__(self) -> str:
        return (
            f"$ {' '.join(self.argv)}\nexit {self.exit_code}\n--- stdout\n{self.stdout[-6000:]}\n"
            f"--- stderr\n{self.stderr[-6000:]}"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """A computer: what is not on it, a command started there cannot see."""

    home: Path
    checkout: Path

    @classmethod
    def new(cls, directory: Path) -> "Machine":
        """Make an empty one."""
        machine = cls(home=directory / "home", checkout=directory / "checkout")
        for each in (machine.home, machine.checkout):
            each.mkdir(parents=True, mode=0o700)
        return machine


class Stage:
    """One scenario's machines, cloud and store."""

    def __init__(
        self, scenario: Scenario, directory: Path, *, moto: MotoServer, proxy: FaultProxy, cli_config: Path
    ) -> None:
        self.scenario = scenario
        self.moto = moto
        self.proxy = proxy
        self.store = f"s3://{STORE_BUCKET}/{scenario.name}" if scenario.store == "s3" else ""
        self._directory = directory
        self._cli_config = cli_config
        self._laid: list[Path] = []
        self._machines = 0
        self.machine = self._new_machine()
        for bucket in (STATE_BUCKET, STORE_BUCKET):
            where = {"LocationConstraint": REGION}
            moto.client("s3").create_bucket(Bucket=bucket, CreateBucketConfiguration=where)
        if scenario.backend == "s3-dynamodb":
            moto.client("dynamodb").create_table(
                TableName=LOCK_TABLE,
                KeySchema=[{"AttributeName": "LockID", "KeyType": "HASH"}],
                AttributeDefinitions=[{"AttributeName": "LockID", "AttributeType": "S"}],
                BillingMode="PAY_PER_REQUEST",
            )

    @property
    def root(self) -> Path:
        """The root module of the present machine; the bare directory where there is no checkout."""
        root = self.machine.checkout / self.scenario.root
        return root if root.is_dir() else self.machine.checkout

    def other_machine(self) -> None:
        """Go to a machine that has nothing of the former one."""
        self.machine = self._new_machine()
        self._laid = []

    def delete_checkout(self) -> None:
        """Delete the checkout, with whatever lies in it."""
        shutil.rmtree(self.machine.checkout)
        self.machine.checkout.mkdir(mode=0o700)
        self._laid = []

    def use(self, version: str) -> None:
        """Replace the checkout's configuration by another one; what commands made stays."""
        for each in self._laid:
            each.unlink()
        self._laid = self.lay(version, self.machine.checkout)

    def lay(self, version: str, checkout: Path) -> list[Path]:
        """Copy a configuration, with provider, backend and settings, and return the files."""
        source = self.scenario.directory / version
        root = checkout / self.scenario.root
        laid = []
        for each in sorted(source.rglob("*")):
            if each.is_file():
                target = checkout / each.relative_to(source)
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(each, target)
                laid.append(target)
        texts = {
            "provider.tf": (FIXTURES / "aws" / "provider.tf").read_text(),
            "guardian.yaml": self._settings(),
        }
        if self.scenario.backend in _LOCKS:
            texts["backend.tf"] = _S3_BACKEND % (self.scenario.name, _LOCKS[self.scenario.backend])
        for name, text in texts.items():
            (root / name).write_text(text)
            laid.append(root / name)
        return laid

    def environment(self, extra: Mapping[str, str]) -> dict[str, str]:
        """Return the whole environment of a command on the present machine."""
        return {
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "HOME": str(self.machine.home),
            "LANG": "C.UTF-8",
            "TERM": "dumb",
            "CHECKPOINT_DISABLE": "1",
            "TF_CLI_CONFIG_FILE": str(self._cli_config),
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            **environment(self.proxy.url),
            **extra,
        }

    def run(
        self,
        argv: Sequence[str],
        *,
        env: Mapping[str, str] | None = None,
        stdin: str | None = None,
        where: Path | None = None,
    ) -> Ended:
        """Run a command in the root module, without a terminal."""
        ended = subprocess.run(
            argv,
            cwd=where or self.root,
            env=self.environment(env or {}),
            input=stdin or "",
            capture_output=True,
            text=True,
            timeout=_COMMAND_S,
            check=False,
        )
        return Ended(argv=tuple(argv), exit_code=ended.returncode, stdout=ended.stdout, stderr=ended.stderr)

    def scratch(self, name: str) -> Path:
        """Return an empty directory of that name, outside every machine."""
        path = self._directory / name
        path.mkdir()
        return path

    def _new_machine(self) -> Machine:
        self._machines += 1
        return Machine.new(self._directory / f"machine-{self._machines}")

    def _settings(self) -> str:
        settings = {"project": self.scenario.name, **self.scenario.settings}
        if self.store:
            settings["store"] = self.store
        # JSON is YAML.
        return json.dumps(settings, indent=2) + "\n"
