"""Contacts in the graph."""

import strawberry

from services.chassis.graph import (
    Connection,
    Record,
    archive,
    connection,
    create,
    field,
    groups,
    many,
    one,
    purge,
    record,
    reference,
    relate,
    restore,
    update,
    upsert,
)
from services.customers.contacts import commands, model, queries
from services.customers.customers.graph import Customer
from services.customers.permissions import IMPORT_HISTORY


@record(queries.contacts, "A person at a customer.")
class Contact(Record):
    customer: Customer | None = reference(
        model.Contact.customer_id, "Where the person is.", write=True
    )
    name: str = field("The person's name.", write=True)
    title: str | None = field("What the person does there.", write=True)
    email: str | None = field("The person's e-mail address.", write=True)
    phone: str | None = field("The person's telephone number.", write=True)
    is_primary: bool = field("Whether to turn to this person first.", write=True)


relate(Customer, contacts=many(Contact, model.Contact.customer_id, "The people there."))


@strawberry.type
class Query:
    contact: Contact | None = one(Contact, "One contact.")
    contacts: Connection[Contact] | None = connection(Contact, "The contacts that you may see.")
    contact_groups = groups(Contact, "The contacts, in groups.")


@strawberry.type
class Mutation:
    create_contact = create(Contact, commands.create, "Add a person at a customer.")
    update_contact = update(Contact, commands.update, "Change a contact.")
    archive_contact = archive(Contact, commands.archive)
    restore_contact = restore(Contact, commands.restore)
    purge_contact = purge(Contact, commands.purge)
    upsert_contacts = upsert(
        Contact,
        commands.create,
        commands.update,
        history=IMPORT_HISTORY,
    )
