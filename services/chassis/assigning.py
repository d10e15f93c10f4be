"""Assigning: to whom a record can be given."""

from typing import Any

from services.chassis.refusals import Code, Refusal, named_by
from services.chassis.work import Work


class StaffUserInactive(Refusal):
    code, reason = Code.INVALID, "STAFF_USER_INACTIVE"


async def require_active(work: Work, staff: type[Any], owner_id: str) -> None:
    """Refuse an owner who is not known here, or works here no more.

    `staff` is the service's own table of staff users.
    """
    with named_by("ownerId"):
        owner = await work.get(staff, owner_id)
    if not owner.is_active:
        raise StaffUserInactive("this staff user works here no more", path=("ownerId",))
