"""The graph kit: how a slice's `graph.py` declares record types, and what follows from it."""

from services.chassis.graph.bulk import upsert
from services.chassis.graph.declare import connection, one, own, record, relate, sole, stub
from services.chassis.graph.explaining import explaining
from services.chassis.graph.filtered import update_where, verb_where
from services.chassis.graph.grouping.declare import groups
from services.chassis.graph.jobs import Jobs
from services.chassis.graph.lives import archive, purge, restore
from services.chassis.graph.making import described
from services.chassis.graph.mutate import create, update, verb
from services.chassis.graph.request import Request
from services.chassis.graph.schema import Subgraph
from services.chassis.graph.shapes import computed, deprecated, field, many, reference
from services.chassis.graph.sharing import mine, share
from services.chassis.graph.spine import Spine
from services.chassis.graph.types import Connection, Money, Record, StaffUser
from services.chassis.graph.viewing import oneself, viewer

__all__ = [
    "Connection",
    "Jobs",
    "Money",
    "Record",
    "Request",
    "Spine",
    "StaffUser",
    "Subgraph",
    "archive",
    "computed",
    "connection",
    "create",
    "deprecated",
    "described",
    "explaining",
    "field",
    "groups",
    "many",
    "mine",
    "one",
    "oneself",
    "own",
    "purge",
    "record",
    "reference",
    "relate",
    "restore",
    "share",
    "sole",
    "stub",
    "update",
    "update_where",
    "upsert",
    "verb",
    "verb_where",
    "viewer",
]
