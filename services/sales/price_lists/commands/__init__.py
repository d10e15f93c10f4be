"""What can be done with price lists, and with their entries."""

from services.sales.price_lists.commands import entries, price_lists

__all__ = ["entries", "price_lists"]
