"""What is deprecated says so wherever a client meets it, in the words that the checks read."""

from datetime import date
from typing import Any

import strawberry

from services.chassis.graph import (
    Connection,
    Record,
    Subgraph,
    computed,
    connection,
    create,
    deprecated,
    field,
    many,
    record,
    relate,
)
from tests.contracts import released
from tests.toy import commands, model, queries, rules

DAY = date(2030, 1, 31)
REASON = "Use `name`. Removed after 2030-01-31."


def old(declared):
    return deprecated(declared, use="`name`", after=DAY)


def test_a_deprecated_field_is_so_in_answers_inputs_and_filters():
    @record(queries.voyages, "A voyage.")
    class Leg(Record):
        port: str = field("Where it went.", write=True)

    @record(queries.ships, "A ship.")
    class Vessel(Record):
        name: str = old(field("What it is called.", write=True))
        captain: str | None = old(field("Who commands it.", write=True))
        label: str = old(computed(rules.label, "Its name and year."))

    relate(Vessel, legs=old(many(Leg, model.Voyage.ship_id, "Where it went.")))

    @strawberry.type
    class Query:
        vessels: Connection[Vessel] | None = old(connection(Vessel, "The ships."))

    @strawberry.type
    class Mutation:
        create_vessel = old(create(Vessel, commands.create, "Register a ship."))

    types: Any = Subgraph(Query, Mutation, [Vessel, Leg])._schema.type_map
    said = {
        f"{name}.{it}": part.deprecation_reason
        for name, type in types.items()
        if not name.startswith("__")
        for it, part in getattr(type, "fields", {}).items()
        if part.deprecation_reason
    }
    assert set(said.values()) == {REASON}
    assert released.until(REASON) == DAY
    assert sorted(said) == [
        *("CreateVesselInput.captain", "Mutation.createVessel", "Query.vessels"),
        *("Vessel.captain", "Vessel.label", "Vessel.legs", "Vessel.name"),
        *("VesselWhere.captain", "VesselWhere.legs", "VesselWhere.name"),
    ]
    assert types["CreateVesselInput"].fields["name"].deprecation_reason is None  # it is required
