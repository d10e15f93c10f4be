"""The one door of a service that needs no token: for who runs the machine.

`services.customers.maintenance` answers it; whoever can read its database's password may.
"""

import importlib
import importlib.util
from typing import Protocol, cast

from deploy.local.refusals import NotThere
from services.chassis.tokens import Identity

CUSTOMERS = "services.customers.maintenance"


class CustomersMaintenance(Protocol):
    """What `services/customers/maintenance.py` defines; the URL is that of the app role."""

    async def create_tenant(
        self, database_url: str, *, slug: str, name: str, administrator: str, password: str
    ) -> None:
        """Create a company with its first administrator, or refuse."""

    async def find_staff(self, database_url: str, *, tenant: str, email: str) -> Identity | None:
        """Find an active staff user of a company by its short name and their address."""


def customers() -> CustomersMaintenance:
    if importlib.util.find_spec("services.customers") and importlib.util.find_spec(CUSTOMERS):
        return cast(CustomersMaintenance, importlib.import_module(CUSTOMERS))
    raise NotThere(f"this version has no {CUSTOMERS} to ask")
