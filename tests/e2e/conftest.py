"""The stage of the end-to-end tests: one fake cloud a worker, one proxy a test."""

from collections.abc import Iterator

import pytest

from tests.support.moto import MotoServer, moto_server
from tests.support.proxy import FaultProxy, fault_proxy


@pytest.fixture(scope="session")
def moto_of_the_worker() -> Iterator[MotoServer]:
    with moto_server() as server:
        yield server


@pytest.fixture
def moto(moto_of_the_worker: MotoServer) -> MotoServer:
    """Return an empty fake cloud."""
    moto_of_the_worker.reset()
    return moto_of_the_worker


@pytest.fixture
def proxy(moto: MotoServer) -> Iterator[FaultProxy]:
    """Return a proxy before the fake cloud, without any fault."""
    with fault_proxy(moto.url) as running:
        yield running
