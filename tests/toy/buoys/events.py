"""What is told of buoys."""

from services.chassis.events import Event, life_of


class BuoyFact(Event):
    buoy_id: str
    ship_id: str | None


BuoyCreated, BuoyUpdated, BuoyArchived, BuoyRestored, BuoyPurged = life_of(BuoyFact, "toy.buoy")
