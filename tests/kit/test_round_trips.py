"""How often a request goes to the database and back: no deed adds a round trip unseen."""

import asyncio

import pytest
from sqlalchemy import event, text

from services.chassis.actor import Actor
from services.chassis.database import TenantConnection, bind, connect, driver_of, reading
from services.chassis.work import Works
from tests.kit.harbour import Harbour

CHANGE = """mutation($i: UpdateShipInput!, $id: ID!) {
    updateShip(id: $id, input: $i) { ship { name } changedFields } }"""
MAKE = """mutation($i: CreateShipInput!) {
    createShip(input: $i) { ship { name } events { id } } }"""
WRITING = ("INSERT", "UPDATE", "DELETE")
READING = ["BEGIN SELECT", "SELECT", "COMMIT"]


@pytest.fixture
async def spied(toy):
    """A pool of one connection, and what is sent over it."""
    engine = connect(toy.app_url, pool_size=1)
    sent = []

    @event.listens_for(engine.sync_engine, "connect")
    def listen(connection, _record):
        connection.driver_connection.add_query_logger(lambda it: sent.append(it.query))

    @event.listens_for(engine.sync_engine, "after_cursor_execute")
    def note(_connection, _cursor, statement, *_rest):
        sent.append(statement)

    async with engine.connect():
        sent.clear()
    yield engine, sent
    await engine.dispose()


@pytest.fixture
def quay(spied, harbour):
    """The harbour, reached over the spied connection."""
    return Harbour(spied[0], harbour.tenant)


async def words(sent):
    """Name each round trip by its statements' first words; the driver tells one a moment later."""
    await asyncio.sleep(0)
    return [" ".join(word(part) for part in it.split(";") if part.strip()) for it in sent]


def word(statement):
    """Name a statement by its verb, and the table where it writes."""
    verb, *rest = statement.split()
    return f"{verb} {rest[1 if verb in ('INSERT', 'DELETE') else 0]}" if verb in WRITING else verb


async def test_a_list_takes_three_round_trips(spied, quay, harbour):
    await harbour.ship()
    await quay.ask("{ ships { nodes { name } } }")
    assert await words(spied[1]) == READING


async def test_making_a_record_writes_each_table_in_one_round_trip(spied, quay):
    await quay.ask(MAKE, i={"name": "Ann"})  # a new connection asks for array types, once
    await words(spied[1])
    spied[1].clear()
    await quay.ask(MAKE, i={"name": "Bea"})
    assert await words(spied[1]) == [
        "BEGIN SELECT",
        "INSERT ship",
        "WITH",  # the audit line, and that it waits for its place in the chain
        "INSERT event_counter",
        "WITH",  # the event, and that it is pending
        "COMMIT",
        *READING,
    ]


async def test_a_change_reads_once_and_writes_once(spied, quay, harbour):
    ship = await harbour.ship()
    await quay.ask(CHANGE, id=ship, i={"name": "Bea"})
    assert await words(spied[1]) == [
        "BEGIN SELECT",
        "SELECT",
        "UPDATE ship",
        "WITH",  # the audit line, and that it waits for its place in the chain
        "COMMIT",
        *READING,
    ]


async def test_a_transaction_that_never_began_binds_no_other(spied, harbour):
    engine, _sent = spied
    await harbour.ship()
    async with reading(engine, harbour.tenant):
        pass
    async with engine.connect() as connection:
        assert (await connection.exec_driver_sql("SELECT name FROM ship")).all() == []


async def test_a_tenant_of_any_name_is_bound_as_it_is_spelled(spied):
    engine, _sent = spied
    name = "o'brien\\'; DROP TABLE ship; --"
    async with engine.connect() as connection:
        await bind(connection, name)
        found = await connection.exec_driver_sql("SELECT current_setting('app.tenant')")
        assert found.scalar_one() == name


async def test_a_connection_that_could_not_be_bound_is_used_no_more(spied, harbour, monkeypatch):
    engine, _sent = spied
    await harbour.ship()
    monkeypatch.setattr(TenantConnection, "SETTING", "no such setting")
    with pytest.raises(ConnectionError, match="bound"):
        async with reading(engine, harbour.tenant) as connection:
            await connection.exec_driver_sql("SELECT 1")
    monkeypatch.undo()
    async with reading(engine, harbour.tenant) as connection:
        assert len((await connection.exec_driver_sql("SELECT name FROM ship")).all()) == 1


async def test_a_work_within_a_transaction_that_began_is_bound_too(toy, harbour):
    engine = connect(toy.app_url, pooled=False)
    event.listen(engine.sync_engine, "begin", lambda it: it.exec_driver_sql("SELECT 1"))
    async with reading(engine, harbour.tenant) as connection:
        found = await connection.exec_driver_sql("SELECT current_setting('app.tenant')")
        assert found.scalar_one() == harbour.tenant


async def test_a_connection_that_the_server_ended_is_handed_out_to_nobody(spied, harbour):
    engine, _sent = spied
    await harbour.ship()
    async with engine.connect() as connection:
        driver_of(connection).terminate()
    async with reading(engine, harbour.tenant) as connection:
        assert len((await connection.exec_driver_sql("SELECT name FROM ship")).all()) == 1
        driver_of(connection).terminate()
    async with Works(engine, "toy").begin(Actor.system(harbour.tenant, "test")) as work:
        assert len((await work.session.execute(text("SELECT name FROM ship"))).all()) == 1


@pytest.mark.parametrize("turns", range(0, 60, 3))
async def test_who_leaves_at_any_moment_leaves_no_transaction_to_the_next(spied, harbour, turns):
    engine, _sent = spied
    await harbour.ship()

    async def read():
        async with reading(engine, "somebody else") as connection:
            await connection.exec_driver_sql("SELECT name FROM ship")

    leaving = asyncio.create_task(read())
    for _ in range(turns):
        await asyncio.sleep(0)
    leaving.cancel()
    await asyncio.gather(leaving, return_exceptions=True)
    async with Works(engine, "toy").begin(Actor.system(harbour.tenant, "test")) as work:
        assert len((await work.session.execute(text("SELECT name FROM ship"))).all()) == 1
