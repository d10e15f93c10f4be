"""Sales' migrations make, from nothing, exactly what its models describe."""

import asyncio

import asyncpg

from deploy.local import databases
from services.chassis import migrations

EVENT = """INSERT INTO event (aggregate_id, sequence, id, type, at, body)
    VALUES ('ord_1', $1::int, 'evt_' || current_setting('app.tenant') || $1::int::text,
            'sales.order.created.v1', $2::text::timestamptz, '{}')"""
WAITING = """INSERT INTO event_pending (aggregate_id, sequence, partition, bulk, laid_at)
    VALUES ('ord_1', 2, 0, false, now())"""
KEPT = """SELECT tenant, sequence, told_on::text, id, tableoid::regclass::text AS day
    FROM event ORDER BY tenant, sequence"""


def test_the_migrated_database_is_as_the_models_say(sales_database):
    assert migrations.drift("sales", sales_database.owner_url) == []


def test_migrated_again_nothing_changes(sales_database):
    migrations.upgrade("sales", sales_database.owner_url)
    assert migrations.drift("sales", sales_database.owner_url) == []


def test_events_that_were_told_before_they_were_kept_by_the_day_are_all_there(admin_url, tmp_path):
    database = asyncio.run(databases.make(admin_url, tmp_path, names=["older"]))["older"]
    migrations.upgrade("sales", database.owner_url, "0002")
    asyncio.run(told_in_two_companies(database.app_url))
    migrations.upgrade("sales", database.owner_url)
    kept, waiting = asyncio.run(found(database.worker_url))
    assert kept == [
        (tenant, number, f"2026-10-0{number}", f"evt_{tenant}{number}", f"event_2026100{number}")
        for tenant in ("one", "other")
        for number in (1, 2)
    ]
    assert waiting == [("one", 2, "2026-10-02"), ("other", 2, "2026-10-02")]
    assert migrations.drift("sales", database.owner_url) == []


async def told_in_two_companies(app_url):
    app = await asyncpg.connect(app_url)
    for tenant in ("one", "other"):
        async with app.transaction():
            await app.execute("SELECT set_config('app.tenant', $1, true)", tenant)
            for number in (1, 2):
                await app.execute(EVENT, number, f"2026-10-0{number}T23:30:00Z")
            await app.execute(WAITING)
    await app.close()


async def found(worker_url):
    worker = await asyncpg.connect(worker_url)
    kept = [tuple(it) for it in await worker.fetch(KEPT)]
    pending = "SELECT tenant, sequence, told_on::text FROM event_pending ORDER BY tenant"
    waiting = [tuple(it) for it in await worker.fetch(pending)]
    await worker.close()
    return kept, waiting
