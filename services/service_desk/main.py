"""The program of the service desk: `python -m services.service_desk.main [web|worker|all]`."""

import sys

from services.chassis.access import access_by
from services.chassis.service import Parts, main
from services.service_desk import permissions
from services.service_desk.company import subscribers as company
from services.service_desk.company.queries import reckoning
from services.service_desk.customers import subscribers as customers
from services.service_desk.portal import subscribers as portal
from services.service_desk.portal.model import directory
from services.service_desk.schema import schema
from services.service_desk.staff import subscribers as staff


def parts() -> Parts:
    return Parts(
        name="service_desk",
        schema=schema(),
        read_actor=access_by(
            directory, permissions.ROLES, permissions.SERVICES, permissions.GUESTS
        ),
        subscriptions=[
            company.subscriptions,
            customers.subscriptions,
            staff.subscriptions,
            portal.subscriptions,
        ],
        reckoning=reckoning,
    )


if __name__ == "__main__":
    sys.exit(main(parts(), sys.argv[1:]))
