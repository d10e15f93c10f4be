"""The toy's subgraph, assembled from its slices."""

from strawberry.tools import merge_types

from services.chassis.graph import Jobs, Spine, Subgraph
from tests.toy import commands
from tests.toy import graph as ships
from tests.toy.buoys import graph as buoys

SLICES = (ships, buoys)

schema = Subgraph(
    merge_types("Query", tuple(it.Query for it in SLICES)),
    merge_types("Mutation", tuple(it.Mutation for it in SLICES)),
    [ships.Ship, ships.Voyage, ships.Pilot, buoys.Buoy],
    jobs=Jobs("toy", run=commands.RUN_JOBS, export=commands.EXPORT_SHIPS),
    spine=Spine(
        "toy", read=commands.READ_EVENTS, mend=commands.MEND_EVENTS, audit=commands.READ_AUDIT
    ),
)
