"""The desk's subgraph, assembled from its slices."""

from services.chassis.graph import Subgraph
from services.service_desk.cases import graph as cases
from services.service_desk.customers import graph as customers


def schema() -> Subgraph:
    return Subgraph(cases.Query, cases.Mutation, [cases.Case, customers.Customer])
