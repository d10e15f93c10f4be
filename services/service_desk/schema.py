"""The desk's subgraph, assembled from its slices."""

from strawberry.tools import merge_types

from services.chassis.graph import Jobs, Spine, Subgraph, explaining
from services.service_desk.cases import graph as cases
from services.service_desk.cases.events import CaseOpened
from services.service_desk.customers import graph as customers
from services.service_desk.permissions import (
    EXPLAIN_ACCESS,
    EXPORT_RECORDS,
    MEND_EVENTS,
    READ_AUDIT,
    READ_EVENTS,
    RUN_JOBS,
)
from services.service_desk.portal import graph as portal


def schema() -> Subgraph:
    return Subgraph(
        merge_types("Query", (cases.Query, explaining("service_desk", EXPLAIN_ACCESS))),
        cases.Mutation,
        [cases.Case, customers.Customer, portal.Viewer],
        jobs=Jobs("service_desk", run=RUN_JOBS, export=EXPORT_RECORDS),
        spine=Spine(
            "service_desk",
            read=READ_EVENTS,
            mend=MEND_EVENTS,
            audit=READ_AUDIT,
            told=(CaseOpened,),
        ),
    )
