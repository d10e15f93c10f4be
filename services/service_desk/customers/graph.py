"""Customers in the desk's graph: another service's record, to which cases are related."""

import strawberry

from services.chassis.graph import stub


@stub("An organisation or a person that we deal with.")
class Customer:
    id: strawberry.ID = strawberry.field(description="Its id.")
