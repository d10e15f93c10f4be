"""What customers does when somebody is to be sent a link for the portal: it sends it."""

from services.chassis.declaring import Subscriptions
from services.chassis.events import Event
from services.chassis.work import Work
from services.customers.portal.model import GUESTS
from services.customers.sessions.commands import links
from services.customers.sessions.model import LinkPurpose

subscriptions = Subscriptions("customers")


class PortalLinkAsked(Event):
    type = "customers.portal_link.asked.v1"
    portal_link_id: str
    portal_identity_id: str
    purpose: str


@subscriptions.on(PortalLinkAsked)
async def when_a_portal_link_is_asked_for(work: Work, event: PortalLinkAsked) -> None:
    await links.send(work, GUESTS, event.portal_identity_id, LinkPurpose[event.purpose])
