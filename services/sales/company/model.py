"""Copies of the company's settings, of its exchange rates, and of how it writes numbers."""

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped

from services.chassis.database import Entity, Personal, Projected, column
from services.chassis.exchange import Rated, Reckoned
from services.chassis.numbers import Formatted


class Company(Projected, Reckoned, Entity):
    __tablename__ = "company"


class ExchangeRate(Projected, Rated, Entity):
    __tablename__ = "exchange_rate"
    __table_args__ = (Index("exchange_rate_currency_ix", "tenant", "currency", "valid_on"),)


class NumberFormat(Projected, Formatted, Entity):
    __tablename__ = "number_format"
    __table_args__ = (Index("number_format_document_ix", "tenant", "document"),)

    document: Mapped[str] = column(Personal.NONE, String(40))
