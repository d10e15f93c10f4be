"""A fleet of one company, with all that makes lists hard: empty values, equals, the archived."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from services.chassis.money import Money
from tests.toy.model import Ship, ShipState, Voyage

NAMES = (
    *("Ann", "ann", "Anna", "Bea", "B%a", "B_a", "B\\a", "a/b", "Éva", "éVA", "Zoë", "ab"),
    *("a\ud7ffb", "a\ue000", "a\U0010ffff", "\U0010ffff\U0010ffff", "😀", "😁 Ann"),
)
CAPTAINS = (None, None, "Ann", "ann", "Éva", "B_a")
PORTS = ("Riga", "Kiel", "Hull", "riga", "a/b")
OWNERS = (None, "usr_1", "usr_2")
PILOTS = (None, "pil_1", "pil_2")
DAYS = (None, None, date(2024, 2, 29), date(2024, 3, 1), date(2025, 12, 31), date(2026, 1, 1))
VALUES = (None, ("10.00", "EUR"), ("10.50", "EUR"), ("10.00", "USD"), ("-1.00", "USD"))
MILES = tuple(map(Decimal, ("0", "1", "1.5", "100", "-2.25")))
NOON = datetime(2026, 3, 29, 12, tzinfo=UTC)
MOMENTS = tuple(NOON + timedelta(hours=n) for n in (-48, -24, -13, -1, 0, 1, 12, 24))
SHIPS, MOST_VOYAGES = 60, 4


@dataclass
class Fleet:
    """What was filled in, as plain values under their names in the graph."""

    ships: list[dict[str, Any]] = field(default_factory=list)
    voyages: list[dict[str, Any]] = field(default_factory=list)


async def filled(harbour):
    """Fill a harbour with the same fleet on each run."""
    chance, fleet = Random(17), Fleet()  # no secret
    async with harbour.works.begin(await harbour.actor(None)) as work:
        for number in range(SHIPS):
            ship = _ship(work, chance, number)
            fleet.ships.append(_of_ship(ship))
            for _ in range(chance.randint(0, MOST_VOYAGES)):
                voyage = _voyage(work, chance, ship)
                told = _of_voyage(voyage) | {"ship": fleet.ships[-1]}
                fleet.voyages.append(told)
                fleet.ships[-1]["voyages"].append(told)
    return fleet


def _ship(work, chance, number):
    value = chance.choice(VALUES)
    return work.add(
        Ship,
        id=f"shp_{chance.randint(0, 999):03}{number:023}",
        name=chance.choice(NAMES),
        captain=chance.choice(CAPTAINS),
        state=chance.choice(list(ShipState)),
        built_on=chance.choice(DAYS),
        value=value and Money(Decimal(value[0]), value[1]),
        owner_id=chance.choice(OWNERS),
        created_at=chance.choice(MOMENTS),
        archived_at=NOON if chance.random() < 0.2 else None,
    )


def _voyage(work, chance, ship):
    return work.add(
        Voyage,
        ship_id=ship.id,
        port=chance.choice(PORTS),
        miles=chance.choice(MILES),
        pilot_id=chance.choice(PILOTS),
        created_at=chance.choice(MOMENTS),
        archived_at=NOON if chance.random() < 0.2 else None,
    )


def _of_ship(ship):
    return {
        "id": ship.id,
        "name": ship.name,
        "captain": ship.captain,
        "state": ship.state.name,
        "builtOn": ship.built_on,
        "value": ship.value and {"amount": ship.value.amount, "currency": ship.value.currency},
        "ownerId": ship.owner_id,
        "createdAt": ship.created_at,
        "archivedAt": ship.archived_at,
        "voyages": [],
    }


def _of_voyage(voyage):
    return {
        "id": voyage.id,
        "port": voyage.port,
        "miles": voyage.miles,
        "pilotId": voyage.pilot_id,
        "shipId": voyage.ship_id,
        "createdAt": voyage.created_at,
        "archivedAt": voyage.archived_at,
    }
