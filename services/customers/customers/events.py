"""What is told of customers: what other services copy, and no person's name."""

from services.chassis.events import Event, life_of


class CustomerFact(Event):
    customer_id: str
    kind: str
    organisation_name: str | None
    owner_id: str | None
    team_id: str | None
    tier: str | None
    status: str


CustomerCreated, CustomerUpdated, CustomerArchived, CustomerRestored, CustomerPurged = life_of(
    CustomerFact, "customers.customer"
)


class PartyRoleAssigned(Event):
    """A customer took on a role, such as supplier or partner."""

    type = "customers.customer.role_assigned.v1"
    customer_id: str
    role: str
