"""The program of sales: `python -m services.sales.main [web|worker|all]`."""

import sys

from services.chassis.access import access_by
from services.chassis.service import Parts, main
from services.sales import permissions
from services.sales.company import subscribers as company
from services.sales.company.queries import reckoning
from services.sales.customers import subscribers as customers
from services.sales.portal import subscribers as portal
from services.sales.portal.model import directory
from services.sales.schema import schema
from services.sales.staff import subscribers as staff


def parts() -> Parts:
    return Parts(
        name="sales",
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
        app=lambda means: means.channel("customers"),
    )


if __name__ == "__main__":
    sys.exit(main(parts(), sys.argv[1:]))
