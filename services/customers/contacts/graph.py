"""Contacts in the graph."""

import strawberry

from services.chassis.graph import (
    Connection,
    Record,
    connection,
    create,
    field,
    groups,
    many,
    one,
    record,
    reference,
    relate,
    restore,
)
from services.customers.contacts import commands, model, queries
from services.customers.customers.graph import Customer


@record(queries.contacts, "A person at a customer.")
class Contact(Record):
    customer: Customer | None = reference(
        model.Contact.customer_id, "Where the person is.", write=True, portal=True
    )
    name: str = field("The person's name.", write=True, portal=True)
    title: str | None = field("What the person does there.", write=True, portal=True)
    email: str | None = field("The person's e-mail address.", write=True, portal=True)
    phone: str | None = field("The person's telephone number.", write=True, portal=True)
    is_primary: bool = field("Whether to turn to this person first.", write=True)


relate(
    Customer,
    contacts=many(Contact, model.Contact.customer_id, "The people there.", portal=True),
)


@strawberry.type
class Query:
    contact: Contact | None = one(Contact, "One contact.")
    contacts: Connection[Contact] | None = connection(Contact, "The contacts that you may see.")
    contact_groups = groups(Contact, "The contacts, in groups.")


@strawberry.type
class Mutation:
    create_contact = create(Contact, commands.create, "Add a person at a customer.")
    restore_contact = restore(Contact, commands.restore)
