"""Migrations: each service's own alembic folder, run as its owner; the machinery stands here."""

import asyncio
import importlib
import pkgutil
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from alembic import command, context, op
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from sqlalchemy import CheckConstraint, Column, Connection, MetaData, inspect, text

from services.chassis import (  # noqa: F401  # they declare tables
    audit,
    chaining,
    dead_letters,
    files,
    idempotency,
    inbox,
    jobs,
    numbers,
    outbox,
    references,
    shares,
)
from services.chassis.database import ID, connect, metadata_of
from services.chassis.indexing import LIVE, OWNERSHIP, PUT_AWAY

SERVICES = Path(__file__).parent.parent
SAME_TENANT = "tenant = nullif(current_setting('app.tenant', true), '')"
ALL_VERBS = "SELECT, INSERT, UPDATE, DELETE"
APPEND_ONLY = ("audit_line", "event")
FIRST = (
    *("event_counter", "event", "event_pending", "inbox", "event_gate"),
    *("audit_line", "number_series", "external_ref"),
)
FOUNDATION = (
    *(*FIRST, "idempotency_key", "file", "file_chunk", "job"),
    *("dead_letter", "parked_event", "record_share", "share_draft"),
    *("audit_link", "audit_unlinked"),
)
"""The tables that every service has."""
CLOSE_LOOK = 1_000
SEARCH = ("pg_trgm", "btree_gin")
"""Extensions that a database's owner may add; every PostgreSQL brings them along."""

Check = tuple[str, str, tuple[str, ...]]
"""A table, the name of a CHECK, and the values that it names."""


def upgrade(service: str, owner_url: str, revision: str = "head") -> None:
    """Bring a service's database to its newest form; run again, it changes nothing."""
    command.upgrade(_configuration(service, owner_url), revision)


def _configuration(service: str, owner_url: str) -> Config:
    configuration = Config()
    configuration.set_main_option("script_location", str(SERVICES / service / "migrations"))
    configuration.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    configuration.attributes["url"] = owner_url
    return configuration


def draft(service: str, owner_url: str, message: str) -> None:
    """Write a new migration of what the models have and the database has not, to be read over."""
    command.revision(_configuration(service, owner_url), message, autogenerate=True)


def drift(service: str, owner_url: str) -> list[Any]:
    """Tell in what a migrated database differs from the models; nothing, if all is well."""
    return asyncio.run(_drift(service, owner_url))


async def _drift(service: str, url: str) -> list[Any]:
    engine = connect(url, name=f"{service} drift", pooled=False)
    async with engine.connect() as connection:
        found = await connection.run_sync(_compare, tables_of(service))
    await engine.dispose()
    return found


def _compare(connection: Connection, tables: Any) -> list[Any]:
    options = {"target_metadata": tables, "include_name": is_ours}
    compared = MigrationContext.configure(connection, opts=options)
    return [*compare_metadata(compared, tables), *sorted(_checks_that_differ(connection, tables))]


def _checks_that_differ(connection: Connection, tables: Sequence[MetaData]) -> set[Check]:
    """Compare what alembic does not: a closed list of values is a CHECK."""
    there = {
        (table, str(check["name"]), _literals(check["sqltext"]))
        for (_, table), checks in inspect(connection).get_multi_check_constraints().items()
        for check in checks
    }
    written: dict[str, Any] = {
        "dialect": connection.dialect,
        "compile_kwargs": {"literal_binds": True},
    }
    wanted = {
        (table.name, str(check.name), _literals(str(check.sqltext.compile(**written))))
        for metadata in tables
        for table in metadata.sorted_tables
        for check in table.constraints
        if isinstance(check, CheckConstraint)
    }
    return there ^ wanted


def _literals(condition: str) -> tuple[str, ...]:
    return tuple(sorted(re.findall(r"'([^']*)'", condition)))


def is_ours(name: str | None, kind: str, _parents: Any) -> bool:
    """Leave out the tables of single days: the database itself makes and drops them."""
    return kind != "table" or not re.fullmatch(r"event_(\d{8}|default)", name or "")


def run(service: str) -> None:
    """Be the `env.py` of a service: run its migrations in one transaction, under a lock."""
    asyncio.run(_run(service, str(context.config.attributes["url"])))


async def _run(service: str, url: str) -> None:
    engine = connect(url, name=f"{service} migrations", pooled=False)
    async with engine.begin() as connection:
        await connection.execute(text("SELECT pg_advisory_xact_lock(hashtext('migrations'))"))
        await connection.execute(text("SET LOCAL lock_timeout = '3s'"))
        await connection.run_sync(_migrate, tables_of(service))
    await engine.dispose()


def _migrate(connection: Connection, tables: Sequence[MetaData]) -> None:
    context.configure(connection=connection, target_metadata=tables, include_name=is_ours)
    with context.begin_transaction():
        context.run_migrations()


def tables_of(service: str) -> Sequence[MetaData]:
    """Give all tables of a service's models, the chassis' included, by importing its slices."""
    package = importlib.import_module(f"services.{service}")
    for found in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
        if found.ispkg and (SERVICES / service / found.name.split(".")[-1] / "model.py").exists():
            importlib.import_module(f"{found.name}.model")
    return [metadata_of("chassis"), metadata_of(service)]


def found() -> None:
    """Make the tables that every service has: the body of each service's first migration."""
    _run_file("foundation.sql")
    for table in FIRST:
        protect(table, "SELECT, INSERT" if table in APPEND_ONLY else ALL_VERBS)
    for table, verbs in {"event": "SELECT", "event_pending": "SELECT, DELETE"}.items():
        op.execute(f"CREATE POLICY relayed ON {table} TO {role('worker')} USING (true)")
        op.execute(f"GRANT {verbs} ON {table} TO {role('worker')}")


def found_idempotency() -> None:
    """Make the table of idempotency keys; the worker may forget those whose time is over."""
    _run_file("foundation_idempotency.sql")
    protect("idempotency_key", "SELECT, INSERT, UPDATE")
    op.execute(
        f"CREATE POLICY forgotten ON idempotency_key TO {role('worker')}"
        " USING (claimed_at <= now() - interval '24 hours')"
    )
    op.execute(f"GRANT SELECT, DELETE ON idempotency_key TO {role('worker')}")


def found_search() -> None:
    """Let indexes find texts by any part of them, within a tenant."""
    for extension in SEARCH:
        op.execute(f"CREATE EXTENSION IF NOT EXISTS {extension}")


def own(*tables: str) -> None:
    """Add the columns of who answers for a record to tables that were made without them."""
    for table in tables:
        for name in OWNERSHIP:
            op.add_column(table, Column(name, ID))


def index_scope(*tables: str, parts: Sequence[str] = ()) -> None:
    """Make the indexes of the trash and, but for parts, of what somebody or a team answers for."""
    for table in (*tables, *parts):
        op.create_index(f"{table}_put_away_ix", table, ["tenant", "id"], postgresql_where=PUT_AWAY)
        for name in () if table in parts else OWNERSHIP:
            owned = text(f"{name} IS NOT NULL")
            columns = ["tenant", name, "id"]
            op.create_index(f"{table}_{name}_ix", table, columns, postgresql_where=owned)


def index_list(table: str, *pairs: Sequence[str]) -> None:
    """Make an index for each pair of filters and a sort, of what is live."""
    for pair in pairs:
        columns = ["tenant", *pair, "id"]
        name = f"{table}_by_{'_'.join(pair)}_ix"
        op.create_index(name, table, columns, postgresql_where=LIVE)


def index_text(table: str, column: str) -> None:
    """Make the index that finds a text by any part of it.

    How rare a part is decides whether that index or a sort's is the cheaper one: it is looked at
    more closely than other columns.
    """
    op.execute(f"ALTER TABLE {table} ALTER COLUMN {column} SET STATISTICS {CLOSE_LOOK}")
    op.create_index(
        f"{table}_{column}_holds_ix",
        table,
        ["tenant", column],
        postgresql_using="gin",
        postgresql_ops={column: "gin_trgm_ops"},
    )


def found_jobs() -> None:
    """Make the tables of files and jobs; the worker finds what is to do, and forgets the old."""
    _run_file("foundation_jobs.sql")
    index_scope("file", "job")
    for table in ("file", "file_chunk", "job"):
        protect(table)
    for table, old in {
        "file": "expires_at <= now()",
        "job": "finished_at <= now() - interval '90 days'",
    }.items():
        op.execute(f"CREATE POLICY forgotten ON {table} TO {role('worker')} USING ({old})")
        op.execute(f"GRANT DELETE ON {table} TO {role('worker')}")
    op.execute(f"GRANT SELECT (tenant, expires_at) ON file TO {role('worker')}")
    op.execute(
        f"CREATE POLICY found ON job FOR SELECT TO {role('worker')}"
        " USING (state IN ('QUEUED', 'RUNNING'))"
    )
    op.execute(f"GRANT SELECT (tenant, state, created_at, finished_at) ON job TO {role('worker')}")


def found_dead_letters() -> None:
    """Make the tables of what did not get through; the worker may see where something is due."""
    _run_file("foundation_dead_letters.sql")
    index_scope("dead_letter")
    index_list("dead_letter", ("status", "created_at"))
    protect("dead_letter", "SELECT, INSERT, UPDATE")
    protect("parked_event")
    for table in ("dead_letter", "event_gate"):
        op.execute(f"CREATE POLICY watched ON {table} FOR SELECT TO {role('worker')} USING (true)")
        op.execute(f"GRANT SELECT ON {table} TO {role('worker')}")
    op.execute(
        f"CREATE POLICY forgotten ON inbox TO {role('worker')}"
        " USING (handled_at <= now() - interval '30 days')"
    )
    op.execute(f"GRANT SELECT (handled_at), DELETE ON inbox TO {role('worker')}")


def found_event_days() -> None:
    """Keep events by the day; the worker sees to the days by a function of the owner's."""
    _run_file("foundation_event_days.sql")
    op.execute("ALTER TABLE event_default ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE event_default FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY tenant ON event_default USING ({SAME_TENANT})")
    op.execute("CREATE POLICY moved ON event_default TO CURRENT_USER USING (true)")
    op.execute("CREATE POLICY minded ON event_pending FOR SELECT TO CURRENT_USER USING (true)")
    for statement in (Path(__file__).parent / "event_days.sql").read_text().split(";\n\n"):
        op.execute(statement)
    op.execute(
        "SELECT make_event_day(day) FROM (SELECT DISTINCT (at AT TIME ZONE 'UTC')::date AS day"
        " FROM event_undated) AS days"
    )
    op.execute(
        "INSERT INTO event SELECT tenant, aggregate_id, sequence, (at AT TIME ZONE 'UTC')::date,"
        " id, type, at, body FROM event_undated"
    )
    op.execute("DROP TABLE event_undated")
    protect("event", "SELECT, INSERT")
    worker = role("worker")
    op.execute(f"CREATE POLICY relayed ON event TO {worker} USING (true)")
    op.execute(f"GRANT SELECT ON event, event_day TO {worker}")
    op.execute(f"GRANT INSERT ON event_pending TO {worker}")
    op.execute("SELECT keep_event_days(7, 36500)")  # how long to keep, a worker is told
    op.execute("REVOKE ALL ON FUNCTION keep_event_days, make_event_day FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION keep_event_days TO {worker}")


def found_access() -> None:
    """Make the copies of roles and units, and what copies of staff users say of both."""
    _run_file("foundation_access.sql")
    for table in ("staff_role", "org_unit"):
        protect(table)


def found_shares() -> None:
    """Make the tables of what is shared with whom, and of what somebody has chosen to share."""
    _run_file("foundation_shares.sql")
    for table in ("record_share", "share_draft"):
        protect(table)


def found_audit() -> None:
    """Chain the audit lines, those that are there too; let nobody change or remove one.

    The worker gives lines their places. Not even the owner changes what stands, unless it first
    takes the triggers away; it deletes lines only with their company, which it must name.
    """
    _run_file("foundation_audit.sql")
    protect("audit_link", "SELECT")
    protect("audit_unlinked", "SELECT, INSERT")
    op.execute("""
        CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
            IF TG_OP = 'DELETE' AND current_setting('app.deleting', true) = OLD.tenant THEN
                RETURN OLD;
            END IF;
            RAISE EXCEPTION 'what was audited stays as it was written';
        END $$
    """)
    for table in ("audit_line", "audit_link"):
        for verbs, each in {"UPDATE OR DELETE": "ROW", "TRUNCATE": "STATEMENT"}.items():
            op.execute(
                f"CREATE TRIGGER {table}_stays_{each.lower()} BEFORE {verbs} ON {table}"
                f" FOR EACH {each} EXECUTE FUNCTION refuse_change()"
            )
    for table, verbs in {
        "audit_line": "SELECT",
        "audit_link": "SELECT, INSERT",
        "audit_unlinked": "SELECT, DELETE",
    }.items():
        op.execute(f"CREATE POLICY chained ON {table} TO {role('worker')} USING (true)")
        op.execute(f"GRANT {verbs} ON {table} TO {role('worker')}")
    for table in ("audit_line", "audit_unlinked"):
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
    op.execute("INSERT INTO audit_unlinked (tenant, line_id) SELECT tenant, id FROM audit_line")
    for table in ("audit_line", "audit_unlinked"):
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")


def found_policies() -> None:
    """Make the copies of field policies, and what copies of staff users say of ended sessions."""
    _run_file("foundation_policies.sql")
    protect("field_policy")


def found_portal() -> None:
    """Make the copies of who comes in by the portal."""
    _run_file("foundation_portal.sql")
    protect("portal_identity")


def _run_file(name: str) -> None:
    for statement in (Path(__file__).parent / name).read_text().split(";\n"):
        if statement.strip():
            op.execute(statement)


def protect(table: str, verbs: str = ALL_VERBS) -> None:
    """Let the service's role at its tenant's rows of a table, and at no other's."""
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY tenant ON {table} USING ({SAME_TENANT}) WITH CHECK ({SAME_TENANT})")
    op.execute(f"GRANT {verbs} ON {table} TO {role('app')}")


def role(kind: str) -> str:
    """Name one of the three roles of the database at hand, which go by the database's name."""
    owner: str = op.get_bind().execute(text("SELECT current_user")).scalar_one()
    return f"{owner.removesuffix('_owner')}_{kind}"
