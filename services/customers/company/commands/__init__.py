"""What can be done with a company, and with its exchange rates."""

from services.customers.company.commands import company, exchange_rates

__all__ = ["company", "exchange_rates"]
