"""A customer, and the roles that a party plays."""

import enum

from sqlalchemy import Numeric, String, UniqueConstraint
from sqlalchemy.orm import Mapped, composite

from services.chassis.database import (
    Entity,
    Personal,
    RecordColumns,
    belongs_to,
    column,
)
from services.chassis.money import Money
from services.chassis.process import Process
from services.chassis.scoping import Shown
from services.customers.customers.events import CustomerOwnerChanged


class CustomerKind(enum.Enum):
    ORGANISATION = "ORGANISATION"
    PERSON = "PERSON"


class CustomerStatus(enum.Enum):
    ACTIVE = "ACTIVE"
    ON_HOLD = "ON_HOLD"
    INACTIVE = "INACTIVE"


STANDING = Process(
    CustomerStatus.ACTIVE,
    {
        CustomerStatus.ACTIVE: frozenset({CustomerStatus.ON_HOLD, CustomerStatus.INACTIVE}),
        CustomerStatus.ON_HOLD: frozenset({CustomerStatus.ACTIVE, CustomerStatus.INACTIVE}),
        CustomerStatus.INACTIVE: frozenset({CustomerStatus.ACTIVE}),
    },
)


class PartyRoleKind(enum.Enum):
    CUSTOMER = "CUSTOMER"
    USER_UNIT = "USER_UNIT"
    PAYER = "PAYER"
    SUPPLIER = "SUPPLIER"
    INTEGRATOR = "INTEGRATOR"
    PARTNER = "PARTNER"
    DISTRIBUTOR = "DISTRIBUTOR"
    DEPARTMENT = "DEPARTMENT"


class Customer(RecordColumns, Entity):
    __tablename__, __prefix__ = "customer", "cus"
    __sorts__ = ("name", "created_at")
    __lists__ = (
        *(("status", "name"), ("tier", "name")),
        *(("owner_id", "name"), ("owner_id", "created_at"), ("team_id", "name")),
    )
    __searched__ = ("name",)
    __portal__ = Shown("id")

    kind: Mapped[CustomerKind] = column(default=CustomerKind.ORGANISATION)
    name: Mapped[str] = column(Personal.NAME)
    status: Mapped[CustomerStatus] = column(default=CustomerStatus.ACTIVE)
    tier: Mapped[str | None] = column(Personal.NONE, String(40))
    industry: Mapped[str | None] = column()
    employees: Mapped[int | None] = column()
    revenue: Mapped[Money | None] = composite(
        column(Personal.NONE, "revenue_value", Numeric(18, 2), nullable=True),
        column(Personal.NONE, "revenue_currency", String(3), nullable=True),
    )
    email: Mapped[str | None] = column(Personal.CONTACT)
    phone: Mapped[str | None] = column(Personal.CONTACT, String(40))
    website: Mapped[str | None] = column(Personal.CONTACT)
    street: Mapped[str | None] = column(Personal.ADDRESS)
    city: Mapped[str | None] = column(Personal.ADDRESS)
    region: Mapped[str | None] = column(Personal.ADDRESS)
    postal_code: Mapped[str | None] = column(Personal.ADDRESS, String(40))
    country: Mapped[str | None] = column(Personal.ADDRESS)

    @property
    def organisation_name(self) -> str | None:
        """The name that may travel in events: an organisation's, never a person's."""
        return self.name if self.kind is CustomerKind.ORGANISATION else None

    def assign(self, owner_id: str) -> CustomerOwnerChanged | None:
        """Give it to another to answer for; given to the same one again, there is nothing new."""
        before, self.owner_id = self.owner_id, owner_id
        if before == owner_id:
            return None
        return self.told(CustomerOwnerChanged, from_owner_id=before)

    def become(self, status: CustomerStatus) -> None:
        self.status = STANDING.moved(self.status, status)


class PartyRole(RecordColumns, Entity):
    __tablename__, __prefix__ = "party_role", "pro"
    __part_of__ = ("customer_id", Customer)
    __table_args__ = (UniqueConstraint("tenant", "customer_id", "role"),)

    customer_id: Mapped[str] = belongs_to("customer")
    role: Mapped[PartyRoleKind] = column()
