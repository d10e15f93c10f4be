"""What is told of contacts: that they are there, and at whom; nothing of the person."""

from typing import Self

from services.chassis.events import Event
from services.customers.contacts.model import Contact


class _Whose(Event):
    contact_id: str
    customer_id: str

    @classmethod
    def of(cls, contact: Contact) -> Self:
        return cls(contact_id=contact.id, customer_id=contact.customer_id)


class ContactCreated(_Whose):
    type = "customers.contact.created.v1"


class ContactUpdated(_Whose):
    type = "customers.contact.updated.v1"
