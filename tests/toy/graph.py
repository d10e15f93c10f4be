"""Ships in the graph."""

from datetime import date
from decimal import Decimal

import strawberry

from services.chassis.graph import (
    Connection,
    Jobs,
    Money,
    Record,
    StaffUser,
    Subgraph,
    archive,
    computed,
    connection,
    create,
    described,
    field,
    many,
    one,
    purge,
    record,
    reference,
    relate,
    restore,
    stub,
    update,
    update_where,
    upsert,
    verb,
    verb_where,
)
from tests.toy import commands, model, queries, rules

described(
    model.ShipState, "Whether a ship swims.", AFLOAT="It swims.", SUNK="It lies on the ground."
)


@stub("A person who pilots, whom another service knows.")
class Pilot:
    id: strawberry.ID = strawberry.field(description="Its id.")


@record(queries.ships, "A ship.")
class Ship(Record):
    name: str = field("What it is called.", write=True)
    call_sign: str | None = field("By what it is called on the radio: unique.", write=True)
    captain: str | None = field("Who commands it.", write=True)
    state: model.ShipState = field("Whether it swims.", history=True)
    built_on: date | None = field("When it was built.", write=True)
    value: Money | None = field("What it is worth.", write=True)
    owner: StaffUser | None = reference(model.Ship.owner_id, "Who answers for it.", write=True)
    label: str = computed(rules.label, "Its name and year.")


@record(queries.voyages, "One voyage of a ship.")
class Voyage(Record):
    port: str = field("Where it went.", write=True)
    miles: Decimal = field("How far it was.", write=True)
    ship: Ship | None = reference(model.Voyage.ship_id, "The ship.", write=True)
    pilot: Pilot | None = reference(model.Voyage.pilot_id, "Who piloted.", write=True)


relate(Ship, voyages=many(Voyage, model.Voyage.ship_id, "Where it went."))
relate(Pilot, voyages=many(Voyage, model.Voyage.pilot_id, "What it piloted."))


@strawberry.type
class Query:
    ship: Ship | None = one(Ship, "One ship.")
    ships: Connection[Ship] | None = connection(Ship, "The ships.")
    voyages: Connection[Voyage] | None = connection(Voyage, "The voyages.")


@strawberry.type
class Mutation:
    create_ship = create(Ship, commands.create, "Register a ship.")
    update_ship = update(Ship, commands.update, "Change a ship.")
    sink_ship = verb(Ship, commands.sink, "Sink a ship.")
    archive_ship = archive(Ship, commands.archive)
    restore_ship = restore(Ship, commands.restore)
    purge_ship = purge(Ship, commands.purge)
    update_ships = update_where(Ship, commands.update, "Change many ships.")
    sink_ships = verb_where(Ship, commands.sink, "Sink many ships.", name="sinkShips")
    sail_voyage = create(Voyage, commands.sail, "Sail.")
    upsert_ships = upsert(
        Ship,
        commands.create,
        commands.update,
        history=commands.IMPORT_HISTORY,
        description="Register or change many ships.",
    )


schema = Subgraph(
    Query,
    Mutation,
    [Ship, Voyage, Pilot],
    jobs=Jobs("toy", run=commands.RUN_JOBS, export=commands.EXPORT_SHIPS),
)
