"""What is told of orders."""

from datetime import date

from services.chassis.events import Event, life_of
from services.chassis.money import Money


class OrderFact(Event):
    """What was so of an order when something happened to it."""

    order_id: str
    customer_id: str
    number: str
    status: str
    placed_on: date | None
    gross: Money
    net: Money


OrderCreated, OrderUpdated, OrderArchived, OrderRestored, OrderPurged = life_of(
    OrderFact, "sales.order"
)


class OrderRepriced(OrderFact):
    """An order's lines changed; told once for each unit of work, however many lines it was."""

    type = "sales.order.repriced.v1"


class OrderPlaced(OrderFact):
    """A customer placed an order: it counts from here."""

    type = "sales.order.placed.v1"


class OrderReviewed(OrderFact):
    """Somebody looked an order over."""

    type = "sales.order.reviewed.v1"


class OrderConfirmed(OrderFact):
    """We said yes to an order."""

    type = "sales.order.confirmed.v1"


class OrderShipped(OrderFact):
    """An order's goods are on their way."""

    type = "sales.order.shipped.v1"


class OrderClosed(OrderFact):
    """Nothing is left to do for an order."""

    type = "sales.order.closed.v1"


class OrderCancelled(OrderFact):
    """An order will not be carried out."""

    type = "sales.order.cancelled.v1"
