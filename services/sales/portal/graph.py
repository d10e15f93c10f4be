"""What sales gives to whoever asks, be they of the company or a guest of the portal."""

from services.chassis.graph import Connection, connection, viewer
from services.sales.orders.graph import Order


@viewer
class Viewer:
    orders: Connection[Order] | None = connection(Order, "The orders that you may see.")
