"""What can be done with a customer."""

from typing import Annotated

from services.chassis.archiving import archiving, purging, restoring
from services.chassis.assigning import require_active
from services.chassis.changes import Changes
from services.chassis.editing import reachable
from services.chassis.permissions import SharePermission, requires
from services.chassis.sharing import Shareable, sharing
from services.chassis.work import Work
from services.customers.customers.events import (
    CustomerArchived,
    CustomerCreated,
    CustomerOwnerChanged,
    CustomerPurged,
    CustomerRestored,
    CustomerShared,
    CustomerUnshared,
    CustomerUpdated,
    PartyRoleAssigned,
)
from services.customers.customers.model import (
    Customer,
    CustomerStatus,
    PartyRole,
    PartyRoleKind,
)
from services.customers.permissions import (
    ASSIGN_CUSTOMERS,
    EDIT_CUSTOMERS,
    HOLD_CUSTOMERS,
    PURGE_CUSTOMERS,
    READ_CUSTOMERS,
    SHARE_CUSTOMERS,
)
from services.customers.staff.model import StaffUser


@requires(EDIT_CUSTOMERS, publishes=[CustomerCreated])
async def create(work: Work, values: Changes) -> Customer:
    customer = work.add(Customer, reachable(values, Customer))
    await work.publish(customer.told(CustomerCreated))
    return customer


@requires(EDIT_CUSTOMERS, publishes=[CustomerUpdated])
async def update(work: Work, id: str, changes: Changes, version: int | None) -> Customer:
    customer = await work.get(Customer, id, version=version)
    if work.change(customer, reachable(changes, Customer)):
        await work.publish(customer.told(CustomerUpdated))
    return customer


@requires(HOLD_CUSTOMERS, publishes=[CustomerUpdated])
async def hold(work: Work, id: str) -> Customer:
    return await _become(work, id, CustomerStatus.ON_HOLD)


@requires(HOLD_CUSTOMERS, publishes=[CustomerUpdated])
async def release(work: Work, id: str) -> Customer:
    return await _become(work, id, CustomerStatus.ACTIVE)


@requires(EDIT_CUSTOMERS, publishes=[PartyRoleAssigned])
async def assign_role(
    work: Work, id: str, *, role: Annotated[PartyRoleKind, "Which role it plays."]
) -> Customer:
    """Let a party play one more role at once (CUS-02)."""
    customer = await work.get(Customer, id)
    work.add(PartyRole, customer_id=id, role=role)
    await work.publish(PartyRoleAssigned(customer_id=id, role=role.name))
    return customer


@requires(ASSIGN_CUSTOMERS, publishes=[CustomerOwnerChanged], act=None)
async def assign_owner(
    work: Work, id: str, *, owner_id: Annotated[str, "The staff user who shall answer for it."]
) -> Customer:
    """Let a customer have this one owner (CUS-23)."""
    customer = await work.get(Customer, id)
    await require_active(work, StaffUser, owner_id)
    if fact := customer.assign(owner_id):
        await work.publish(fact)
    return customer


shares = sharing(
    Shareable(
        Customer,
        {
            SharePermission.VIEW: READ_CUSTOMERS,
            SharePermission.EDIT: EDIT_CUSTOMERS,
            SharePermission.DELETE: EDIT_CUSTOMERS,
            SharePermission.SHARE: SHARE_CUSTOMERS,
        },
        StaffUser,
        CustomerShared,
        CustomerUnshared,
    )
)
archive = archiving(Customer, EDIT_CUSTOMERS, CustomerArchived)
restore = restoring(Customer, EDIT_CUSTOMERS, CustomerRestored)
purge = purging(Customer, PURGE_CUSTOMERS, CustomerPurged, parts=[PartyRole.customer_id])


async def _become(work: Work, id: str, status: CustomerStatus) -> Customer:
    customer = await work.lock(Customer, id)
    customer.become(status)
    await work.publish(customer.told(CustomerUpdated))
    return customer
