"""The desk's subgraph, assembled from its slices."""

from services.chassis.graph import Jobs, Subgraph
from services.service_desk.cases import graph as cases
from services.service_desk.customers import graph as customers
from services.service_desk.permissions import EXPORT_RECORDS, RUN_JOBS


def schema() -> Subgraph:
    records = [cases.Case, customers.Customer]
    jobs = Jobs("service_desk", run=RUN_JOBS, export=EXPORT_RECORDS)
    return Subgraph(cases.Query, cases.Mutation, records, jobs=jobs)
