"""What is told of coming in and going: that it was, never by what."""

from services.chassis.events import Event


class StaffUserSignedIn(Event):
    """A staff user signed in: a session began."""

    type = "customers.staff_user.signed_in.v1"
    staff_user_id: str
    session_id: str
    with_second_factor: bool


class StaffUserLocked(Event):
    """Too many attempts to sign in failed: for some minutes none is taken."""

    type = "customers.staff_user.locked.v1"
    staff_user_id: str
    minutes: int


class SignInLinkAsked(Event):
    """Somebody is to be sent a link by which to choose a password: invited, or on their wish."""

    # each link is of its own: one that cannot be sent holds up no other
    type = "customers.sign_in_link.asked.v1"
    sign_in_link_id: str
    staff_user_id: str
    purpose: str


class StaffUserPasswordChanged(Event):
    """A staff user has another password; sessions that were begun with the old one are over."""

    type = "customers.staff_user.password_changed.v1"
    staff_user_id: str


class StaffUserSecondFactorChanged(Event):
    """A staff user signs in with a second factor from now on, or without it again."""

    type = "customers.staff_user.second_factor_changed.v1"
    staff_user_id: str
    is_on: bool


class StaffUserActedAs(Event):
    """Somebody else, `byId`, acts as a staff user for some minutes."""

    type = "customers.staff_user.acted_as.v1"
    staff_user_id: str
    session_id: str
    by_id: str


class StaffUserSessionEnded(Event):
    """A session ended before its time; `because` says why: REUSED is a stolen token."""

    type = "customers.staff_user.session_ended.v1"
    staff_user_id: str
    session_id: str
    because: str
