"""What sales reads of customers."""

from services.chassis.events import Event


class _Known(Event):
    customer_id: str
    organisation_name: str | None = None
    owner_id: str | None = None
    team_id: str | None = None
    tier: str | None = None
    status: str


class CustomerCreated(_Known):
    type = "customers.customer.created.v1"


class CustomerUpdated(_Known):
    type = "customers.customer.updated.v1"
