"""What staff do with portal identities."""

from typing import Annotated

from services.chassis.changes import Changes
from services.chassis.permissions import requires
from services.chassis.refusals import named_by
from services.chassis.work import Work
from services.customers.contacts.model import Contact
from services.customers.permissions import EDIT_PORTAL_IDENTITIES
from services.customers.portal import queries
from services.customers.portal.events import (
    PortalIdentityDeactivated,
    PortalIdentityInvited,
    PortalIdentitySessionEnded,
    PortalLinkAsked,
)
from services.customers.portal.model import GUESTS, ContactWithoutEmail, PortalIdentity
from services.customers.sessions import queries as sessions
from services.customers.sessions.commands import accounts
from services.customers.sessions.model import LinkPurpose, SessionEnd
from services.customers.staff.rules import checked_email


@requires(
    EDIT_PORTAL_IDENTITIES,
    publishes=[PortalIdentityInvited, PortalLinkAsked, PortalIdentitySessionEnded],
)
async def invite(work: Work, values: Changes) -> PortalIdentity:
    """Have a contact sent a link by which to come in; whoever had come in before begins anew."""
    with named_by("contactId"):
        contact = await work.get(Contact, values[PortalIdentity.contact_id])
    if not contact.email:
        told = "whom we invite must have an e-mail address"
        raise ContactWithoutEmail(told, path=("contactId",))
    identity = await _identity_of(work, contact)
    identity.invite(contact, checked_email(contact.email))
    await work.flush()
    asked = accounts.asked(GUESTS, identity.id, LinkPurpose.INVITATION)
    await work.publish(identity.told(PortalIdentityInvited), asked)
    return identity


@requires(
    EDIT_PORTAL_IDENTITIES, publishes=[PortalIdentityDeactivated, PortalIdentitySessionEnded]
)
async def deactivate(work: Work, id: str) -> PortalIdentity:
    """Let somebody in by the portal no more."""
    identity = await work.lock(PortalIdentity, id)
    await shut(work, identity)
    return identity


@requires(EDIT_PORTAL_IDENTITIES)
async def unlock(work: Work, id: str) -> PortalIdentity:
    """Let somebody try again who tried too often."""
    identity = await work.get(PortalIdentity, id)
    await sessions.forget(work.session, GUESTS.digest(identity.email))
    return identity


@requires(EDIT_PORTAL_IDENTITIES, publishes=[PortalIdentitySessionEnded])
async def sign_out(
    work: Work,
    id: str,
    *,
    session_id: Annotated[str | None, "Which of their sessions; all of them if unsaid."] = None,
) -> PortalIdentity:
    """End the sessions of somebody, or one of them."""
    identity = await work.get(PortalIdentity, id)
    await accounts.end_sessions(work, GUESTS, id, SessionEnd.ENDED, only=session_id)
    return identity


async def shut(work: Work, identity: PortalIdentity) -> None:
    """Deactivate an identity: its sessions are over, and so are its links."""
    if fact := identity.deactivate():
        await accounts.end_sessions(work, GUESTS, identity.id, SessionEnd.DEACTIVATED)
        await work.publish(fact)


async def _identity_of(work: Work, contact: Contact) -> PortalIdentity:
    """Give the identity that a contact has, whose sessions are over, or make it one."""
    for known in await queries.of(work.session, PortalIdentity.contact_id, contact.id):
        await accounts.end_sessions(work, GUESTS, known.id, SessionEnd.ENDED)
        return known
    return work.add(
        PortalIdentity,
        contact_id=contact.id,
        customer_id=contact.customer_id,
        email=contact.email,
    )
