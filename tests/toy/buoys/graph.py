"""Buoys in the graph."""

from datetime import date
from decimal import Decimal

import strawberry

from services.chassis.graph import (
    Connection,
    Record,
    archive,
    connection,
    create,
    field,
    many,
    one,
    purge,
    record,
    reference,
    relate,
    restore,
    update,
    update_where,
    upsert,
)
from tests.toy.buoys import commands, model, queries
from tests.toy.commands import IMPORT_HISTORY
from tests.toy.graph import Ship


@record(queries.buoys, "A mark on the water.")
class Buoy(Record):
    name: str = field("What is painted on it.", write=True)
    keeper: str | None = field("Who looks after it.", write=True)
    depth: Decimal = field("How deep the water is there, in metres.", write=True)
    laid_on: date | None = field("When it was laid.", write=True)
    ship: Ship | None = reference(model.Buoy.ship_id, "The ship that laid it.", write=True)


relate(Ship, buoys=many(Buoy, model.Buoy.ship_id, "What it has laid."))


@strawberry.type
class Query:
    buoy: Buoy | None = one(Buoy, "One buoy.")
    buoys: Connection[Buoy] | None = connection(Buoy, "The buoys.")


@strawberry.type
class Mutation:
    create_buoy = create(Buoy, commands.create, "Lay a buoy.")
    update_buoy = update(Buoy, commands.update, "Change a buoy.")
    archive_buoy = archive(Buoy, commands.archive)
    restore_buoy = restore(Buoy, commands.restore)
    purge_buoy = purge(Buoy, commands.purge)
    update_buoys = update_where(Buoy, commands.update, "Change many buoys.")
    upsert_buoys = upsert(Buoy, commands.create, commands.update, history=IMPORT_HISTORY)
