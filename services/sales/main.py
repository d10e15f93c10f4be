"""The program of sales: `python -m services.sales.main [web|worker|all]`."""

import sys

from services.chassis.access import access_by
from services.chassis.service import Parts, main
from services.sales import permissions
from services.sales.company import subscribers as company
from services.sales.company.queries import reckoning
from services.sales.customers import subscribers as customers
from services.sales.schema import schema
from services.sales.staff import subscribers as staff
from services.sales.staff.model import directory


def parts() -> Parts:
    return Parts(
        name="sales",
        schema=schema(),
        read_actor=access_by(directory, permissions.ROLES, permissions.SERVICES),
        subscriptions=[company.subscriptions, customers.subscriptions, staff.subscriptions],
        reckoning=reckoning,
        app=lambda means: means.channel("customers"),
    )


if __name__ == "__main__":
    sys.exit(main(parts(), sys.argv[1:]))
