"""What is told of positions."""

from datetime import date

from services.chassis.events import Event, life_of


class PositionFact(Event):
    position_id: str
    staff_user_id: str
    title: str
    unit_id: str | None
    manager_id: str | None
    begins_on: date
    ends_on: date | None


PositionCreated, PositionUpdated, PositionArchived, PositionRestored, PositionPurged = life_of(
    PositionFact, "customers.position"
)
