"""What can be done with an interaction."""

from services.chassis.changes import Changes
from services.chassis.permissions import requires
from services.chassis.refusals import Invalid, OutOfRange, named_by
from services.chassis.work import Work
from services.customers.contacts.model import Contact
from services.customers.customers.model import Customer
from services.customers.interactions.events import InteractionLogged
from services.customers.interactions.model import Interaction
from services.customers.permissions import LOG_INTERACTIONS


@requires(LOG_INTERACTIONS, publishes=[InteractionLogged])
async def log(work: Work, values: Changes) -> Interaction:
    """Note what passed; it is what was, so nobody changes it afterwards."""
    with named_by("customerId"):
        customer = await work.get(Customer, values[Interaction.customer_id])
    if values[Interaction.happened_at] > work.now:
        raise OutOfRange("what passed lies in the past", path=("happenedAt",))
    if contact_id := values.get(Interaction.contact_id, None):
        with named_by("contactId"):
            contact = await work.get(Contact, contact_id)
        if contact.customer_id != customer.id:
            raise Invalid("this contact is at another customer", path=("contactId",))
    interaction = work.add(Interaction, values)
    await work.publish(interaction.told(InteractionLogged))
    return interaction
