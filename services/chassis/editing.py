"""Creating and updating: the two commands of a record type, where no more is decided than this."""

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from services.chassis.addresses import check_phone, checked_email
from services.chassis.changes import Changes
from services.chassis.events import Event
from services.chassis.permissions import Permission, requires
from services.chassis.work import Work

R = TypeVar("R", bound=Any)
Check = Callable[[R], None]
"""Refuses a record whose values, taken together, cannot be."""


def creating(
    entity: type[R], permission: Permission, fact: type[Event], *, check: Check[R] | None = None
) -> Callable[[Work, Changes], Awaitable[R]]:
    """Make the command that adds a record of the values given."""

    @requires(permission, publishes=[fact])
    async def create(work: Work, values: Changes) -> R:
        record = work.add(entity, values)
        if check:
            check(record)
        await work.publish(record.told(fact))
        return record

    return create


def updating(
    entity: type[R], permission: Permission, fact: type[Event], *, check: Check[R] | None = None
) -> Callable[[Work, str, Changes, int | None], Awaitable[R]]:
    """Make the command that changes a record; what changes nothing is not told."""

    @requires(permission, publishes=[fact])
    async def update(work: Work, id: str, changes: Changes, version: int | None) -> R:
        record = await work.get(entity, id, version=version)
        if work.change(record, changes):
            if check:
                check(record)
            await work.publish(record.told(fact))
        return record

    return update


def reachable(changes: Changes, entity: Any) -> Changes:
    """Give changes with `email` in its normal form; refuse one, or a `phone`, that is none."""
    if phone := changes.get(entity.phone, None):
        check_phone(phone)
    email = changes.get(entity.email, None)
    return changes.having(entity.email, checked_email(email)) if email else changes
