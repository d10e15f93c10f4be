"""A company of its own for each test of the desk."""

import pytest

from services.chassis.ids import new_id
from tests.service_desk.desk import Desk
from tests.support.databases import connected


@pytest.fixture(scope="session")
async def engine(desk_database):
    async with connected(desk_database) as engine:
        yield engine


@pytest.fixture
async def desk(engine):
    desk = Desk(engine, new_id("company"))
    await desk.employ("SERVICE_AGENT")
    return desk
