"""A migrated database of the desk, and a company of its own for each test."""

import asyncio

import pytest

from deploy.local import databases
from deploy.local.postgres import Postgres
from services.chassis import migrations
from services.chassis.database import connect
from services.chassis.ids import new_id
from tests.service_desk.desk import Desk


@pytest.fixture(scope="session")
def desk_database(tmp_path_factory):
    folder = tmp_path_factory.mktemp("desk")
    with Postgres(folder / "postgres", durable=False) as url:
        names = ["service_desk"]
        made = asyncio.run(databases.make(url, folder / "keys", names=names))["service_desk"]
        migrations.upgrade("service_desk", made.owner_url)
        yield made


@pytest.fixture(scope="session")
async def engine(desk_database):
    engine = connect(desk_database.app_url, pool_size=5)
    yield engine
    await engine.dispose()


@pytest.fixture
async def desk(engine):
    desk = Desk(engine, new_id("company"))
    await desk.employ("SERVICE_AGENT")
    return desk
