"""Archiving, restoring and purging: the same three commands for every record type.

| from | by | to |
|---|---|---|
| live | archive | archived: lists leave it out, nothing changes it |
| archived | restore | live |
| archived | purge | gone for ever, if nothing refers to it |
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import InstrumentedAttribute

from services.chassis import references
from services.chassis.events import Event
from services.chassis.permissions import Permission, SharePermission, requires
from services.chassis.work import Work

R = TypeVar("R", bound=Any)
Command = Callable[[Work, str], Awaitable[R]]
Check = Callable[[R], None]
"""Refuses a record that must stay where it is."""


def archiving(
    entity: type[R], permission: Permission, fact: type[Event], *, check: Check[R] | None = None
) -> Command[R]:
    """Make the command that puts a record away; done twice, it is told once."""

    @requires(permission, publishes=[fact], act=SharePermission.DELETE)
    async def archive(work: Work, id: str) -> R:
        record = await work.lock(entity, id, archived=True)
        if check:
            check(record)
        if work.archive(record):
            await work.publish(record.told(fact))
        return record

    return archive


def restoring(entity: type[R], permission: Permission, fact: type[Event]) -> Command[R]:
    """Make the command that brings a record back; what took its unique key since stays."""

    @requires(permission, publishes=[fact], act=SharePermission.DELETE)
    async def restore(work: Work, id: str) -> R:
        record = await work.lock(entity, id, archived=True)
        if work.restore(record):
            await work.publish(record.told(fact))
        return record

    return restore


def purging(
    entity: type[R],
    permission: Permission,
    fact: type[Event],
    *,
    check: Check[R] | None = None,
    parts: Sequence[InstrumentedAttribute[Any]] = (),
) -> Command[R]:
    """Make the command that removes an archived record for ever.

    `parts` are the columns by which other tables' rows belong to it: they go with it.
    """

    @requires(permission, publishes=[fact], act=SharePermission.DELETE)
    async def purge(work: Work, id: str) -> R:
        record = await work.lock(entity, id, archived=True)
        if check:
            check(record)
        for column in parts:
            await _remove(work, column, id)
        await work.flush()
        await work.purge(record)
        await work.publish(record.told(fact))
        return record

    return purge


async def _remove(work: Work, column: InstrumentedAttribute[Any], id: str) -> None:
    parts = list(await work.session.scalars(select(column.class_).where(column == id)))
    await references.forget(work.session, [it.id for it in parts])
    for part in parts:
        await work.session.delete(part)
