"""What is told of roles: what they grant, for all services to keep to."""

from services.chassis.events import Event, life_of


class StaffRoleFact(Event):
    staff_role_id: str
    name: str
    standard: str | None
    grants: dict[str, str] | None


StaffRoleCreated, StaffRoleUpdated, StaffRoleArchived, StaffRoleRestored, StaffRolePurged = (
    life_of(StaffRoleFact, "customers.staff_role")
)
