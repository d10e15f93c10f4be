"""What a record tells of itself: what is so now, and nothing of a person."""

import pytest

from services.chassis.database import PersonalFactError
from services.chassis.events import LIFE, Event, life_of
from tests.toy.model import Ship, ShipState


class ShipFact(Event):
    ship_id: str
    state: str
    owner_id: str | None


class ShipNamed(ShipFact):
    type = "toy.ship.named.v1"
    before: str


class ShipManned(Event):
    type = "toy.ship.manned.v1"
    ship_id: str
    captain: str


@pytest.fixture
def ship():
    return Ship(id="shp_1", name="Ann", state=ShipState.AFLOAT, captain="Bo", owner_id="usr_1")


def test_a_fact_says_what_is_so_and_what_the_record_does_not_know(ship):
    fact = ship.told(ShipNamed, before="Bea")
    assert fact.model_dump() == {
        "ship_id": "shp_1",
        "state": "AFLOAT",
        "owner_id": "usr_1",
        "before": "Bea",
    }


def test_no_fact_tells_what_is_personal(ship):
    with pytest.raises(PersonalFactError, match="captain is personal"):
        ship.told(ShipManned)


def test_the_facts_of_a_life_are_named_for_their_deeds_and_stand_where_their_fields_do():
    facts = life_of(ShipFact, "toy.ship")
    assert [it.type for it in facts] == [f"toy.ship.{it}.v1" for it in LIFE]
    assert [it.__name__ for it in facts] == [f"Ship{it.capitalize()}" for it in LIFE]
    assert {it.__module__ for it in facts} == {__name__}
    assert all(it.model_fields.keys() == ShipFact.model_fields.keys() for it in facts)
    assert not hasattr(ShipFact, "type")
