"""Databases on a real server: the services' own, migrated, and the toy's; pools to reach them."""

import asyncio
from contextlib import asynccontextmanager

from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import text

from deploy.local import databases
from services.chassis import migrations
from services.chassis.database import connect, metadata_of
from tests.toy import model  # noqa: F401  # declares the tables
from tests.toy.buoys import model as buoys  # noqa: F401  # declares its table

TOY = "toy"


def migrated_database(admin_url, keys, service, name=None):
    """Make a service's database as `crm migrate` does; where no loop runs, as migrations want."""
    name = name or service
    made = asyncio.run(databases.make(admin_url, keys, names=[name]))[name]
    migrations.upgrade(service, made.owner_url)
    return made


@asynccontextmanager
async def connected(database):
    """Reach a database as the service does."""
    engine = connect(database.app_url, pool_size=5)
    try:
        yield engine
    finally:
        await engine.dispose()


async def toy_database(admin_url, keys):
    """Make the toy's database as `crm migrate` makes a service's."""
    made = await databases.make(admin_url, keys, names=[TOY])
    owner = connect(made[TOY].owner_url, pooled=False)
    async with owner.begin() as connection:
        await connection.run_sync(_migrated)
    await owner.dispose()
    return made[TOY]


def _migrated(connection):
    with Operations.context(MigrationContext.configure(connection)):
        migrations.found()
        migrations.found_idempotency()
        migrations.found_search()
        migrations.found_jobs()
        migrations.found_dead_letters()
        migrations.found_event_days()
        migrations.found_shares()
        migrations.found_audit()
        metadata_of(TOY).create_all(connection)
        for table in metadata_of(TOY).sorted_tables:
            migrations.protect(table.name)


async def emptied(database):
    """Take every row away, as the owner, whose rows they are not."""
    owner = connect(database.owner_url, pooled=False)
    tables = [*migrations.FOUNDATION, *metadata_of(TOY).tables]
    async with owner.begin() as connection:
        for table in ("audit_line", "audit_link"):
            await connection.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
        await connection.execute(text(f"TRUNCATE {', '.join(tables)}"))
        for table in ("audit_line", "audit_link"):
            await connection.execute(text(f"ALTER TABLE {table} ENABLE TRIGGER USER"))
    await owner.dispose()
