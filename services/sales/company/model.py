"""Copies of the company's settings and of its exchange rates."""

from sqlalchemy import Index

from services.chassis.database import Entity, Projected
from services.chassis.exchange import Rated, Reckoned


class Company(Projected, Reckoned, Entity):
    __tablename__ = "company"


class ExchangeRate(Projected, Rated, Entity):
    __tablename__ = "exchange_rate"
    __table_args__ = (Index("exchange_rate_currency_ix", "tenant", "currency", "valid_on"),)
