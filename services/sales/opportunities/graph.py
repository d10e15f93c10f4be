"""Opportunities in the graph."""

from datetime import date, datetime

import strawberry

from services.chassis.graph import (
    Connection,
    Money,
    Record,
    StaffUser,
    archive,
    computed,
    connection,
    create,
    described,
    field,
    groups,
    many,
    one,
    purge,
    record,
    reference,
    relate,
    restore,
    share,
    update,
    update_where,
    verb,
)
from services.sales.customers.graph import Customer
from services.sales.opportunities import commands, model, queries, rules

described(
    rules.OpportunityStage,
    "How far an opportunity has come; it goes from each stage to the next and skips none.",
    SET_UP="It is set up.",
    PROPOSAL_PROVIDED="The customer has our proposal.",
    PROPOSAL_EVALUATED="The customer has evaluated the proposal.",
    NEGOTIATION="Terms are negotiated.",
    CONTRACT_SIGNED="The contract is signed: it is won.",
    IMPLEMENTATION="What was sold is put in place.",
)
described(
    rules.OpportunityStatus,
    "Whether an opportunity is still open.",
    OPEN="It is worked on.",
    WON="The contract was signed.",
    LOST="It was lost, for a reason.",
)

described(
    rules.LossReason,
    "Why an opportunity was lost.",
    PRICE="It was too dear.",
    COMPETITOR="Another offered what was wanted more.",
    BUDGET="The customer had no money for it.",
    TIMING="It was too early or too late.",
    FIT="What we offer does not fit.",
    NO_DECISION="The customer did not decide.",
    OTHER="Another reason, which the note tells.",
)


@record(queries.opportunities, "A possible sale to one customer.")
class Opportunity(Record):
    name: str = field("What those who work on it call it; names no person.", write=True)
    customer: Customer | None = reference(
        model.Opportunity.customer_id, "Whom it is with.", write=True
    )
    stage: rules.OpportunityStage = field("How far it has come.")
    status: rules.OpportunityStatus = field("Whether it is open, won or lost.")
    amount: Money | None = field("What it may bring.", write=True)
    probability: int = field("How likely it is, 0 to 100 per cent.", write=True)
    weighted_amount: Money | None = computed(
        rules.weighted_amount, "Its amount times its probability."
    )
    close_on: date | None = field("When it should be closed.", write=True)
    lost_reason: rules.LossReason | None = field("Why it was lost.")
    lost_note: str | None = field("What else is to be said of its loss.")
    closed_at: datetime | None = field("When it was won or lost.")
    owner: StaffUser | None = reference(model.Opportunity.owner_id, "Who works on it.", write=True)


relate(
    Customer,
    opportunities=many(
        Opportunity, model.Opportunity.customer_id, "What may be sold to this customer."
    ),
)


@strawberry.type
class Query:
    opportunity: Opportunity | None = one(Opportunity, "One opportunity.")
    opportunities: Connection[Opportunity] | None = connection(Opportunity, "The opportunities.")
    opportunity_groups = groups(Opportunity, "The opportunities, in groups.")


@strawberry.type
class Mutation:
    create_opportunity = create(Opportunity, commands.create, "Set up an opportunity.")
    update_opportunity = update(Opportunity, commands.update, "Change an open opportunity.")
    advance_opportunity = verb(
        Opportunity,
        commands.advance,
        "Bring an opportunity to the next stage; reaching CONTRACT_SIGNED wins it.",
    )
    win_opportunity = verb(Opportunity, commands.win, "Win a negotiated opportunity.")
    update_opportunities = update_where(
        Opportunity,
        commands.update,
        "Change many open opportunities alike.",
        plural="Opportunities",
    )
    archive_opportunity = archive(Opportunity, commands.archive)
    restore_opportunity = restore(Opportunity, commands.restore)
    purge_opportunity = purge(Opportunity, commands.purge)
    lose_opportunity = verb(Opportunity, commands.lose, "Lose an open opportunity.")


share(Opportunity, commands.shares, Query, Mutation, plural="opportunities")
