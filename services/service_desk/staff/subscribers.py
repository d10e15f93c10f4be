"""What the desk does when staff users, roles, units and field policies come or change."""

from pydantic import Field

from services.chassis.declaring import Subscriptions
from services.chassis.events import Event
from services.chassis.work import Work
from services.service_desk.staff.model import FieldPolicy, OrgUnit, StaffRole, StaffUser

subscriptions = Subscriptions("service_desk", [StaffUser, StaffRole, OrgUnit, FieldPolicy])


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


@subscriptions.on(StaffUserCreated, StaffUserUpdated, StaffUserDeactivated)
async def when_a_staff_user_comes_or_changes(work: Work, event: StaffUserCreated) -> None:
    given = event.model_dump(include={"roles", "is_active", "unit_id", "team_ids"})
    await work.keep(StaffUser, event.staff_user_id, **given)


@subscriptions.on(StaffRoleCreated, StaffRoleUpdated, StaffRoleRestored)
async def when_a_role_comes_or_changes(work: Work, event: StaffRoleCreated) -> None:
    given = event.model_dump(include={"standard", "grants"})
    await work.keep(StaffRole, event.staff_role_id, **given)


@subscriptions.on(StaffRoleArchived)
async def when_a_role_is_archived(work: Work, event: StaffRoleArchived) -> None:
    await work.drop(StaffRole, event.staff_role_id)


@subscriptions.on(OrgUnitCreated, OrgUnitMoved, OrgUnitRestored)
async def when_a_unit_comes_or_moves(work: Work, event: OrgUnitCreated) -> None:
    await work.keep(OrgUnit, event.org_unit_id, parent_id=event.parent_id)


@subscriptions.on(OrgUnitArchived)
async def when_a_unit_is_archived(work: Work, event: OrgUnitArchived) -> None:
    await work.drop(OrgUnit, event.org_unit_id)


@subscriptions.on(StaffUserSessionEnded)
async def when_a_session_ends(work: Work, event: StaffUserSessionEnded) -> None:
    for user in (await work.all(StaffUser, [event.staff_user_id])).values():
        user.end_session(event.session_id, at=work.told_at)
        user.sequence = work.heard.sequence


@subscriptions.on(FieldPolicyCreated, FieldPolicyUpdated, FieldPolicyRestored)
async def when_a_field_policy_comes_or_changes(work: Work, event: FieldPolicyCreated) -> None:
    given = event.model_dump(exclude={"field_policy_id"})
    await work.keep(FieldPolicy, event.field_policy_id, **given)


@subscriptions.on(FieldPolicyArchived)
async def when_a_field_policy_is_archived(work: Work, event: FieldPolicyArchived) -> None:
    await work.drop(FieldPolicy, event.field_policy_id)
