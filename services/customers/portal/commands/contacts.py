"""What is done with contacts: whoever is elsewhere, or away, comes in as one no more."""

from services.chassis.archiving import purging
from services.chassis.changes import Changes
from services.chassis.permissions import SharePermission, published_by, requires
from services.chassis.work import Work
from services.customers.contacts import commands
from services.customers.contacts.events import ContactPurged
from services.customers.contacts.model import Contact
from services.customers.permissions import EDIT_CUSTOMERS, PURGE_CONTACTS
from services.customers.portal import queries
from services.customers.portal.commands.identities import shut
from services.customers.portal.events import (
    PortalIdentityDeactivated,
    PortalIdentityPurged,
    PortalIdentitySessionEnded,
)
from services.customers.portal.model import PortalIdentity

SHUT = (PortalIdentityDeactivated, PortalIdentitySessionEnded)
OF_CONTACT = PortalIdentity.contact_id
_purge = purging(Contact, PURGE_CONTACTS, ContactPurged, parts=[OF_CONTACT])


@requires(EDIT_CUSTOMERS, publishes=[*published_by(commands.update), *SHUT])
async def update(work: Work, id: str, changes: Changes, version: int | None) -> Contact:
    """Change a contact; one who is at another customer now is let in no more."""
    contact = await commands.update(work, id, changes, version)
    if Contact.customer_id in changes:
        for it in await queries.of(work.session, OF_CONTACT, id):
            if it.customer_id != contact.customer_id:
                await shut(work, it)
                it.customer_id = contact.customer_id
    return contact


@requires(
    EDIT_CUSTOMERS,
    publishes=[*published_by(commands.archive), *SHUT],
    act=SharePermission.DELETE,
)
async def archive(work: Work, id: str) -> Contact:
    contact = await commands.archive(work, id)
    for it in await queries.of(work.session, OF_CONTACT, id):
        await shut(work, it)
    return contact


@requires(
    PURGE_CONTACTS, publishes=[ContactPurged, PortalIdentityPurged], act=SharePermission.DELETE
)
async def purge(work: Work, id: str) -> Contact:
    identities = await queries.of(work.session, OF_CONTACT, id)
    contact = await _purge(work, id)
    await work.publish(*(it.told(PortalIdentityPurged) for it in identities))
    return contact
