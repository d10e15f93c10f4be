"""What sales does when somebody comes to the portal, or goes."""

from services.chassis.declaring import Subscriptions
from services.chassis.events import Event
from services.sales.portal.model import PortalIdentity

subscriptions = Subscriptions("sales", [PortalIdentity])


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


subscriptions.keep(PortalIdentity, PortalIdentityInvited, PortalIdentityDeactivated)
subscriptions.drop(PortalIdentity, PortalIdentityPurged)
subscriptions.end_session(PortalIdentity, PortalIdentitySessionEnded)
