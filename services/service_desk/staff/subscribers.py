"""What the desk does when staff users come or change."""

from services.chassis.declaring import Subscriptions
from services.chassis.events import Event
from services.chassis.work import Work
from services.service_desk.staff.model import StaffUser

subscriptions = Subscriptions("service_desk", [StaffUser])


class StaffUserCreated(Event):
    type = "customers.staff_user.created.v1"
    staff_user_id: str
    roles: list[str]
    is_active: bool


class StaffUserUpdated(StaffUserCreated):
    type = "customers.staff_user.updated.v1"


@subscriptions.on(StaffUserCreated, StaffUserUpdated)
async def when_a_staff_user_comes_or_changes(work: Work, event: StaffUserCreated) -> None:
    await work.keep(StaffUser, event.staff_user_id, roles=event.roles, is_active=event.is_active)
