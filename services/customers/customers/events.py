"""What is told of customers: what other services copy, and no person's name."""

from typing import Self

from services.chassis.events import Event
from services.customers.customers.model import Customer


class _Facts(Event):
    customer_id: str
    kind: str
    organisation_name: str | None
    owner_id: str | None
    team_id: str | None
    tier: str | None
    status: str

    @classmethod
    def of(cls, customer: Customer) -> Self:
        return cls(
            customer_id=customer.id,
            kind=customer.kind.name,
            organisation_name=customer.organisation_name,
            owner_id=customer.owner_id,
            team_id=customer.team_id,
            tier=customer.tier,
            status=customer.status.name,
        )


class CustomerCreated(_Facts):
    type = "customers.customer.created.v1"


class CustomerUpdated(_Facts):
    type = "customers.customer.updated.v1"


class PartyRoleAssigned(Event):
    type = "customers.customer.role_assigned.v1"
    customer_id: str
    role: str
