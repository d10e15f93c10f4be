"""What sales does when staff users, roles, units and field policies come or change."""

from pydantic import Field

from services.chassis.declaring import Subscriptions
from services.chassis.events import Event
from services.sales.staff.model import FieldPolicy, OrgUnit, StaffRole, StaffUser

subscriptions = Subscriptions("sales", [StaffUser, StaffRole, OrgUnit, FieldPolicy])


class StaffUserCreated(Event):
    type = "customers.staff_user.created.v1"
    staff_user_id: str
    roles: list[str]
    is_active: bool
    unit_id: str | None = None
    team_ids: list[str] = Field(default_factory=list)


class StaffUserUpdated(StaffUserCreated):
    type = "customers.staff_user.updated.v1"


class StaffUserDeactivated(StaffUserCreated):
    type = "customers.staff_user.deactivated.v1"


class StaffUserSessionEnded(Event):
    type = "customers.staff_user.session_ended.v1"
    staff_user_id: str
    session_id: str


class StaffRoleCreated(Event):
    type = "customers.staff_role.created.v1"
    staff_role_id: str
    standard: str | None
    grants: dict[str, str] | None


class StaffRoleUpdated(StaffRoleCreated):
    type = "customers.staff_role.updated.v1"


class StaffRoleRestored(StaffRoleCreated):
    type = "customers.staff_role.restored.v1"


class StaffRoleArchived(Event):
    type = "customers.staff_role.archived.v1"
    staff_role_id: str


class OrgUnitCreated(Event):
    type = "customers.org_unit.created.v1"
    org_unit_id: str
    parent_id: str | None


class OrgUnitMoved(OrgUnitCreated):
    type = "customers.org_unit.moved.v1"


class OrgUnitRestored(OrgUnitCreated):
    type = "customers.org_unit.restored.v1"


class OrgUnitArchived(Event):
    type = "customers.org_unit.archived.v1"
    org_unit_id: str


class FieldPolicyCreated(Event):
    type = "customers.field_policy.created.v1"
    field_policy_id: str
    record_type: str
    field: str | None
    readable_by: list[str] | None
    audits_reads: bool


class FieldPolicyUpdated(FieldPolicyCreated):
    type = "customers.field_policy.updated.v1"


class FieldPolicyRestored(FieldPolicyCreated):
    type = "customers.field_policy.restored.v1"


class FieldPolicyArchived(Event):
    type = "customers.field_policy.archived.v1"
    field_policy_id: str


subscriptions.keep(StaffUser, StaffUserCreated, StaffUserUpdated, StaffUserDeactivated)
subscriptions.end_session(StaffUser, StaffUserSessionEnded)
subscriptions.keep(StaffRole, StaffRoleCreated, StaffRoleUpdated, StaffRoleRestored)
subscriptions.drop(StaffRole, StaffRoleArchived)
subscriptions.keep(OrgUnit, OrgUnitCreated, OrgUnitMoved, OrgUnitRestored)
subscriptions.drop(OrgUnit, OrgUnitArchived)
subscriptions.keep(FieldPolicy, FieldPolicyCreated, FieldPolicyUpdated, FieldPolicyRestored)
subscriptions.drop(FieldPolicy, FieldPolicyArchived)
