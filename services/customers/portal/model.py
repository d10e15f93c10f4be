"""A portal identity, its sessions and links: the account of a contact, beside those of staff."""

from datetime import datetime

from sqlalchemy import ForeignKeyConstraint, Index, text
from sqlalchemy.orm import Mapped

from services.chassis.actor import ActorKind
from services.chassis.database import ID, Entity, Personal, RecordColumns, belongs_to, column
from services.chassis.refusals import Code, Refusal
from services.customers.contacts.model import Contact
from services.customers.customers.model import Customer
from services.customers.portal.events import (
    PortalIdentityActivated,
    PortalIdentityDeactivated,
    PortalIdentityLocked,
    PortalIdentityPasswordChanged,
    PortalIdentitySessionEnded,
    PortalIdentitySignedIn,
    PortalLinkAsked,
)
from services.customers.sessions.model import Accounts, LinkColumns, SessionColumns


class ContactWithoutEmail(Refusal):
    code, reason = Code.REQUIRED, "CONTACT_WITHOUT_EMAIL"


class PortalIdentity(RecordColumns, Entity):
    """Who comes in as a contact; it is seen by staff with the customer, as a part of that."""

    __tablename__, __prefix__ = "portal_identity", "pid"
    __sorts__ = ("created_at",)
    __part_of__ = ("customer_id", Customer)
    __table_args__ = (
        Index("portal_identity_contact_id_uq", "tenant", "contact_id", unique=True),
        Index(
            "portal_identity_email_uq",
            *("tenant", "email"),
            unique=True,
            postgresql_where=text("is_active"),
        ),
    )

    customer_id: Mapped[str] = belongs_to("customer")
    contact_id: Mapped[str] = belongs_to("contact")
    email: Mapped[str] = column(Personal.CONTACT)
    is_active: Mapped[bool] = column(default=True)
    activated_at: Mapped[datetime | None] = column()
    password_hash: Mapped[str | None] = column(Personal.CREDENTIAL)

    def invite(self, contact: Contact, email: str) -> None:
        """Let it come in as it is known now; what it was before it chooses anew."""
        self.customer_id, self.email, self.is_active = contact.customer_id, email, True
        self.password_hash = self.activated_at = None

    def activate(self, *, at: datetime) -> PortalIdentityActivated | None:
        """Come in for the first time; whoever has before changes nothing by it."""
        if self.activated_at is not None:
            return None
        self.activated_at = at
        return self.told(PortalIdentityActivated)

    def deactivate(self) -> PortalIdentityDeactivated | None:
        """Let it in no more, and say so if it was."""
        if not self.is_active:
            return None
        self.is_active, self.password_hash = False, None
        return self.told(PortalIdentityDeactivated)


class PortalSession(SessionColumns, Entity):
    __tablename__, __prefix__ = "portal_session", "pse"
    __table_args__ = (
        Index("portal_session_portal_identity_id_ix", "tenant", "portal_identity_id", "id"),
        ForeignKeyConstraint(
            ["tenant", "portal_identity_id"],
            ["portal_identity.tenant", "portal_identity.id"],
            ondelete="CASCADE",
        ),
    )

    portal_identity_id: Mapped[str] = column(Personal.NONE, ID)


class PortalLink(LinkColumns, Entity):
    __tablename__ = "portal_link"
    __table_args__ = (
        Index("portal_link_portal_identity_id_ix", "tenant", "portal_identity_id", "digest"),
        ForeignKeyConstraint(
            ["tenant", "portal_identity_id"],
            ["portal_identity.tenant", "portal_identity.id"],
            ondelete="CASCADE",
        ),
    )

    portal_identity_id: Mapped[str] = column(Personal.NONE, ID)


GUESTS = Accounts(
    ActorKind.PORTAL,
    PortalIdentity,
    PortalSession,
    PortalLink,
    "portal_identity_id",
    PortalIdentitySignedIn,
    PortalIdentityLocked,
    PortalIdentitySessionEnded,
    PortalIdentityPasswordChanged,
    PortalLinkAsked,
    link_prefix="portal_",
    portal=("customer_id", "contact_id"),
)
