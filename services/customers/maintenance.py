"""The door for whoever runs the machine: it needs no token, but the database's password."""

from typing import Any

from services.chassis.actor import Actor, ActorKind
from services.chassis.changes import Changes
from services.chassis.database import connect, reading
from services.chassis.refusals import Duplicate, Invalid
from services.chassis.tokens import Identity
from services.chassis.work import Works
from services.customers.company import queries as companies
from services.customers.company.commands import company
from services.customers.portal.model import GUESTS
from services.customers.roles import commands as roles
from services.customers.sessions import queries, rules
from services.customers.sessions.commands import accounts, links
from services.customers.sessions.commands import staff as sessions
from services.customers.sessions.model import STAFF, LinkPurpose
from services.customers.staff import commands as staff
from services.customers.staff.model import Role
from services.customers.staff.rules import hashed
from services.customers.units import model as units  # noqa: F401  # staff refer to its table


async def create_tenant(
    database_url: str, *, slug: str, name: str, administrator: str, password: str | None = None
) -> str | None:
    """Create a company with its first administrator, in one unit of work, or refuse.

    Where no password is given, give the token of a one-time link by which to choose one.
    """
    if not rules.SLUG.fullmatch(slug):
        raise Invalid("a tenant's short name is 2 to 40 of a-z, 0-9, - and _", path=("slug",))
    engine = connect(database_url, pool_size=1, name="customers maintenance")
    try:
        async with Works(engine, "customers").begin(Actor.system(slug, "maintenance")) as work:
            if await companies.is_founded(work.session):
                raise Duplicate(f"there is a tenant {slug} already")
            settings: dict[str, Any] = {"name": name, "languages": ["en"]}
            settings |= {"base_currency": "EUR", "time_zone": "UTC"}
            await company.create(work, Changes(settings))
            person: dict[str, Any] = {"name": "Administrator", "email": administrator}
            person["roles"] = [Role.ADMINISTRATOR.name]
            first = await staff.create(work, Changes(person))
            await work.flush()
            await roles.seed(work)
            if password is not None:
                await sessions.set_password(work, first.id, password=password)
                return None
            return await links.make(work, STAFF, first.id, LinkPurpose.INVITATION)
    finally:
        await engine.dispose()


async def let_in_by_portal(database_url: str, *, tenant: str, email: str, password: str) -> bool:
    """Give somebody who was invited to the portal a password, as if by the link of a mail.

    Say whether there is such a one.
    """
    hash = hashed(password)
    engine = connect(database_url, pool_size=1, name="customers maintenance")
    try:
        async with reading(engine, tenant) as connection:
            found = await queries.known(connection, GUESTS, email.lower())
        if found is None:
            return False
        async with Works(engine, "customers").begin(Actor.system(tenant, "maintenance")) as work:
            guest = await queries.active(work.session, GUESTS, found.id)
            await accounts.set_hash(work, GUESTS, guest, hash)
            await work.publish(*GUESTS.welcomed(guest, at=work.now))
        return True
    finally:
        await engine.dispose()


async def find_staff(database_url: str, *, tenant: str, email: str) -> Identity | None:
    """Find an active staff user of a company by its short name and their address."""
    engine = connect(database_url, pool_size=1, name="customers maintenance")
    try:
        async with reading(engine, tenant) as connection:
            found = await queries.known(connection, STAFF, email.lower())
    finally:
        await engine.dispose()
    return Identity(tenant, found.id, ActorKind.USER) if found else None
