"""What is told of staff: roles and whether they work here, never names."""

from typing import Self

from services.chassis.events import Event
from services.customers.staff.model import StaffUser


class _Access(Event):
    staff_user_id: str
    roles: list[str]
    is_active: bool

    @classmethod
    def of(cls, user: StaffUser) -> Self:
        return cls(staff_user_id=user.id, roles=user.roles, is_active=user.is_active)


class StaffUserCreated(_Access):
    type = "customers.staff_user.created.v1"


class StaffUserUpdated(_Access):
    type = "customers.staff_user.updated.v1"
