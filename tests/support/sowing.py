"""Sowing: as many rows as are wanted into every table of records, made in the database itself."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

import asyncpg
from sqlalchemy import ARRAY, UniqueConstraint

from deploy.local.databases import at
from services.chassis.database import Entity, RecordColumns, metadata_of

OWNERS, TEAMS, KINDS = 200, 20, 20
FAVOURITE = 5
"""One row of so many refers to the first record of the other table: some parents are large."""
DROPPED = """
    SELECT indexname, indexdef FROM pg_indexes
    WHERE tablename = $1 AND indexdef NOT LIKE 'CREATE UNIQUE%'
"""


def records_of(service):
    """Give the record types of a service, those of every service among them, parents first."""
    tables = [*metadata_of(service).sorted_tables, *metadata_of("chassis").sorted_tables]
    found = {
        it.local_table: it.class_
        for it in Entity.registry.mappers
        if issubclass(it.class_, RecordColumns) and it.local_table in tables
    }
    return [found[it] for it in tables if it in found]


def id_of(entity, number):
    return f"{entity.__prefix__}_{number:026}"


def most_of(entity):
    """Say how many records of this type a tenant has at the most, where that is a few."""
    keys = [it for it in entity.__table__.constraints if isinstance(it, UniqueConstraint)]
    keys += [it for it in entity.__table__.indexes if it.unique]
    for it in keys:
        match [column for column in it.columns if column.name != "tenant"]:
            case []:
                return 1
            case [column] if values := getattr(column.type, "enums", None):
                return len(values)
    return None


@dataclass(frozen=True)
class Sower:
    """Fills a database as its administrator, whom neither row security nor a key holds up."""

    admin_url: str
    database: str
    service: str

    async def sow(self, tenant, rows, *, anew=False):
        """Put so many rows into each table of records.

        `anew` makes the indexes afterwards, all at once, which takes a fraction of the time.
        """
        connection = await asyncpg.connect(at(self.admin_url, self.database))
        try:
            await connection.execute("SET session_replication_role = replica")
            for entity in records_of(self.service):
                await self._fill(connection, entity, tenant, rows, anew=anew)
        finally:
            await connection.close()

    async def share(self, actor, ids):
        """Let somebody view these records."""
        connection = await asyncpg.connect(at(self.admin_url, self.database))
        try:
            await connection.execute(
                "INSERT INTO record_share (tenant, record_id, principal_id, can_edit, can_delete,"
                " can_share, given_by_id, given_at)"
                " SELECT $1, id, $2, false, false, false, $2, now() FROM unnest($3::text[]) AS id",
                *(actor.tenant, actor.id, ids),
            )
        finally:
            await connection.close()

    async def settle(self):
        """Let the planner know what there is."""
        connection = await asyncpg.connect(at(self.admin_url, self.database))
        try:
            await connection.execute("VACUUM ANALYZE")
        finally:
            await connection.close()

    async def _fill(self, connection, entity, tenant, rows, *, anew):
        table = entity.__table__
        dropped = await connection.fetch(DROPPED, table.name) if anew else []
        for it in dropped:
            await connection.execute(f"DROP INDEX {it['indexname']}")
        values = {it.name: value_of(entity, it, tenant) for it in table.columns}
        await connection.execute(
            f"INSERT INTO {table.name} ({', '.join(values)}) SELECT {', '.join(values.values())}"
            f" FROM generate_series(1, {min(rows, most_of(entity) or rows)}) AS n"
            " ON CONFLICT DO NOTHING",
            timeout=600,
        )
        for it in dropped:
            await connection.execute(it["indexdef"], timeout=600)


def value_of(entity, column, tenant):
    """Say in SQL what row `n` has in a column."""
    fixed = {**FIXED, "tenant": f"'{tenant}'", "id": _id(entity.__prefix__, "n")}
    if column.name in fixed:
        return fixed[column.name]
    if column.name.endswith("_id"):
        prefix = _referred_by(entity, column)
        return _id(prefix, "n") if ["tenant", column.name] in _unique(entity) else _spread(prefix)
    return _plain(entity, column)


def _unique(entity):
    """Give the columns of which no two rows have the same, index by index."""
    return [
        [it.name for it in index.columns] for index in entity.__table__.indexes if index.unique
    ]


def _referred_by(entity, column):
    """Give the prefix of what a column refers to; another service's record has one of no type."""
    for it in records_of(entity.__module__.split(".")[1]):
        if it.__tablename__ == column.info.get("belongs_to") or (
            column.name.endswith(f"_{it.__tablename__}_id")
        ):
            return it.__prefix__
    if entity.__part_of__ and entity.__part_of__[0] == column.name:
        return entity.__part_of__[1].__prefix__
    return "ref"


def _plain(entity, column):
    """Fill what must be filled, and what lists are asked for; the rest would only take time."""
    asked = {
        *entity.__sorts__,
        *entity.__searched__,
        *(it for pair in entity.__lists__ for it in pair),
    }
    if column.nullable and column.name not in asked:
        return "NULL"
    if values := getattr(column.type, "enums", None):
        listed = ", ".join(f"'{it}'" for it in values)
        return f"(ARRAY[{listed}])[1 + n % {len(values)}]"
    if isinstance(column.type, ARRAY):
        return "'{ADMINISTRATOR}'"
    return _PLAIN[column.type.python_type](entity, column)


def _id(prefix, number):
    return f"'{prefix}_' || lpad(({number})::text, 26, '0')"


def _spread(prefix):
    return _id(prefix, f"CASE n % {FAVOURITE} WHEN 0 THEN 1 ELSE n END")


def _text(entity, column):
    if column.name.endswith("currency"):
        return "'EUR'"
    if any(column.name in pair[:-1] for pair in entity.__lists__):
        return f"'kind ' || n % {KINDS}"
    return f"left(md5(n::text || '{column.name}') || n, {min(column.type.length or 40, 40)})"


def _day(column):
    day = "date '2020-01-01' + n % 2000"
    return f"CASE WHEN n % 7 > 0 THEN {day} END" if column.nullable else day


_PLAIN = {
    str: _text,
    int: lambda *_: "n % 100",
    bool: lambda *_: "n % 4 <> 0",
    Decimal: lambda *_: "n % 1000",
    date: lambda _, column: _day(column),
    datetime: lambda *_: "timestamptz '2020-01-01' + n * interval '1 minute'",
    object: lambda *_: "'{}'",  # a document
}
FIXED = {  # in every table of records
    "owner_id": _id("usr", f"1 + n % {OWNERS}"),
    "manager_id": _id("usr", f"1 + n % {OWNERS}"),
    "team_id": _id("tea", f"1 + n % {TEAMS}"),
    "version": "1",
    "created_by_kind": "'USER'",
    "created_by_id": _id("usr", f"1 + n % {OWNERS}"),
    "archived_at": "CASE WHEN n % 50 = 0 THEN timestamptz '2026-01-01' END",
}
