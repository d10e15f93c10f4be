"""Customers in the graph."""

import strawberry

from services.chassis.graph import (
    Connection,
    Money,
    Record,
    connection,
    create,
    described,
    field,
    groups,
    many,
    mine,
    one,
    purge,
    record,
    reference,
    relate,
    restore,
    share,
    update,
    update_where,
    upsert,
    verb,
)
from services.customers.customers import commands, model, queries
from services.customers.permissions import IMPORT_HISTORY
from services.customers.staff.graph import StaffUser

described(
    model.CustomerKind,
    "Whether a customer is an organisation or a person.",
    ORGANISATION="A company, an authority, an association.",
    PERSON="A natural person.",
)
described(
    model.CustomerStatus,
    "How a customer stands with us.",
    ACTIVE="We deal with it.",
    ON_HOLD="It cannot order until it is released: a credit hold.",
    INACTIVE="We no longer deal with it.",
)
described(
    model.PartyRoleKind,
    "A role that a party plays for us; it may play several at once.",
    CUSTOMER="It buys from us.",
    USER_UNIT="It uses what another buys.",
    PAYER="It pays for what another buys.",
    SUPPLIER="We buy from it.",
    INTEGRATOR="It builds what we sell into systems.",
    PARTNER="It works with us.",
    DISTRIBUTOR="It sells what we make.",
    DEPARTMENT="It is a department or branch of our own.",
)


@record(queries.customers, "An organisation or a person that we deal with.")
class Customer(Record):
    kind: model.CustomerKind = field(
        "Whether it is an organisation or a person.", write=True, portal=True
    )
    name: str = field("What it is called.", write=True, portal=True)
    status: model.CustomerStatus = field("How it stands with us.", history=True)
    tier: str | None = field("In which class of customers we count it.", write=True)
    industry: str | None = field("In which industry it works.", write=True)
    employees: int | None = field("How many people work there.", write=True)
    revenue: Money | None = field("What it turns over in a year.", write=True)
    email: str | None = field("Its general e-mail address.", write=True, portal=True)
    phone: str | None = field("Its general telephone number.", write=True, portal=True)
    website: str | None = field("Its site.", write=True, portal=True)
    street: str | None = field("Its street and house number.", write=True, portal=True)
    city: str | None = field("Its town.", write=True, portal=True)
    region: str | None = field("Its region or state.", write=True, portal=True)
    postal_code: str | None = field("Its postal code.", write=True, portal=True)
    country: str | None = field("Its country.", write=True, portal=True)
    owner: StaffUser | None = reference(model.Customer.owner_id, "Who answers for it.", write=True)


@record(queries.party_roles, "A role that a party plays for us.")
class PartyRole(Record):
    customer: Customer | None = reference(model.PartyRole.customer_id, "Who plays it.")
    role: model.PartyRoleKind = field("Which role it is.")


relate(Customer, party_roles=many(PartyRole, model.PartyRole.customer_id, "Its roles for us."))


@strawberry.type
class Query:
    customer: Customer | None = one(Customer, "One customer.")
    customers: Connection[Customer] | None = connection(
        Customer, "The customers that you may see."
    )
    my_customers: Connection[Customer] | None = connection(
        Customer, "The customers that you answer for.", only=mine
    )
    customer_groups = groups(Customer, "The customers, in groups.")


@strawberry.type
class Mutation:
    create_customer = create(Customer, commands.create, "Add a customer.")
    update_customer = update(Customer, commands.update, "Change a customer.")
    hold_customer = verb(Customer, commands.hold, "Put a customer on hold: it cannot order.")
    release_customer = verb(Customer, commands.release, "Let a customer order again.")
    assign_party_role = verb(
        Customer,
        commands.assign_role,
        "Let a customer play one more role for us.",
        name="AssignPartyRole",
    )
    assign_customer_owner = verb(
        Customer,
        commands.assign_owner,
        "Let a customer have this one owner; who had it before sees it by team, share or role.",
        name="AssignCustomerOwner",
    )
    restore_customer = restore(Customer, commands.restore)
    purge_customer = purge(Customer, commands.purge)
    update_customers = update_where(Customer, commands.update, "Change many customers alike.")
    upsert_customers = upsert(
        Customer,
        commands.create,
        commands.update,
        history=IMPORT_HISTORY,
    )


share(Customer, commands.shares, Query, Mutation, plural="customers")
