"""Leads in the graph."""

from datetime import datetime

import strawberry

from services.chassis.graph import (
    Connection,
    Record,
    StaffUser,
    archive,
    connection,
    create,
    described,
    field,
    groups,
    one,
    purge,
    record,
    reference,
    restore,
    update,
    update_where,
    upsert,
    verb,
    verb_where,
)
from services.sales.leads import commands, model, queries, rules
from services.sales.permissions import IMPORT_HISTORY

described(
    rules.LeadStatus,
    "How far a lead has come.",
    NEW="Nobody has spoken with it yet.",
    CONTACTED="We have spoken with it.",
    QUALIFIED="It is worth an opportunity.",
    DISQUALIFIED="It comes to nothing, for a reason.",
)
described(
    rules.LeadSource,
    "Where a lead came from.",
    CAMPAIGN="From a campaign of ours.",
    RESPONSE="It answered something that we sent.",
    CALL="From a call.",
    WEB="From our site.",
    EXHIBITION="From an exhibition.",
    REFERRAL="Somebody named it to us.",
    CASE="From a case of the service desk.",
)
described(
    rules.DisqualificationReason,
    "Why a lead comes to nothing.",
    NO_NEED="It needs nothing that we offer.",
    NO_BUDGET="It has no money for it.",
    NOT_REACHED="Nobody could be reached.",
    NOT_A_FIT="What we offer does not fit.",
    COMPETITOR="It buys from another.",
    DUPLICATE="We have it already.",
    OTHER="Another reason, which the note tells.",
)


@record(queries.leads, "Somebody who may become a customer.")
class Lead(Record):
    company_name: str | None = field(
        "At which company; a lead names a company, a person, or both.", write=True
    )
    person_name: str | None = field("Which person.", write=True)
    person_title: str | None = field("What the person does there.", write=True)
    email: str | None = field("The e-mail address.", write=True)
    phone: str | None = field("The telephone number.", write=True)
    source: rules.LeadSource = field("Where it came from.", write=True)
    interest: str | None = field("What it may want of us.", write=True)
    status: rules.LeadStatus = field("How far it has come.", history=True)
    owner: StaffUser | None = reference(model.Lead.owner_id, "Who works on it.", history=True)
    contacted_at: datetime | None = field("When it was first spoken with.", history=True)
    qualified_at: datetime | None = field("When it was found worth it.", history=True)
    disqualified_at: datetime | None = field("When it came to nothing.", history=True)
    disqualified_reason: rules.DisqualificationReason | None = field(
        "Why it came to nothing.", history=True
    )
    disqualified_note: str | None = field("What else is to be said of that.", history=True)


@strawberry.type
class Query:
    lead: Lead | None = one(Lead, "One lead.")
    leads: Connection[Lead] | None = connection(Lead, "The leads.")
    lead_groups = groups(Lead, "The leads, in groups.")


@strawberry.type
class Mutation:
    create_lead = create(Lead, commands.create, "Add a lead.")
    update_lead = update(Lead, commands.update, "Change a lead that was not disqualified.")
    contact_lead = verb(Lead, commands.contact, "Say that a new lead was spoken with.")
    qualify_lead = verb(Lead, commands.qualify, "Find a contacted lead worth an opportunity.")
    disqualify_lead = verb(Lead, commands.disqualify, "Say that a lead comes to nothing.")
    assign_lead = verb(Lead, commands.assign, "Say who works on a lead.")
    archive_lead = archive(Lead, commands.archive)
    restore_lead = restore(Lead, commands.restore)
    purge_lead = purge(Lead, commands.purge)
    update_leads = update_where(Lead, commands.update, "Change many leads alike.")
    assign_leads = verb_where(
        Lead, commands.assign, "Say who works on many leads.", name="assignLeads"
    )
    upsert_leads = upsert(Lead, commands.create, commands.update, history=IMPORT_HISTORY)
