"""The toy's own database on a real server: roles, the chassis' tables, row-level security."""

from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import text

from deploy.local import databases
from services.chassis import migrations
from services.chassis.database import connect, metadata_of
from tests.toy import model  # noqa: F401  # declares the tables

TOY = "toy"


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
        metadata_of(TOY).create_all(connection)
        for table in metadata_of(TOY).sorted_tables:
            migrations.protect(table.name)


async def emptied(database):
    """Take every row away, as the owner, whose rows they are not."""
    owner = connect(database.owner_url, pooled=False)
    tables = [*migrations.FOUNDATION, *metadata_of(TOY).tables]
    async with owner.begin() as connection:
        await connection.execute(text(f"TRUNCATE {', '.join(tables)}"))
    await owner.dispose()
