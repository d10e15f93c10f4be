"""Customers in the graph of sales: the key, to which other slices relate what they store."""

import strawberry

from services.chassis.graph import stub


@stub("Somebody whom we deal with.")
class Customer:
    id: strawberry.ID = strawberry.field(description="Its id.")
