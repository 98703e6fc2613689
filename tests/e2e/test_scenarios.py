"""Every fixture stack on real Terraform and the real AWS provider; fixtures/README.md says how to add one."""

import pytest

from tests.support.scenario.document import read_scenario, scenarios
from tests.support.scenario.play import Play
from tests.support.scenario.stage import Stage


@pytest.mark.terraform
@pytest.mark.aws
@pytest.mark.parametrize("directory", scenarios(), ids=lambda directory: directory.name)
def test_scenario(directory, tmp_path, moto, proxy, terraform, aws_provider, guardian_exe, request):
    scenario = read_scenario(directory)
    oracle = bool(request.config.getoption("--oracle"))
    if oracle and scenario.no_oracle:
        pytest.skip(scenario.no_oracle)
    stage = Stage(scenario, tmp_path, moto=moto, proxy=proxy, cli_config=aws_provider)
    Play(stage, guardian=str(guardian_exe), terraform=terraform, oracle=oracle).perform()
