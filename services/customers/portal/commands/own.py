"""What a guest of the portal does with what is their own."""

from typing import Annotated

from services.chassis.addresses import check_phone
from services.chassis.permissions import ANYONE, requires
from services.chassis.refusals import Forbidden
from services.chassis.work import Work
from services.customers.contacts.events import ContactUpdated
from services.customers.contacts.model import Contact
from services.customers.permissions import EDIT_OWN_CONTACT
from services.customers.portal.events import (
    PortalIdentityPasswordChanged,
    PortalIdentitySessionEnded,
)
from services.customers.portal.model import GUESTS
from services.customers.sessions.commands.own import replace_password


@requires(ANYONE, publishes=[PortalIdentityPasswordChanged, PortalIdentitySessionEnded])
async def change_password(work: Work, *, current: str, password: str) -> None:
    """Choose another password; all sessions are over, this one too."""
    await replace_password(work, GUESTS, current=current, password=password)


@requires(EDIT_OWN_CONTACT, publishes=[ContactUpdated])
async def set_phone(
    work: Work,
    id: str,
    *,
    phone: Annotated[str | None, "By which number we reach you; null for none.", 40],
) -> Contact:
    """Say by which number one is reached; of nobody but oneself."""
    contact = await work.lock(Contact, id)
    if work.actor.portal is None or id != work.actor.portal.person:
        raise Forbidden("only your own number is yours to change")
    if phone:
        check_phone(phone)
    if contact.phone != (phone or None):
        contact.phone = phone or None
        await work.publish(contact.told(ContactUpdated))
    return contact
