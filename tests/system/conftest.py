"""One system for all of these tests, and a company of its own for each."""

import shutil
import tempfile
from pathlib import Path

import pytest

from tests.system.system import Company, System


@pytest.fixture(scope="session")
def system(tmp_path_factory):
    sockets = Path(tempfile.mkdtemp(prefix="guanxi-"))
    system = System(tmp_path_factory.mktemp("system"), sockets)
    try:
        system.start()
        yield system
    finally:
        system.stop()
        shutil.rmtree(sockets)


@pytest.fixture
async def company(system):
    company = Company(system)
    await company.found()
    return company


@pytest.fixture
async def rival(system):
    """Another company on the same system."""
    company = Company(system)
    await company.found()
    return company
