"""The subgraph of sales, assembled from its slices."""

from strawberry.tools import merge_types

from services.chassis.graph import Spine, Subgraph
from services.sales.customers import graph as customers
from services.sales.opportunities import graph as opportunities
from services.sales.orders import graph as orders
from services.sales.permissions import MEND_EVENTS, READ_EVENTS
from services.sales.products import graph as products

SLICES = (products, opportunities, orders)


def schema() -> Subgraph:
    spine = Spine("sales", read=READ_EVENTS, mend=MEND_EVENTS).slice()
    return Subgraph(
        merge_types("Query", tuple(it.Query for it in (*SLICES, spine))),
        merge_types("Mutation", tuple(it.Mutation for it in (*SLICES, spine))),
        [
            *spine.records,
            products.Product,
            opportunities.Opportunity,
            orders.Order,
            orders.OrderLine,
            customers.Customer,
        ],
    )
