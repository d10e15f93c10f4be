"""What can be done with a company, its exchange rates, and the formats of its numbers."""

from services.customers.company.commands import company, exchange_rates, number_formats

__all__ = ["company", "exchange_rates", "number_formats"]
