"""Real servers for a test session, each started once where it is first asked for."""

from functools import cache, partial

import pytest

from deploy.local.nats import Nats
from deploy.local.postgres import Postgres
from deploy.stream import provisioning
from services.chassis.streams import Stream
from tests.support.databases import emptied, migrated_database, toy_database
from tests.support.telling import SMALL


@pytest.fixture(scope="session")
def admin_url(tmp_path_factory):
    with Postgres(tmp_path_factory.mktemp("postgres"), durable=False) as url:
        yield url


@pytest.fixture(scope="session")
def migrated(admin_url, tmp_path_factory):
    """Give a service's database by its name, made and migrated where it is first asked for."""
    return cache(partial(migrated_database, admin_url, tmp_path_factory.mktemp("keys")))


@pytest.fixture(scope="session")
def customers_database(migrated):
    return migrated("customers")


@pytest.fixture(scope="session")
def sales_database(migrated):
    return migrated("sales")


@pytest.fixture(scope="session")
def desk_database(migrated):
    return migrated("service_desk")


@pytest.fixture(scope="session")
async def toy(admin_url, tmp_path_factory):
    """The toy's database, made once."""
    return await toy_database(admin_url, tmp_path_factory.mktemp("keys"))


@pytest.fixture
async def database(toy):
    """The toy's database, empty."""
    await emptied(toy)
    return toy


@pytest.fixture
def nats_server(tmp_path):
    """A stream server of this test's own: it may stop it and start it again."""
    server = Nats(tmp_path / "nats", durable=False)
    server.start()
    server.wanted_port = server.port
    yield server
    server.stop()


@pytest.fixture
async def stream(nats_server):
    """A connection that may do everything, to a stream that is there."""
    stream = Stream(nats_server.url, name="test")
    await provisioning.ensure_stream(await stream.opened(), SMALL)
    yield stream
    await stream.close()
