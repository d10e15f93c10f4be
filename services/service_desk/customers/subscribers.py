"""What the desk does when customers come or change."""

from services.chassis.declaring import Subscriptions
from services.chassis.events import Event
from services.chassis.work import Work
from services.service_desk.customers.model import Customer

subscriptions = Subscriptions("service_desk", [Customer])


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


class CustomerArchived(CustomerCreated):
    type = "customers.customer.archived.v1"


class CustomerRestored(CustomerCreated):
    type = "customers.customer.restored.v1"


class CustomerPurged(Event):
    type = "customers.customer.purged.v1"
    customer_id: str


@subscriptions.on(CustomerCreated, CustomerUpdated, CustomerArchived, CustomerRestored)
async def when_a_customer_comes_or_changes(work: Work, event: CustomerCreated) -> None:
    await work.keep(
        Customer,
        event.customer_id,
        organisation_name=event.organisation_name,
        owner_id=event.owner_id,
        team_id=event.team_id,
        tier=event.tier,
        status=event.status,
        is_archived=isinstance(event, CustomerArchived),
    )


subscriptions.drop(Customer, CustomerPurged)
