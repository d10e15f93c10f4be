"""The outbox keeps events by the day: made ahead, dropped in time, and never in the way."""

import asyncio
from datetime import UTC, date, datetime, timedelta

import pytest
from prometheus_client import REGISTRY
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from services.chassis import event_days
from services.chassis.actor import Actor
from services.chassis.database import connect, reading
from services.chassis.relay import PENDING
from tests.toy.model import ShipSunk


@pytest.fixture
async def owner(database):
    """What an operator's hand or an accident may do to the tables."""
    engine = connect(database.owner_url, pooled=False)
    yield engine
    await engine.dispose()


@pytest.fixture(autouse=True)
async def all_days(worker):
    """Leave the days as they should be, whatever a test did to them."""
    yield
    await event_days.keep(worker, "toy", 30)


def today():
    return datetime.now(UTC).date()


def table_of(day):
    return f"event_{day:%Y%m%d}"


async def run(engine, statement, **given):
    async with engine.begin() as connection:
        return await connection.execute(text(statement), given)


async def days(worker):
    return {it.told_on for it in await run(worker, "SELECT told_on FROM event_day")}


async def tell(works, ship, tenant="default"):
    async with works.begin(Actor.system(tenant, "test")) as work:
        await work.publish(ShipSunk(ship_id=ship, cause="ice"))


async def told_at(works, ship, day):
    """Write an event as if it had been told on another day."""
    async with works.begin(Actor.system("default", "test")) as work:
        await work.session.execute(
            text(
                "INSERT INTO event (aggregate_id, sequence, told_on, id, type, at, body)"
                " VALUES (:ship, 1, :day, :ship, 'toy.ship.sunk.v1', now(), '{}')"
            ),
            {"ship": ship, "day": day},
        )


async def kept(works, tenant="default"):
    async with reading(works.engine, tenant) as connection:
        found = text("SELECT aggregate_id, tableoid::regclass::text FROM event ORDER BY 1")
        return dict(iter(await connection.execute(found)))


@pytest.mark.feature("PLT-06")
async def test_several_workers_make_the_week_to_come_once(worker, owner):
    for ahead in range(1, 8):
        await run(owner, f"DROP TABLE IF EXISTS {table_of(today() + timedelta(ahead))}")
    standing = await asyncio.gather(*(event_days.keep(worker, "toy", 30) for _ in range(4)))
    assert max(it.ahead for it in standing) == 7
    assert {today() + timedelta(ahead) for ahead in range(8)} <= await days(worker)
    again = await event_days.keep(worker, "toy", 30)
    assert (again.ahead, again.stray) == (7, 0)


async def test_a_day_is_closed_to_everybody_from_birth(works, worker, owner):
    day = today() + timedelta(3)
    await run(owner, f"DROP TABLE {table_of(day)}")
    await event_days.keep(worker, "toy", 30)
    await told_at(works, "shp_1", day)
    secured = "SELECT relrowsecurity AND relforcerowsecurity FROM pg_class WHERE relname = :name"
    assert (await run(owner, secured, name=table_of(day))).scalar_one() is True
    for engine in (works.engine, worker):
        with pytest.raises(ProgrammingError, match="permission denied"):
            await run(engine, f"SELECT * FROM {table_of(day)}")
    assert await kept(works) == {"shp_1": table_of(day)}
    assert await kept(works, "other") == {}


async def test_an_event_whose_day_has_no_table_is_kept_told_and_put_in_its_place(
    works, worker, owner, capsys
):
    await run(owner, f"DROP TABLE {table_of(today())}")
    await tell(works, "shp_1")
    assert await kept(works) == {"shp_1": "event_default"}
    async with worker.connect() as connection:
        asked = {"partitions": list(range(16)), "each": 10, "round": 10}
        assert len((await connection.execute(PENDING, asked)).all()) == 1
    await event_days.keep(worker, "toy", 30)
    assert await kept(works) == {"shp_1": table_of(today())}
    far = today() + timedelta(200)
    await told_at(works, "shp_2", far)
    standing = await event_days.keep(worker, "toy", 30)
    assert (standing.ahead, standing.stray) == (7, 1)
    assert REGISTRY.get_sample_value("crm_outbox_undated", {"service": "toy"}) == 1
    assert "events lack their day" in capsys.readouterr().out
    assert (await kept(works))["shp_2"] == "event_default"


@pytest.mark.feature("PLT-06")
async def test_a_day_is_dropped_after_its_time_and_not_while_an_event_of_it_waits(
    works, worker, owner
):
    old, waiting, young = (today() - timedelta(it) for it in (31, 40, 30))
    for day in (old, waiting, young):
        await run(owner, "SELECT make_event_day(:day)", day=day)
        await told_at(works, f"shp_{day}", day)
    async with works.begin(Actor.system("default", "test")) as work:
        await work.session.execute(
            text(
                "INSERT INTO event_pending"
                " (aggregate_id, sequence, told_on, partition, bulk, laid_at)"
                " SELECT aggregate_id, sequence, told_on, 0, false, now() FROM event"
                " WHERE told_on = :day"
            ),
            {"day": waiting},
        )
    await event_days.keep(worker, "toy", 60)
    assert {old, waiting, young} <= await days(worker)
    await event_days.keep(worker, "toy", 1)  # what is less than 30 is not meant
    assert {old, waiting, young} & await days(worker) == {waiting, young}
    assert set(await kept(works)) == {f"shp_{waiting}", f"shp_{young}"}
    await run(worker, "DELETE FROM event_pending")
    await event_days.keep(worker, "toy", 30)
    assert {old, waiting, young} & await days(worker) == {young}
    await run(owner, f"DROP TABLE {table_of(young)}")


async def test_only_a_worker_sees_to_the_days(works, worker):
    with pytest.raises(ProgrammingError, match="permission denied"):
        await run(works.engine, "SELECT * FROM keep_event_days(7, 30)")
    for engine in (works.engine, worker):
        with pytest.raises(ProgrammingError, match="permission denied"):
            await run(engine, "SELECT make_event_day(:day)", day=date(2020, 1, 1))
