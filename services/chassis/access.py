"""Access: what the bearer of a token may do here, by the roles that this service knows of."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from services.chassis.actor import Actor, ActorKind
from services.chassis.database import reading
from services.chassis.fetching import fetch
from services.chassis.permissions import Permission, granted
from services.chassis.tokens import Identity

ByRole = Mapping[str, frozenset[Permission]]


def access_by(
    staff: type[Any], by_role: ByRole, services: ByRole
) -> Callable[[AsyncEngine], Callable[[Identity], Awaitable[Actor]]]:
    """Say whose roles count and what they permit, before there is a database to read them from."""
    return lambda engine: Access(engine, staff, by_role, services).actor


class Access:
    """Turns an identity into an actor, beside the data.

    `staff` is the service's own table of staff users, with `roles` and `is_active`; `services`
    says what a program may do that signs in as itself.
    """

    def __init__(
        self, engine: AsyncEngine, staff: type[Any], by_role: ByRole, services: ByRole
    ) -> None:
        self.engine = engine
        self.staff = staff
        self.by_role = by_role
        self.services = services

    async def actor(self, identity: Identity) -> Actor:
        """Read the actor's roles; somebody who is not active, or not known yet, may nothing."""
        actor = Actor(identity.tenant, identity.subject, identity.kind)
        if identity.kind is ActorKind.SERVICE:
            return actor.permitted(self.services.get(identity.subject, frozenset()))
        if identity.kind is not ActorKind.USER:
            return actor
        async with reading(self.engine, identity.tenant) as connection:
            staff = self.staff
            mine = select(staff.roles).where(staff.id == identity.subject, staff.is_active)
            found = await fetch(connection, mine)
        return actor.permitted(granted(self.by_role, found[0][0] if found else ()))
