"""The subgraph of customers, assembled from its slices."""

from strawberry.tools import merge_types

from services.chassis.graph import Spine, Subgraph
from services.customers.company import graph as company
from services.customers.contacts import graph as contacts
from services.customers.customers import graph as customers
from services.customers.interactions import graph as interactions
from services.customers.permissions import MEND_EVENTS, READ_EVENTS
from services.customers.staff import graph as staff
from services.customers.timeline import graph as timeline

SLICES = (company, staff, customers, contacts, interactions)


def schema() -> Subgraph:
    spine = Spine("customers", read=READ_EVENTS, mend=MEND_EVENTS).slice()
    return Subgraph(
        merge_types("Query", tuple(it.Query for it in (*SLICES, spine))),
        merge_types("Mutation", tuple(it.Mutation for it in (*SLICES, spine))),
        [
            *spine.records,
            company.Company,
            staff.StaffUser,
            customers.Customer,
            customers.PartyRole,
            contacts.Contact,
            interactions.Interaction,
            timeline.TimelineEntry,
        ],
    )
