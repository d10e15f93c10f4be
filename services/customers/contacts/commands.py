"""What can be done with a contact."""

from services.chassis.archiving import archiving, restoring
from services.chassis.changes import Changes
from services.chassis.editing import reachable
from services.chassis.permissions import requires
from services.chassis.refusals import named_by
from services.chassis.work import Work
from services.customers.contacts.events import (
    ContactArchived,
    ContactCreated,
    ContactRestored,
    ContactUpdated,
)
from services.customers.contacts.model import Contact
from services.customers.customers.model import Customer
from services.customers.permissions import EDIT_CUSTOMERS


@requires(EDIT_CUSTOMERS, publishes=[ContactCreated])
async def create(work: Work, values: Changes) -> Contact:
    with named_by("customerId"):
        await work.get(Customer, values[Contact.customer_id])
    contact = work.add(Contact, reachable(values, Contact))
    await work.publish(contact.told(ContactCreated))
    return contact


@requires(EDIT_CUSTOMERS, publishes=[ContactUpdated])
async def update(work: Work, id: str, changes: Changes, version: int | None) -> Contact:
    contact = await work.get(Contact, id, version=version)
    if work.change(contact, reachable(changes, Contact)):
        await work.publish(contact.told(ContactUpdated))
    return contact


archive = archiving(Contact, EDIT_CUSTOMERS, ContactArchived)
restore = restoring(Contact, EDIT_CUSTOMERS, ContactRestored)
