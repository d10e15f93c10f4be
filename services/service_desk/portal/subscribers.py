"""What the desk does when somebody comes to the portal, or goes."""

from services.chassis.declaring import Subscriptions
from services.chassis.events import Event
from services.chassis.work import Work
from services.service_desk.portal.model import PortalIdentity

subscriptions = Subscriptions("service_desk", [PortalIdentity])


class PortalIdentityInvited(Event):
    type = "customers.portal_identity.invited.v1"
    portal_identity_id: str
    customer_id: str
    contact_id: str
    is_active: bool


class PortalIdentityDeactivated(PortalIdentityInvited):
    type = "customers.portal_identity.deactivated.v1"


class PortalIdentityPurged(Event):
    type = "customers.portal_identity.purged.v1"
    portal_identity_id: str


class PortalIdentitySessionEnded(Event):
    type = "customers.portal_identity.session_ended.v1"
    portal_identity_id: str
    session_id: str


@subscriptions.on(PortalIdentityInvited, PortalIdentityDeactivated)
async def when_a_portal_identity_comes_or_goes(work: Work, event: PortalIdentityInvited) -> None:
    given = event.model_dump(include={"customer_id", "contact_id", "is_active"})
    await work.keep(PortalIdentity, event.portal_identity_id, **given)


@subscriptions.on(PortalIdentityPurged)
async def when_a_portal_identity_is_purged(work: Work, event: PortalIdentityPurged) -> None:
    await work.drop(PortalIdentity, event.portal_identity_id)


@subscriptions.on(PortalIdentitySessionEnded)
async def when_a_session_of_the_portal_ends(work: Work, event: PortalIdentitySessionEnded) -> None:
    for guest in (await work.all(PortalIdentity, [event.portal_identity_id])).values():
        guest.end_session(event.session_id, at=work.told_at)
        guest.sequence = work.heard.sequence
