"""What can be asked about staff."""

from services.chassis.actor import Actor
from services.chassis.database import reading
from services.chassis.graph import Request
from services.chassis.reading import Reading
from services.chassis.responsibilities import Found, counted, elsewhere
from services.customers.permissions import READ_STAFF
from services.customers.staff.model import StaffUser

staff = Reading(StaffUser, READ_STAFF)


async def responsibilities(request: Request, id: str) -> Found:
    """Count what somebody answers for, here and in all other services."""
    us = Actor.system(request.actor.tenant, request.works.service)
    there = await elsewhere(request.app.channels, us, id)
    async with reading(request.works.engine, request.actor.tenant) as connection:
        here = await counted(connection, request.works.service, id)
    return Found((*here, *there.known), there.away)
