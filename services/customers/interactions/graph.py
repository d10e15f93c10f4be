"""Interactions in the graph."""

from datetime import datetime

import strawberry

from services.chassis.graph import (
    Connection,
    Record,
    connection,
    create,
    described,
    field,
    groups,
    many,
    one,
    record,
    reference,
    relate,
)
from services.customers.contacts.graph import Contact
from services.customers.customers.graph import Customer
from services.customers.interactions import commands, model, queries
from services.customers.staff.graph import StaffUser

described(
    model.Channel,
    "By which way something passed.",
    CALL="By telephone.",
    EMAIL="By e-mail.",
    MEETING="At a meeting with us.",
    VISIT="At a visit there.",
    LETTER="By letter or fax.",
    MESSAGE="By a short message.",
    WEB="On our site.",
)
described(
    model.InteractionDirection,
    "Who began.",
    INBOUND="The customer did.",
    OUTBOUND="We did.",
)


@record(queries.interactions, "What passed between a customer and us at one time.")
class Interaction(Record):
    customer: Customer | None = reference(
        model.Interaction.customer_id, "With whom.", write=True, portal=True
    )
    contact: Contact | None = reference(
        model.Interaction.contact_id, "With which person there.", write=True, portal=True
    )
    channel: model.Channel = field("By which way.", write=True, portal=True)
    direction: model.InteractionDirection = field("Who began.", write=True, portal=True)
    subject: str = field("What it was about.", write=True, portal=True)
    notes: str | None = field("What was said.", write=True)
    happened_at: datetime = field("When it was.", write=True, portal=True)
    owner: StaffUser | None = reference(
        model.Interaction.owner_id, "Who of us took part.", write=True
    )


relate(
    Customer,
    interactions=many(
        Interaction, model.Interaction.customer_id, "What passed with it.", portal=True
    ),
)


@strawberry.type
class Query:
    interaction: Interaction | None = one(Interaction, "One interaction.")
    interactions: Connection[Interaction] | None = connection(
        Interaction, "The interactions that you may see."
    )
    interaction_groups = groups(Interaction, "The interactions, in groups.")


@strawberry.type
class Mutation:
    log_interaction = create(Interaction, commands.log, "Note what passed with a customer.")
