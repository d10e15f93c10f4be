"""What is told of customers: what other services copy, and no person's name."""

from services.chassis.events import Event


class CustomerFacts(Event):
    customer_id: str
    kind: str
    organisation_name: str | None
    owner_id: str | None
    team_id: str | None
    tier: str | None
    status: str


class CustomerCreated(CustomerFacts):
    type = "customers.customer.created.v1"


class CustomerUpdated(CustomerFacts):
    type = "customers.customer.updated.v1"


class PartyRoleAssigned(Event):
    type = "customers.customer.role_assigned.v1"
    customer_id: str
    role: str


class CustomerArchived(CustomerFacts):
    type = "customers.customer.archived.v1"


class CustomerRestored(CustomerFacts):
    type = "customers.customer.restored.v1"


class CustomerPurged(CustomerFacts):
    type = "customers.customer.purged.v1"
