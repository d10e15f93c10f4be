"""What can be done with staff."""

from services.chassis.changes import Changes
from services.chassis.permissions import requires
from services.chassis.refusals import LimitExceeded, NotFound
from services.chassis.work import Work
from services.customers.permissions import EDIT_STAFF
from services.customers.roles import queries as roles
from services.customers.staff import rules
from services.customers.staff.events import StaffUserCreated, StaffUserUpdated
from services.customers.staff.model import StaffUser

MOST_ROLES = 50


@requires(EDIT_STAFF, publishes=[StaffUserCreated])
async def create(work: Work, values: Changes) -> StaffUser:
    """Add somebody, who signs in once a password is set."""
    email = rules.checked_email(values[StaffUser.email])
    await _check_roles(work, values)
    user = work.add(StaffUser, values.having(StaffUser.email, email))
    await work.publish(user.fact(StaffUserCreated))
    return user


@requires(EDIT_STAFF, publishes=[StaffUserUpdated])
async def update(work: Work, id: str, changes: Changes, version: int | None) -> StaffUser:
    user = await work.get(StaffUser, id, version=version)
    if StaffUser.email in changes:
        email = rules.checked_email(changes[StaffUser.email])
        changes = changes.having(StaffUser.email, email)
    await _check_roles(work, changes)
    if work.change(user, changes):
        await work.publish(user.fact(StaffUserUpdated))
    return user


async def _check_roles(work: Work, values: Changes) -> None:
    """Refuse roles that are not there; the same one twice is one."""
    wanted = values.get(StaffUser.role_ids, [])
    if len(wanted) > MOST_ROLES:
        raise LimitExceeded(f"at most {MOST_ROLES} roles", path=("roleIds",))
    missing = set(wanted) - await roles.live(work.session, wanted) if wanted else ()
    if missing:
        place = min(wanted.index(it) for it in missing)
        raise NotFound("there is no such role", path=("roleIds", place))
