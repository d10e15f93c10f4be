"""What can be done with roles."""

from typing import Annotated

from services.chassis.archiving import archiving, purging, restoring
from services.chassis.editing import creating, updating
from services.chassis.permissions import Scope, requires
from services.chassis.work import Work
from services.customers.permissions import EDIT_ROLES
from services.customers.roles import rules
from services.customers.roles.events import (
    StaffRoleArchived,
    StaffRoleCreated,
    StaffRolePurged,
    StaffRoleRestored,
    StaffRoleUpdated,
)
from services.customers.roles.model import StaffRole

create = creating(StaffRole, EDIT_ROLES, StaffRoleCreated)
update = updating(StaffRole, EDIT_ROLES, StaffRoleUpdated)
archive = archiving(StaffRole, EDIT_ROLES, StaffRoleArchived, check=StaffRole.refuse_if_standard)
restore = restoring(StaffRole, EDIT_ROLES, StaffRoleRestored)
purge = purging(StaffRole, EDIT_ROLES, StaffRolePurged)


@requires(EDIT_ROLES, publishes=[StaffRoleUpdated])
async def grant(
    work: Work,
    id: str,
    *,
    own: Annotated[
        list[str] | None, "Permissions for what whoever has the role answers for."
    ] = None,
    team: Annotated[
        list[str] | None, "Permissions for that, and for what their teams answer for."
    ] = None,
    unit: Annotated[
        list[str] | None, "Permissions for that, and for what their unit answers for."
    ] = None,
    all: Annotated[list[str] | None, "Permissions for all that there is."] = None,
) -> StaffRole:
    """Have a role grant these permissions, each as far as it is named, and nothing else."""
    role = await work.get(StaffRole, id)
    named = {Scope.OWN: own, Scope.TEAM: team, Scope.UNIT: unit, Scope.ALL: all}
    grants = rules.catalogue().checked({scope: it or [] for scope, it in named.items()})
    if role.grant(grants):
        await work.publish(role.told(StaffRoleUpdated))
    return role


@requires(EDIT_ROLES, publishes=[StaffRoleUpdated])
async def reset(work: Work, id: str) -> StaffRole:
    role = await work.get(StaffRole, id)
    if role.reset():
        await work.publish(role.told(StaffRoleUpdated))
    return role


@requires(EDIT_ROLES, publishes=[StaffRoleCreated])
async def seed(work: Work) -> None:
    """Let a new company have the standard roles, which grant what the services say of them."""
    for standard in rules.catalogue().standard:
        name = standard.replace("_", " ").capitalize()
        role = work.add(StaffRole, name=name, standard=standard)
        await work.publish(role.told(StaffRoleCreated))
