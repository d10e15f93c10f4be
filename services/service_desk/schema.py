"""The desk's subgraph, assembled from its slices."""

from strawberry.tools import merge_types

from services.chassis.graph import Spine, Subgraph
from services.service_desk.cases import graph as cases
from services.service_desk.customers import graph as customers
from services.service_desk.permissions import MEND_EVENTS, READ_EVENTS


def schema() -> Subgraph:
    spine = Spine("service_desk", read=READ_EVENTS, mend=MEND_EVENTS).slice()
    return Subgraph(
        merge_types("Query", (cases.Query, spine.Query)),
        merge_types("Mutation", (cases.Mutation, spine.Mutation)),
        [*spine.records, cases.Case, customers.Customer],
    )
