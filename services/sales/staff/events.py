"""What sales reads of staff."""

from services.chassis.events import Event


class _Access(Event):
    staff_user_id: str
    roles: list[str]
    is_active: bool


class StaffUserCreated(_Access):
    type = "customers.staff_user.created.v1"


class StaffUserUpdated(_Access):
    type = "customers.staff_user.updated.v1"
