"""Record types tell a frontend what it needs to build lists and forms, derived from the shapes."""

from decimal import Decimal
from typing import Any

import pytest

from services.chassis.actor import Actor, ActorKind
from services.chassis.graph.metadata import label
from tests.kit.harbour import Harbour
from tests.toy.commands import EDIT_SHIPS
from tests.toy.queries import READ_SHIPS

ASKED = """
    query($names: [String!]) { toyRecordTypes(names: $names) {
      name label description sorts filters permissions { read create edit archive purge }
      fields { name inputName label description kind isList isRequired isWritable isNullable
        options { value label description } maxLength min max decimals reference { type } }
    } }
"""


async def told(harbour, name, who=None):
    (found,) = (await harbour.ask(ASKED, who, names=[name]))["toyRecordTypes"]
    return found


async def fields(harbour, name):
    return {it["name"]: it for it in (await told(harbour, name))["fields"]}


async def test_each_record_of_the_service_is_told_and_no_stub(harbour):
    found = (await harbour.ask(ASKED))["toyRecordTypes"]
    assert [(it["name"], it["label"], it["description"]) for it in found] == [
        ("Buoy", "Buoy", "A mark on the water."),
        ("Ship", "Ship", "A ship."),
        (
            "ToyDeadLetter",
            "Toy dead letter",
            "An event that could not be taken here; its record's later events wait behind it.",
        ),
        ("ToyFile", "Toy file", "A file that goes in or out."),
        ("ToyJob", "Toy job", "Work on a whole file."),
        ("Voyage", "Voyage", "One voyage of a ship."),
    ]
    assert await harbour.ask(ASKED, names=["Pilot", "Nothing"]) == {"toyRecordTypes": []}
    assert await harbour.ask(ASKED, names=[]) == {"toyRecordTypes": []}


async def test_a_field_tells_how_it_is_shown_and_written(harbour):
    ship = await fields(harbour, "Ship")
    assert ship["name"] == {
        "name": "name",
        "inputName": "name",
        "label": "Name",
        "description": "What it is called.",
        "kind": "TEXT",
        "isList": False,
        "isRequired": True,
        "isWritable": True,
        "isNullable": False,
        "options": [],
        "maxLength": 200,
        "min": None,
        "max": None,
        "decimals": None,
        "reference": None,
    }
    assert {name: it["kind"] for name, it in ship.items()} == {
        "id": "ID",
        "version": "INTEGER",
        "createdAt": "DATE_TIME",
        "updatedAt": "DATE_TIME",
        "archivedAt": "DATE_TIME",
        "name": "TEXT",
        "callSign": "TEXT",
        "captain": "TEXT",
        "state": "CHOICE",
        "builtOn": "DATE",
        "value": "MONEY",
        "owner": "REFERENCE",
        "team": "REFERENCE",
        "label": "TEXT",
        "voyages": "RELATION",
        "buoys": "RELATION",
    }
    assert all(it["description"] and it["label"] for it in ship.values())


async def test_what_is_written_says_under_which_name_and_within_which_bounds(harbour):
    ship, voyage = await fields(harbour, "Ship"), await fields(harbour, "Voyage")
    assert ship["owner"]["inputName"] == "ownerId"
    assert ship["owner"]["reference"] == {"type": "StaffUser"}
    assert (ship["owner"]["isNullable"], voyage["ship"]["isNullable"]) == (True, False)
    assert (voyage["ship"]["isRequired"], voyage["miles"]["isRequired"]) == (True, False)
    assert voyage["ship"]["reference"] == {"type": "Ship"}
    assert (ship["voyages"]["isList"], ship["voyages"]["reference"]) == (True, {"type": "Voyage"})
    assert (
        Decimal(ship["value"]["max"])
        == -Decimal(ship["value"]["min"])
        == Decimal("1e16") - (Decimal("0.01"))
    )
    assert (ship["value"]["decimals"], voyage["miles"]["decimals"]) == (2, 4)
    unwritten = {"id", "version", "state", "label", "voyages", "createdAt"}
    assert {name for name in unwritten if ship[name]["isWritable"]} == set()
    assert {ship[name]["inputName"] for name in unwritten} == {None}


async def test_a_choice_tells_its_options(harbour):
    assert (await fields(harbour, "Ship"))["state"]["options"] == [
        {"value": "AFLOAT", "label": "Afloat", "description": "It swims."},
        {"value": "SUNK", "label": "Sunk", "description": "It lies on the ground."},
    ]


async def test_what_forms_are_told_to_write_is_what_the_input_takes(harbour):
    schema: Any = Harbour.answerer.schema._schema.type_map
    for record, name in (("Ship", "CreateShipInput"), ("Voyage", "SailVoyageInput")):
        found = (await fields(harbour, record)).values()
        inputs = schema[name].fields
        assert {it["inputName"] for it in found if it["isWritable"]} == inputs.keys()
        required = {it["inputName"] for it in found if it["isRequired"]}
        assert required == {it for it, input in inputs.items() if str(input.type).endswith("!")}


async def test_sorts_and_filters_are_those_of_the_list(harbour):
    ship = await told(harbour, "Ship")
    schema: Any = Harbour.answerer.schema._schema.type_map
    assert ship["sorts"] == list(schema["ShipSort"].values)
    assert ship["filters"] == list(schema["ShipWhere"].fields)


@pytest.mark.parametrize(
    ("held", "may"),
    [
        ((), set()),
        ((READ_SHIPS,), {"read"}),
        ((READ_SHIPS, EDIT_SHIPS), {"read", "create", "edit", "archive"}),
    ],
)
async def test_permissions_are_those_of_whoever_asks(harbour, held, may):
    who = Actor(harbour.tenant, "usr_2", ActorKind.USER, frozenset(held))
    found = (await told(harbour, "Ship", who))["permissions"]
    assert {it for it, is_so in found.items() if is_so} == may
    assert {it for it, is_so in (await told(harbour, "Ship"))["permissions"].items() if is_so} == {
        *("read", "create", "edit", "archive", "purge")
    }


async def test_what_no_mutation_does_nobody_may(harbour):
    """Voyages are made, and never changed, put away or removed."""
    assert (await told(harbour, "Voyage"))["permissions"] == {
        "read": True,
        "create": True,
        "edit": False,
        "archive": False,
        "purge": False,
    }


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("closeOn", "Close on"),
        ("NO_DECISION", "No decision"),
        ("OrderLine", "Order line"),
        ("id", "Id"),
        ("shipToPostalCode", "Ship to postal code"),
    ],
)
def test_a_label_is_the_name_in_words(name, shown):
    assert label(name) == shown
