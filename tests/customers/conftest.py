"""An office of its own for each test of customers."""

import json

import pytest

from services.chassis.ids import new_id
from services.chassis.sealing import new_sealing_key
from tests.customers.office import Office
from tests.support.databases import connected


@pytest.fixture(scope="session")
async def engine(customers_database):
    async with connected(customers_database) as engine:
        yield engine


@pytest.fixture
def sealing_file(tmp_path, monkeypatch):
    """Where the key lies by which customers keeps what it must read again."""
    file = tmp_path / "sealing.key.json"
    file.write_text(json.dumps(new_sealing_key().as_dict(private=True)))
    monkeypatch.setenv("SEALING_KEY_FILE", str(file))
    return file


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
