"""What is told of contacts: that they are there, and at whom; nothing of the person."""

from services.chassis.events import Event


class ContactFacts(Event):
    contact_id: str
    customer_id: str


class ContactCreated(ContactFacts):
    type = "customers.contact.created.v1"


class ContactUpdated(ContactFacts):
    type = "customers.contact.updated.v1"


class ContactArchived(ContactFacts):
    type = "customers.contact.archived.v1"


class ContactRestored(ContactFacts):
    type = "customers.contact.restored.v1"


class ContactPurged(ContactFacts):
    type = "customers.contact.purged.v1"
