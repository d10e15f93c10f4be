"""What can be done with a customer."""

from typing import Annotated

from services.chassis.archiving import archiving, purging, restoring
from services.chassis.changes import Changes
from services.chassis.editing import reachable
from services.chassis.permissions import requires
from services.chassis.work import Work
from services.customers.customers.events import (
    CustomerArchived,
    CustomerCreated,
    CustomerPurged,
    CustomerRestored,
    CustomerUpdated,
    PartyRoleAssigned,
)
from services.customers.customers.model import (
    Customer,
    CustomerStatus,
    PartyRole,
    PartyRoleKind,
)
from services.customers.permissions import EDIT_CUSTOMERS, HOLD_CUSTOMERS, PURGE_CUSTOMERS


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


archive = archiving(Customer, EDIT_CUSTOMERS, CustomerArchived)
restore = restoring(Customer, EDIT_CUSTOMERS, CustomerRestored)
purge = purging(Customer, PURGE_CUSTOMERS, CustomerPurged, parts=[PartyRole.customer_id])


async def _become(work: Work, id: str, status: CustomerStatus) -> Customer:
    customer = await work.lock(Customer, id)
    customer.become(status)
    await work.publish(customer.told(CustomerUpdated))
    return customer
