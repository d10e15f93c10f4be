"""The desk's subgraph, assembled from its slices."""

import strawberry

from services.chassis.graph import Subgraph
from services.service_desk.cases.graph import Case, CaseMutation, CaseQuery
from services.service_desk.customers.graph import Customer


@strawberry.type
class Query(CaseQuery):
    pass


@strawberry.type
class Mutation(CaseMutation):
    pass


schema = Subgraph(Query, Mutation, [Case, Customer])
