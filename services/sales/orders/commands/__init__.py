"""What can be done with orders, and with their lines."""

from services.sales.orders.commands import lines, orders

__all__ = ["lines", "orders"]
