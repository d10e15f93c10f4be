"""What is told of portal identities: of whom they are, and how they come and go; never by what."""

from services.chassis.events import Event


class PortalIdentityFact(Event):
    """What others keep a copy of."""

    portal_identity_id: str
    customer_id: str
    contact_id: str
    is_active: bool


class PortalIdentityInvited(PortalIdentityFact):
    """A contact of a customer may come in by the portal, once a password is chosen."""

    type = "customers.portal_identity.invited.v1"


class PortalIdentityActivated(PortalIdentityFact):
    """Somebody who was invited to the portal has come in for the first time."""

    type = "customers.portal_identity.activated.v1"


class PortalIdentityDeactivated(PortalIdentityFact):
    """Somebody is let in by the portal no more."""

    type = "customers.portal_identity.deactivated.v1"


class PortalIdentityPurged(PortalIdentityFact):
    """A portal identity was removed for ever, with its contact."""

    type = "customers.portal_identity.purged.v1"


class PortalIdentitySignedIn(Event):
    """Somebody signed in to the portal: a session began."""

    type = "customers.portal_identity.signed_in.v1"
    portal_identity_id: str
    session_id: str


class PortalIdentityLocked(Event):
    """Too many attempts to sign in to the portal failed: for some minutes none is taken."""

    type = "customers.portal_identity.locked.v1"
    portal_identity_id: str
    minutes: int


class PortalIdentityPasswordChanged(Event):
    """Somebody has another password for the portal; sessions begun with the old one are over."""

    type = "customers.portal_identity.password_changed.v1"
    portal_identity_id: str


class PortalIdentitySessionEnded(Event):
    """A session of the portal ended before its time; `because` says why."""

    type = "customers.portal_identity.session_ended.v1"
    portal_identity_id: str
    session_id: str
    because: str


class PortalLinkAsked(Event):
    """Somebody is to be sent a link by which to choose a password for the portal."""

    type = "customers.portal_link.asked.v1"
    portal_link_id: str
    portal_identity_id: str
    purpose: str
