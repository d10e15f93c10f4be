"""What the toy does when somebody tells it something."""

from services.chassis import numbers
from services.chassis.declaring import Subscriptions
from services.chassis.events import Event
from services.chassis.work import Work

subscriptions = Subscriptions("toy")


class ShipRegistered(Event):
    """The part of it that is read here."""

    type = "toy.ship.registered.v1"
    ship_id: str


@subscriptions.on(ShipRegistered)
async def when_a_ship_is_registered(work: Work, event: ShipRegistered) -> None:
    """Note it, so that a test can see that it was heard once."""
    await numbers.next_number(work.session, numbers.Series(event.ship_id), 1)
