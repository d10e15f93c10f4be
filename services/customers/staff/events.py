"""What is told of staff: roles, unit, teams and whether they work here, never names."""

from services.chassis.events import Event


class StaffUserFact(Event):
    staff_user_id: str
    roles: list[str]
    is_active: bool
    unit_id: str | None
    team_ids: list[str]


class StaffUserCreated(StaffUserFact):
    """Somebody began to work here, in these roles."""

    type = "customers.staff_user.created.v1"


class StaffUserUpdated(StaffUserFact):
    """A staff user's roles changed, or whether they work here."""

    type = "customers.staff_user.updated.v1"


class StaffUserDeactivated(StaffUserFact):
    """A staff user works here no more: they come in nowhere, and their sessions are over."""

    type = "customers.staff_user.deactivated.v1"
