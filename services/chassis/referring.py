"""Referring: a record is put only under others that whoever puts it there may see."""

from collections.abc import Iterator
from functools import cache
from typing import Any

from pydantic.alias_generators import to_camel
from sqlalchemy import inspect, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.elements import True_

from services.chassis.actor import Actor
from services.chassis.database import Entity
from services.chassis.refusals import Referenced


async def check(session: AsyncSession, actor: Actor) -> None:
    """Refuse references to what this actor may not see, as those to what is not there.

    Where nothing is hidden the foreign key is check enough, and what the work has read or made
    is seen already: neither costs a statement.
    """
    wanted: dict[tuple[Any, str], set[str]] = {}
    for entity, key, id in _referred(session):
        wanted.setdefault((entity, key), set()).add(id)
    for (entity, key), ids in wanted.items():
        visible = entity.visible_to(actor)
        unsure = set() if isinstance(visible, True_) else ids - _at_hand(session, entity)
        if unsure:
            statement = select(entity.id).where(entity.id.in_(unsure), visible)
            if unsure - set(await session.scalars(statement)):
                told = "this refers to a record that is not there"
                raise Referenced(told, path=(to_camel(key),))


def _at_hand(session: AsyncSession, entity: Any) -> set[str]:
    known = (*session.new, *session.identity_map.values())
    return {it.id for it in known if isinstance(it, entity)}


def _referred(session: AsyncSession) -> Iterator[tuple[Any, str, str]]:
    """Give the records that what is about to be written begins to refer to, and by what column."""
    for record in (*session.new, *session.dirty):
        state: Any = inspect(record)
        for column in state.mapper.local_table.columns:
            table = column.info.get("belongs_to")
            if table and state.attrs[column.key].history.has_changes():
                id = getattr(record, column.key)
                if id is not None:
                    yield _entity_of(column.table.metadata.tables[table]), column.key, id


@cache
def _entity_of(table: Any) -> Any:
    return next(it.class_ for it in Entity.registry.mappers if it.local_table is table)
