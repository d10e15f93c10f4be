"""The subgraph of sales, assembled from its slices."""

import strawberry

from services.chassis.graph import Subgraph
from services.sales.customers.graph import Customer
from services.sales.opportunities import graph as opportunities
from services.sales.orders import graph as orders
from services.sales.products import graph as products


@strawberry.type
class Query(products.Query, opportunities.Query, orders.Query):
    pass


@strawberry.type
class Mutation(products.Mutation, opportunities.Mutation, orders.Mutation):
    pass


schema = Subgraph(
    Query,
    Mutation,
    [products.Product, opportunities.Opportunity, orders.Order, orders.OrderLine, Customer],
)
