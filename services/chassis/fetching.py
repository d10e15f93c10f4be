"""Fetching: a statement is made SQL once, and from then on its rows come by the driver."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import asyncpg
from sqlalchemy import Enum, Numeric, Select
from sqlalchemy.engine import Dialect
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.cache_key import CacheKey
from sqlalchemy.util import LRUCache

from services.chassis.database import driver_of

KEPT_STATEMENTS = 1000
Row = Sequence[Any]
AnySelect = Select[*tuple[Any, ...]]
Made = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class Written:
    """The SQL of all statements that differ in nothing but the values which they compare with."""

    sql: str
    binds: tuple[tuple[int, Made | None], ...]
    """Which of a statement's values each parameter is, and what makes it the driver's."""
    columns: tuple[tuple[int, Made], ...]
    """The columns whose values are made something else than the driver has them."""

    def values(self, key: CacheKey) -> list[Any]:
        given = key.bindparams
        return [
            given[at].effective_value if made is None else made(given[at].effective_value)
            for at, made in self.binds
        ]

    def rows(self, found: Sequence[Row]) -> Sequence[Row]:
        if not self.columns:
            return found
        return [self._row(it) for it in found]

    def _row(self, found: Row) -> Row:
        row = list(found)
        for at, made in self.columns:
            row[at] = made(row[at])
        return row


_written: "LRUCache[Any, Written | None]" = LRUCache(KEPT_STATEMENTS)


async def fetch(connection: AsyncConnection, statement: AnySelect) -> Sequence[Row]:
    """Fetch all rows of a statement within the transaction that is open.

    SQLAlchemy writes a statement once and the driver prepares it once a connection; between them
    nothing is looked up, wrapped or counted anew. What has no such form (an `IN` whose length
    is part of the SQL) and what comes before BEGIN goes SQLAlchemy's own way. Errors are its.
    """
    key = statement._generate_cache_key()  # noqa: SLF001  # it has no public name
    written = None if key is None else _form(connection.dialect, statement, key)
    driver = driver_of(connection)
    if key is None or written is None or not driver.is_in_transaction():
        found: Sequence[Row] = (await connection.execute(statement)).all()
        return found
    values = written.values(key)
    _tell(connection, written.sql, values)
    try:
        return written.rows(await driver.fetch(written.sql, *values))
    except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError) as error:
        raise _failed(connection.dialect, written.sql, error) from error


def _tell(connection: AsyncConnection, sql: str, values: Sequence[Any]) -> None:
    """Let whoever listens to SQLAlchemy's statements (traces, tests) hear of this one too."""
    pooled: Any = connection.sync_connection
    for hear in pooled.dispatch.before_cursor_execute:
        hear(pooled, None, sql, tuple(values), None, False)  # noqa: FBT003  # SQLAlchemy's order


def _form(dialect: Dialect, statement: AnySelect, key: CacheKey) -> Written | None:
    if key.key in _written:
        return _written[key.key]
    _written[key.key] = made = _write(dialect, statement, key)
    return made


def _write(dialect: Dialect, statement: AnySelect, key: CacheKey) -> Written | None:
    compiled: Any = statement.compile(dialect=dialect)
    if compiled.post_compile_params or compiled.literal_execute_params:
        return None
    places = {it.key: at for at, it in enumerate(key.bindparams)}
    binds = [compiled.binds[it] for it in compiled.positiontup or ()]
    if any(it.key not in places for it in binds):
        return None
    kinds = enumerate(it.type for it in statement.selected_columns)
    return Written(
        compiled.string,
        tuple((places[it.key], _kind(it, dialect).bind_processor(dialect)) for it in binds),
        tuple((at, made) for at, kind in kinds if (made := _making(kind, dialect))),
    )


def _kind(bound: Any, dialect: Dialect) -> Any:
    return bound.type.dialect_impl(dialect)


def _making(kind: Any, dialect: Dialect) -> Made | None:
    """Give what makes a column's values; members of an enumeration are looked up, not asked."""
    if isinstance(kind, Enum) and kind.enum_class is not None:
        members: dict[Any, Any] = {it.name: it for it in kind.enum_class}
        return members.get
    if isinstance(kind, Numeric) and kind.asdecimal:
        return None  # it is the driver's own
    made: Made | None = kind.dialect_impl(dialect).result_processor(dialect, None)
    return made


def _failed(dialect: Dialect, sql: str, error: Exception) -> Exception:
    """Say a driver's error as SQLAlchemy does, so that nobody needs to know who asked."""
    module: Any = dialect.loaded_dbapi
    told = module.Error(str(error), error)
    failed: Exception = DBAPIError.instance(sql, None, told, module.Error, hide_parameters=True)
    return failed
