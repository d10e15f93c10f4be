"""An office of its own for each test of customers."""

import pytest

from services.chassis.ids import new_id
from tests.customers.office import Office
from tests.support.databases import connected


@pytest.fixture(scope="session")
async def engine(customers_database):
    async with connected(customers_database) as engine:
        yield engine


@pytest.fixture
async def office(engine):
    office = Office(engine, new_id("company"))
    await office.employ("ADMINISTRATOR")
    return office


@pytest.fixture
async def rival(engine):
    """The office of another company on the same database."""
    office = Office(engine, new_id("company"))
    await office.employ("ADMINISTRATOR")
    return office
