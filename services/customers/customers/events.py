"""What is told of customers: what other services copy, and no person's name."""

from services.chassis.events import Event, Shared, Unshared, life_of


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


class CustomerOwnerChanged(CustomerFact):
    """A customer was given to another to answer for."""

    type = "customers.customer.owner_changed.v1"
    from_owner_id: str | None


class CustomerShared(Shared):
    """A customer was shared: `shares` says what each of these may do with it from now on."""

    type = "customers.customer.shared.v1"
    customer_id: str


class CustomerUnshared(Unshared):
    """A customer is shared with these no longer."""

    type = "customers.customer.unshared.v1"
    customer_id: str


class PartyRoleAssigned(Event):
    """A customer took on a role, such as supplier or partner."""

    type = "customers.customer.role_assigned.v1"
    customer_id: str
    role: str
