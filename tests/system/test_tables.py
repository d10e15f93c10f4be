"""The second wall: what the databases themselves refuse, whatever the code forgets."""

from contextlib import asynccontextmanager

import asyncpg
import pytest

from services.chassis import migrations
from services.chassis.ids import new_id

SERVICES = ["customers", "sales", "service_desk"]
UNPROTECTED = """
    SELECT relname FROM pg_class
    WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace
      AND relname <> 'alembic_version'
      AND NOT (relrowsecurity AND relforcerowsecurity AND EXISTS (
          SELECT FROM pg_policy WHERE polrelid = pg_class.oid AND polname = 'tenant'))
"""
KEYS_WITHOUT_TENANT = """
    SELECT conrelid::regclass::text, conname FROM pg_constraint
    WHERE contype IN ('p', 'f') AND connamespace = 'public'::regnamespace
      AND conrelid::regclass::text <> 'alembic_version'
      AND (SELECT attnum FROM pg_attribute WHERE attrelid = conrelid AND attname = 'tenant')
          <> conkey[1]
"""


@pytest.fixture(params=SERVICES)
async def owner(system, request):
    connection = await asyncpg.connect(system.databases[request.param].owner_url)
    yield connection
    await connection.close()


@pytest.fixture
async def app(system):
    connection = await asyncpg.connect(system.databases["customers"].app_url)
    yield connection
    await connection.close()


@asynccontextmanager
async def within(connection, tenant):
    """Stand within a tenant for a while, and leave nothing behind."""
    transaction = connection.transaction()
    await transaction.start()
    await connection.execute("SELECT set_config('app.tenant', $1, true)", tenant)
    yield
    await transaction.rollback()


async def test_every_table_is_secured_by_row_even_from_its_owner(owner):
    assert await owner.fetch(UNPROTECTED) == []


async def test_every_key_carries_the_tenant(owner):
    assert await owner.fetch(KEYS_WITHOUT_TENANT) == []


async def test_a_table_without_its_policy_or_its_tenant_is_seen(owner):
    transaction = owner.transaction()
    await transaction.start()
    await owner.execute("CREATE TABLE open_book (tenant text, id text PRIMARY KEY)")
    await owner.execute("ALTER TABLE audit_line NO FORCE ROW LEVEL SECURITY")
    unprotected = {it["relname"] for it in await owner.fetch(UNPROTECTED)}
    keys = {it["conname"] for it in await owner.fetch(KEYS_WITHOUT_TENANT)}
    await transaction.rollback()
    assert (unprotected, keys) == ({"open_book", "audit_line"}, {"open_book_pkey"})


@pytest.mark.parametrize("service", SERVICES)
def test_the_models_are_what_the_migrations_made(system, service):
    assert migrations.drift(service, system.databases[service].owner_url) == []


@pytest.mark.parametrize("service", SERVICES)
def test_migrating_twice_changes_nothing(system, service):
    migrations.upgrade(service, system.databases[service].owner_url)
    assert migrations.drift(service, system.databases[service].owner_url) == []


async def test_without_a_tenant_no_row_is_seen_and_with_one_only_its_own(company, rival, app):
    await company.customer(name="Ours")
    await rival.customer(name="Theirs")
    assert await app.fetch("SELECT name FROM customer") == []
    async with within(app, company.tenant):
        assert [it["name"] for it in await app.fetch("SELECT name FROM customer")] == ["Ours"]
    assert await app.fetch("SELECT name FROM customer") == []


async def test_a_row_for_another_tenant_is_refused(company, rival, app):
    statement = "INSERT INTO number_series (tenant, name, year, last) VALUES ($1, 'X', 2026, 1)"
    async with within(app, company.tenant):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await app.execute(statement, rival.tenant)


async def test_a_foreign_key_to_another_tenants_row_is_refused(company, rival, app):
    theirs = await rival.customer()
    statement = """
        INSERT INTO contact (id, customer_id, name, is_primary, version, created_at, updated_at,
                             created_by_kind, created_by_id)
        VALUES ($1, $2, 'Spy', false, 1, now(), now(), 'USER', 'usr_x')"""
    async with within(app, company.tenant):
        with pytest.raises(asyncpg.ForeignKeyViolationError):
            await app.execute(statement, new_id("con"), theirs)


@pytest.mark.parametrize("statement", ["UPDATE audit_line SET action = ''", "DELETE FROM event"])
async def test_what_was_written_down_cannot_be_changed_by_the_service(app, statement):
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await app.execute(statement)


async def test_the_worker_reads_outbox_and_audit_lines_and_reaches_nothing_else(system):
    worker = await asyncpg.connect(system.databases["customers"].worker_url)
    try:
        await worker.fetch("SELECT * FROM event_pending LIMIT 1")
        assert await worker.fetch("SELECT * FROM idempotency_key") == []
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await worker.execute("UPDATE idempotency_key SET answer = NULL")
        await worker.fetch("SELECT * FROM audit_line LIMIT 1")  # it chains them
        for change in ("UPDATE audit_line SET action = 'X'", "DELETE FROM audit_line"):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await worker.execute(change)
        for table in ("customer", "staff_user", "inbox"):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await worker.fetch(f"SELECT * FROM {table}")
    finally:
        await worker.close()
