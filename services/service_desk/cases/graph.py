"""Cases in the graph."""

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
    many,
    one,
    purge,
    record,
    reference,
    relate,
    restore,
    update,
    update_where,
    upsert,
    verb,
    verb_where,
)
from services.service_desk.cases import commands, model, queries
from services.service_desk.customers.graph import Customer
from services.service_desk.permissions import IMPORT_HISTORY

described(
    model.CaseStatus,
    "Where a case stands.",
    NEW="Nobody has taken it up yet.",
    OPEN="Somebody works on it.",
    WAITING="It waits for the customer, or for somebody else.",
    RESOLVED="What was asked for is done; the customer may still disagree.",
    CLOSED="It is over.",
)
described(
    model.CasePriority,
    "How soon a case should be taken up.",
    LOW="When there is time.",
    NORMAL="In its turn.",
    HIGH="Before others.",
    URGENT="At once.",
)
described(
    model.CaseChannel,
    "How the customer came to us with a case.",
    WEB="On a web page or in an app.",
    EMAIL="By e-mail.",
    PHONE="By telephone.",
    VISIT="In person.",
)


@record(queries.cases, "What a customer asks of us, from the first word to the last.")
class Case(Record):
    number: str = field("Its number for people, such as C-2026-00017.", portal=True)
    customer: Customer | None = reference(
        model.Case.customer_id, "The customer who asks.", write=True, portal=True
    )
    subject: str = field("What it is about, in a line.", write=True, portal=True)
    description: str | None = field("What the customer says, at length.", write=True, portal=True)
    priority: model.CasePriority = field("How soon it should be taken up.", write=True)
    channel: model.CaseChannel = field("How the customer came to us.", write=True, portal=True)
    status: model.CaseStatus = field("Where it stands.", history=True, portal=True)
    owner: StaffUser | None = reference(
        model.Case.owner_id, "The staff user who answers for it.", history=True
    )
    opened_at: datetime = field("When the customer came to us.", history=True, portal=True)
    resolved_at: datetime | None = field("When it was resolved.", history=True, portal=True)
    closed_at: datetime | None = field("When it was closed.", history=True, portal=True)
    resolution: str | None = field("What helped.", history=True)
    reopening_reason: str | None = field("Why it was reopened, the last time.")


relate(
    Customer,
    cases=many(Case, model.Case.customer_id, "What this customer asked of us.", portal=True),
)


@strawberry.type
class Query:
    case: Case | None = one(Case, "One case.")
    cases: Connection[Case] | None = connection(Case, "The cases that one may see.")
    case_groups = groups(Case, "The cases, in groups.")


@strawberry.type
class Mutation:
    open_case = create(Case, commands.open, "Open a case for a customer.")
    submit_case = create(
        Case,
        commands.submit,
        "Ask something of us, as a guest of the portal: opens a case for your own customer.",
        of=("subject", "description"),
    )
    update_case = update(Case, commands.update, "Correct what a case says.")
    assign_case = verb(Case, commands.assign, "Say who answers for a case.")
    start_case = verb(Case, commands.start, "Take up a case, be it new or waiting.")
    wait_on_case = verb(Case, commands.wait_on, "Lay a case aside until somebody else has acted.")
    resolve_case = verb(Case, commands.resolve, "Say that what was asked for is done.")
    reopen_case = verb(Case, commands.reopen, "Take up a case that had ended.")
    close_case = verb(Case, commands.close, "End a resolved case for good.")
    archive_case = archive(Case, commands.archive)
    restore_case = restore(Case, commands.restore)
    purge_case = purge(Case, commands.purge)
    update_cases = update_where(Case, commands.update, "Correct what many cases say.")
    assign_cases = verb_where(
        Case, commands.assign, "Say who answers for many cases.", name="assignCases"
    )
    upsert_cases = upsert(
        Case,
        commands.open,
        commands.update,
        history=IMPORT_HISTORY,
        description="Bring in up to 500 cases that another system knows, or change them.",
    )
