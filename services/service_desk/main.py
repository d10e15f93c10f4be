"""The service desk put together: `python -m services.service_desk.main [web|worker|all]`."""

import sys

from sqlalchemy.ext.asyncio import AsyncEngine

from services.chassis import service
from services.chassis.access import Access
from services.chassis.rpc import ReadActor
from services.chassis.service import Parts
from services.service_desk.customers import subscribers as customers
from services.service_desk.permissions import ROLES, SERVICES
from services.service_desk.schema import schema
from services.service_desk.staff import subscribers as staff
from services.service_desk.staff.model import StaffUser


def parts() -> Parts:
    return Parts(
        name="service_desk",
        schema=schema(),
        read_actor=read_actor,
        subscriptions=[customers.subscriptions, staff.subscriptions],
    )


def read_actor(engine: AsyncEngine) -> ReadActor:
    return Access(engine, StaffUser, ROLES, SERVICES).actor


if __name__ == "__main__":
    sys.exit(service.main(parts(), sys.argv[1:]))
