"""What is told of orders."""

from datetime import date

from services.chassis.events import Event
from services.chassis.money import Money


class OrderEvent(Event):
    """What was so of an order when something happened to it."""

    order_id: str
    customer_id: str
    number: str
    status: str
    placed_on: date | None
    gross: Money
    net: Money


class OrderCreated(OrderEvent):
    type = "sales.order.created.v1"


class OrderUpdated(OrderEvent):
    type = "sales.order.updated.v1"


class OrderRepriced(OrderEvent):
    """Lines changed; told once for each order and unit of work, however many lines it was."""

    type = "sales.order.repriced.v1"


class OrderPlaced(OrderEvent):
    type = "sales.order.placed.v1"


class OrderReviewed(OrderEvent):
    type = "sales.order.reviewed.v1"


class OrderConfirmed(OrderEvent):
    type = "sales.order.confirmed.v1"


class OrderShipped(OrderEvent):
    type = "sales.order.shipped.v1"


class OrderClosed(OrderEvent):
    type = "sales.order.closed.v1"


class OrderCancelled(OrderEvent):
    type = "sales.order.cancelled.v1"


class OrderArchived(OrderEvent):
    type = "sales.order.archived.v1"


class OrderRestored(OrderEvent):
    type = "sales.order.restored.v1"


class OrderPurged(OrderEvent):
    type = "sales.order.purged.v1"
