"""The subgraph of sales, assembled from its slices."""

from strawberry.tools import merge_types

from services.chassis.graph import Jobs, Spine, Subgraph, explaining
from services.sales.customers import graph as customers
from services.sales.leads import graph as leads
from services.sales.leads.events import LeadCreated
from services.sales.opportunities import graph as opportunities
from services.sales.opportunities.events import OpportunityCreated
from services.sales.orders import graph as orders
from services.sales.orders.events import OrderCreated
from services.sales.permissions import (
    EXPLAIN_ACCESS,
    EXPORT_RECORDS,
    MEND_EVENTS,
    READ_AUDIT,
    READ_EVENTS,
    RUN_JOBS,
)
from services.sales.portal import graph as portal
from services.sales.price_lists import graph as price_lists
from services.sales.price_lists.events import PriceListCreated, PriceListEntryCreated
from services.sales.products import graph as products
from services.sales.products.events import ProductCreated

TOLD = (
    *(ProductCreated, PriceListCreated, PriceListEntryCreated),
    *(LeadCreated, OpportunityCreated, OrderCreated),
)
SLICES = (products, price_lists, leads, opportunities, orders)
QUERIES = tuple(it.Query for it in SLICES)


def schema() -> Subgraph:
    return Subgraph(
        merge_types("Query", (*QUERIES, explaining("sales", EXPLAIN_ACCESS))),
        merge_types("Mutation", tuple(it.Mutation for it in SLICES)),
        [
            products.Product,
            price_lists.PriceList,
            price_lists.PriceListEntry,
            leads.Lead,
            opportunities.Opportunity,
            orders.Order,
            orders.OrderLine,
            customers.Customer,
            portal.Viewer,
        ],
        jobs=Jobs("sales", run=RUN_JOBS, export=EXPORT_RECORDS),
        spine=Spine("sales", read=READ_EVENTS, mend=MEND_EVENTS, audit=READ_AUDIT, told=TOLD),
    )
