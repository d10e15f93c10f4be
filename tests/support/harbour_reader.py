"""A reader that notes what it takes in, in its own database, and fails where it is told to."""

import asyncio
from datetime import UTC, datetime

from sqlalchemy import text

from services.chassis import numbers
from services.chassis.database import reading
from services.chassis.declaring import Subscriptions
from services.chassis.events import Envelope, Event
from services.chassis.ids import new_id
from tests.support.waiting import until

CONSUMER = "harbour-toy-ship"


class ShipSunk(Event):
    """The part of it that the harbour reads."""

    type = "toy.ship.sunk.v1"
    ship_id: str


class ShipRegistered(Event):
    type = "toy.ship.registered.v1"
    ship_id: str


class Harbour:
    """`refused` are ships whose events fail, by what they fail with."""

    def __init__(self):
        self.subscriptions = Subscriptions("harbour")
        self.subscriptions.on(ShipSunk, ShipRegistered)(self.when_something_happens_to_a_ship)
        self.refused = {}
        self.works_seen = []
        self.held = asyncio.Event()
        self.held.set()

    async def when_something_happens_to_a_ship(self, work, event):
        self.works_seen.append(work)
        series = numbers.Series(event.ship_id)
        await numbers.next_number(work.session, series, work.cause.sequence)
        await self.held.wait()
        if error := self.refused.get(event.ship_id) or self.refused.get(
            (event.ship_id, work.cause.sequence)
        ):
            raise error

    def tried(self, ship):
        """Say which numbers of a ship were tried, in order, failures too."""
        return [it.cause.sequence for it in self.works_seen if it.cause.subject == ship]


def envelope(ship, sequence, *, deed="sunk", tenant="default", **more):
    return Envelope(
        id=new_id("evt"),
        type=f"toy.ship.{deed}.v1",
        source="/toy",
        subject=ship,
        time=datetime(2026, 3, 1, tzinfo=UTC),
        tenant=tenant,
        sequence=sequence,
        actor="usr_1",
        data={"shipId": ship, "cause": "ice"},
        **{"correlationid": "req_1", **more},
    )


async def handled(works, tenant="default"):
    """Say of each ship which numbers were handled, and how often."""
    async with reading(works.engine, tenant) as connection:
        rows = await connection.execute(text("SELECT name, year, last FROM number_series"))
        noted: dict[str, dict[int, int]] = {}
        for row in rows:
            noted.setdefault(row.name, {})[row.year] = row.last
    return noted


def all_handled(works, wanted, tenant="default"):
    async def asked():
        return await handled(works, tenant) == wanted

    return until(asked)


def once(*numbers):
    return dict.fromkeys(numbers, 1)
