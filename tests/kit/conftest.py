"""A company of its own for each test of the kit."""

import pytest

from services.chassis.ids import new_id
from tests.kit.harbour import Harbour
from tests.support.databases import connected


@pytest.fixture(scope="session")
async def engine(toy):
    async with connected(toy) as engine:
        yield engine


@pytest.fixture
def harbour(engine):
    return Harbour(engine, new_id("company"))


@pytest.fixture
def elsewhere(engine):
    """Another company on the same database."""
    return Harbour(engine, new_id("company"))
