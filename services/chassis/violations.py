"""What the database will not have, told as refusals: broken keys, and locks not had."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic.alias_generators import to_camel
from sqlalchemy import Index, Table, UniqueConstraint, and_, or_, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from services.chassis.actor import Actor
from services.chassis.database import RecordColumns
from services.chassis.refusals import Duplicate, Locked, Referenced, Taken

UNIQUE_VIOLATION, FOREIGN_KEY_VIOLATION = "23505", "23503"
LOCKED = {"55P03", "40P01"}
"""A lock that was not had in time, and two that waited for each other."""
MOST_CANDIDATES = 10


@dataclass(frozen=True, slots=True)
class Pending:
    """A record as it was about to be written: what is refused is forgotten by the session."""

    entity: Any
    values: Mapping[str, Any]

    @staticmethod
    def of(record: Any) -> "Pending":
        return Pending(type(record), dict(vars(record)))


def refusal_of(error: DBAPIError, pending: Iterable[Pending] = ()) -> Exception:
    """Turn a broken unique or foreign key, or a lock not had, into a refusal; else a fault.

    `pending` are the records that were about to be written: one of them has the key.
    """
    state = getattr(error.orig, "sqlstate", None)
    if state == UNIQUE_VIOLATION:
        return _duplicate(error, pending)
    if state == FOREIGN_KEY_VIOLATION:
        if (error.statement or "").startswith("DELETE"):
            return Referenced("other records still refer to this one")
        path = _path_of_reference(_broken(error), pending)
        return Referenced("this refers to a record that is not there", path=path)
    if state in LOCKED:
        return Locked("somebody else is at work on this record; it can be tried again")
    return error


def _broken(error: DBAPIError) -> str | None:
    """Give the name of the constraint that was broken, as the database tells it."""
    return getattr(getattr(error.orig, "__cause__", None), "constraint_name", None)


def _path_of_reference(name: str | None, pending: Iterable[Pending]) -> tuple[str, ...]:
    """Name the input by which a record that is not there was referred to."""
    for it in pending:
        for key in it.entity.__table__.foreign_key_constraints:
            if key.name == name:
                return tuple(to_camel(column) for column in key.column_keys if column != "tenant")
    return ()


def _duplicate(error: DBAPIError, pending: Iterable[Pending]) -> Duplicate:
    told = "a record with this key is there already"
    broken = _broken(error)
    for it in pending:
        key = _key_named(it.entity.__table__, broken)
        if key is not None and issubclass(it.entity, RecordColumns):
            columns = [str(column.name) for column in key.columns if column.name != "tenant"]
            path = (to_camel(columns[0]),) if len(columns) == 1 else ()
            values = {column: it.values.get(column) for column in columns}
            live_only = isinstance(key, Index) and _is_partial(key)
            return Duplicate(told, path=path, details=Taken(it.entity, values, live_only))
    return Duplicate(told)


def _key_named(table: Table, name: str | None) -> UniqueConstraint | Index | None:
    keys: list[UniqueConstraint | Index] = [it for it in table.indexes if it.unique]
    keys += [it for it in table.constraints if isinstance(it, UniqueConstraint)]
    return next((it for it in keys if it.name == name), None)


def _is_partial(key: Index) -> bool:
    return key.dialect_options["postgresql"]["where"] is not None


async def candidates(
    connection: AsyncConnection, actor: Actor, taken: Sequence[Taken]
) -> list[list[str]]:
    """Find which records have these keys, as far as this actor may see them.

    There is one statement for each key of a table, however many of its values are taken.
    """
    found: dict[tuple[Any, ...], list[str]] = {}
    for entity, columns in {(it.entity, tuple(it.values)) for it in taken}:
        keys = [it.values for it in taken if (it.entity, tuple(it.values)) == (entity, columns)]
        same = [and_(*(getattr(entity, c) == v for c, v in it.items())) for it in keys]
        statement = select(entity.id, *(getattr(entity, it) for it in columns)).where(
            or_(*same), entity.visible_to(actor)
        )
        if any(it.live_only for it in taken if it.entity is entity):
            statement = statement.where(entity.archived_at.is_(None))
        for id, *values in await connection.execute(statement):
            found.setdefault((entity, *values), []).append(id)
    return [found.get(_key(it), [])[:MOST_CANDIDATES] for it in taken]


def _key(taken: Taken) -> tuple[Any, ...]:
    values: Mapping[str, Any] = taken.values
    return (taken.entity, *values.values())
