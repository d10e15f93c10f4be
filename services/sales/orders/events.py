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
    """Lines changed; told once for each order and unit of work, however many lines it was."""

    type = "sales.order.repriced.v1"


class OrderPlaced(OrderFact):
    type = "sales.order.placed.v1"


class OrderReviewed(OrderFact):
    type = "sales.order.reviewed.v1"


class OrderConfirmed(OrderFact):
    type = "sales.order.confirmed.v1"


class OrderShipped(OrderFact):
    type = "sales.order.shipped.v1"


class OrderClosed(OrderFact):
    type = "sales.order.closed.v1"


class OrderCancelled(OrderFact):
    type = "sales.order.cancelled.v1"
