"""What sales does when customers come or change."""

from services.chassis.events import Event
from services.chassis.subscriptions import Subscriptions
from services.chassis.work import Work
from services.sales.customers.model import Customer

subscriptions = Subscriptions("sales")


class CustomerCreated(Event):
    type = "customers.customer.created.v1"
    customer_id: str
    organisation_name: str | None
    owner_id: str | None
    team_id: str | None
    tier: str | None
    status: str


class CustomerUpdated(CustomerCreated):
    type = "customers.customer.updated.v1"


@subscriptions.on(CustomerCreated, CustomerUpdated)
async def when_a_customer_comes_or_changes(work: Work, event: CustomerCreated) -> None:
    await work.keep(
        Customer,
        event.customer_id,
        organisation_name=event.organisation_name,
        owner_id=event.owner_id,
        team_id=event.team_id,
        tier=event.tier,
        status=event.status,
    )
