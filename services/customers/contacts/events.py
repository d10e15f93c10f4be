"""What is told of contacts: that they are there, and at whom; nothing of the person."""

from services.chassis.events import Event, life_of


class ContactFact(Event):
    contact_id: str
    customer_id: str


ContactCreated, ContactUpdated, ContactArchived, ContactRestored, ContactPurged = life_of(
    ContactFact, "customers.contact"
)
