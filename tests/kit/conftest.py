"""A company of its own for each test of the kit."""

import pytest

from services.chassis.database import connect
from services.chassis.ids import new_id
from tests.kit.harbour import Harbour


@pytest.fixture(scope="session")
async def engine(toy):
    engine = connect(toy.app_url, pool_size=5)
    yield engine
    await engine.dispose()


@pytest.fixture
def harbour(engine):
    return Harbour(engine, new_id("company"))


@pytest.fixture
def elsewhere(engine):
    """Another company on the same database."""
    return Harbour(engine, new_id("company"))
