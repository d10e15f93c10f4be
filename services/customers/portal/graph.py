"""The portal in the graph: who comes in by it, what is theirs, and who asks at all."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import strawberry

from services.chassis.actor import Actor, ActorKind
from services.chassis.graph import (
    Connection,
    Record,
    Request,
    archive,
    connection,
    create,
    field,
    groups,
    many,
    one,
    oneself,
    own,
    purge,
    record,
    reference,
    relate,
    update,
    upsert,
    verb,
    verb_where,
    viewer,
)
from services.chassis.permissions import published_by
from services.customers.contacts import commands as contact_commands
from services.customers.contacts.graph import Contact
from services.customers.customers.graph import Customer
from services.customers.interactions.graph import Interaction
from services.customers.permissions import IMPORT_HISTORY
from services.customers.portal import model, queries
from services.customers.portal.commands import contacts, customers, identities
from services.customers.portal.commands import own as own_commands
from services.customers.portal.events import (
    PortalIdentityActivated,
    PortalIdentityLocked,
    PortalIdentityPasswordChanged,
    PortalIdentitySessionEnded,
    PortalIdentitySignedIn,
    PortalLinkAsked,
)
from services.customers.sessions.commands.signing_in import Desk
from services.customers.sessions.graph import (
    CHOSEN,
    CURRENT,
    DEVICE,
    EMAIL,
    LINK,
    NO_SIGN_IN,
    PASSWORD,
    REFRESH,
    SIGN_IN,
    TENANT,
    TOKENS,
    Reception,
    door,
)
from services.customers.staff.graph import StaffUser


def desk(request: Request) -> Desk:
    found: Desk = request.app.portal_desk
    return found


GUESTS = Reception(desk)


async def change_password(request: Request, given: Mapping[str, Any]) -> Mapping[str, Any]:
    async with request.begin() as work:
        await own_commands.change_password(
            work, current=given["currentPassword"], password=given["password"]
        )
    return {}


def staff_user_of(actor: Actor) -> str | None:
    return actor.id if actor.kind is ActorKind.USER else None


def contact_of(actor: Actor) -> str | None:
    return actor.portal.person if actor.portal else None


def customer_of(actor: Actor) -> str | None:
    return actor.portal.party if actor.portal else None


@record(queries.identities, "Somebody of a customer who may come in by the portal.")
class PortalIdentity(Record):
    customer: Customer | None = reference(
        model.PortalIdentity.customer_id, "Whose records it sees."
    )
    contact: Contact | None = reference(
        model.PortalIdentity.contact_id, "Who it is there.", write=True
    )
    email: str = field("The address with which it signs in.")
    is_active: bool = field("Whether it is let in.")
    activated_at: datetime | None = field("When it first came in.")


relate(
    Customer,
    portal_identities=many(
        PortalIdentity, model.PortalIdentity.customer_id, "Who comes in by the portal for it."
    ),
)


@viewer
class Viewer:
    kind: ActorKind | None = strawberry.field(description="As what kind of actor you come.")
    staff_user: StaffUser | None = own(
        StaffUser, "You, if you are signed in as a staff user.", id_of=staff_user_of
    )
    contact: Contact | None = own(Contact, "You, if you come by the portal.", id_of=contact_of)
    customer: Customer | None = own(
        Customer, "Of whom you are, if you come by the portal.", id_of=customer_of
    )
    contacts: Connection[Contact] | None = connection(Contact, "The contacts that you may see.")
    interactions: Connection[Interaction] | None = connection(
        Interaction, "The interactions that you may see."
    )


@strawberry.type
class Query:
    viewer: Viewer | None = oneself(Viewer, "You, if you are signed in.")
    portal_identity: PortalIdentity | None = one(PortalIdentity, "One portal identity.")
    portal_identities: Connection[PortalIdentity] | None = connection(
        PortalIdentity, "Who comes in by the portal."
    )
    portal_identity_groups = groups(PortalIdentity, "Who comes in by the portal, in groups.")


@strawberry.type
class Mutation:
    sign_in_to_portal = door(
        "SignInToPortal",
        GUESTS.sign_in,
        f"Sign in to the portal with a password, as a contact of a customer. {NO_SIGN_IN}",
        *(EMAIL, PASSWORD, TENANT, DEVICE),
        gives=TOKENS,
        publishes=[PortalIdentitySignedIn, PortalIdentityLocked],
    )
    refresh_portal_session = door(
        "RefreshPortalSession",
        GUESTS.refresh,
        "Get new tokens for a refresh token of the portal, which serves once: used again, it ends"
        f" the session. {NO_SIGN_IN}",
        REFRESH,
        gives=TOKENS,
        publishes=[PortalIdentitySessionEnded],
    )
    sign_out_of_portal = door(
        "SignOutOfPortal",
        GUESTS.sign_out,
        f"End a session of the portal. {NO_SIGN_IN}",
        REFRESH,
        publishes=[PortalIdentitySessionEnded],
    )
    accept_portal_invitation = door(
        "AcceptPortalInvitation",
        GUESTS.take_link,
        f"Choose a password by the link of an invitation, and come in. {NO_SIGN_IN}",
        *(LINK, CHOSEN),
        gives=TOKENS,
        publishes=[
            *(PortalIdentityActivated, PortalIdentityPasswordChanged, PortalIdentitySignedIn),
        ],
    )
    request_portal_password_reset = door(
        "RequestPortalPasswordReset",
        GUESTS.ask_reset,
        "Have a link sent by which to choose another password for the portal, if somebody has this"
        f" address; the answer is the same if not. {NO_SIGN_IN}",
        *(EMAIL, TENANT),
        publishes=[PortalLinkAsked],
    )
    reset_portal_password = door(
        "ResetPortalPassword",
        GUESTS.take_link,
        f"Choose another password by a link, and come in. All sessions are over. {NO_SIGN_IN}",
        *(LINK, CHOSEN),
        gives=TOKENS,
        publishes=[
            *(PortalIdentityPasswordChanged, PortalIdentitySignedIn, PortalIdentitySessionEnded),
            PortalIdentityActivated,
        ],
    )
    change_portal_password = door(
        "ChangePortalPassword",
        change_password,
        f"Choose another password for the portal. All your sessions are over. {SIGN_IN}",
        *(CURRENT, CHOSEN),
        publishes=published_by(own_commands.change_password),
    )
    set_own_phone = verb(
        Contact,
        own_commands.set_phone,
        "Say by which telephone number you are reached, as a contact who comes by the portal.",
        name="SetOwnPhone",
    )
    invite_portal_identity = create(
        PortalIdentity,
        identities.invite,
        "Send a contact a link by which to come in by the portal; who had come in begins anew.",
    )
    deactivate_portal_identity = verb(
        PortalIdentity, identities.deactivate, "Let somebody in by the portal no more."
    )
    unlock_portal_identity = verb(
        PortalIdentity, identities.unlock, "Let somebody try again who tried too often to come in."
    )
    sign_out_portal_identity = verb(
        PortalIdentity, identities.sign_out, "End the sessions of somebody, or one of them."
    )
    update_contact = update(
        Contact, contacts.update, "Change a contact; elsewhere, it comes in by the portal no more."
    )
    archive_contact = archive(Contact, contacts.archive)
    purge_contact = purge(Contact, contacts.purge)
    upsert_contacts = upsert(
        Contact, contact_commands.create, contacts.update, history=IMPORT_HISTORY
    )
    archive_customer = archive(Customer, customers.archive)
    archive_customers = verb_where(
        Customer, customers.archive, "Archive many customers.", name="archiveCustomers"
    )
