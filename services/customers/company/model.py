"""A company, one for each tenant, and its exchange rates, one for each currency and day."""

from typing import TypeVar

from sqlalchemy import Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped

from services.chassis.database import Entity, RecordColumns, column
from services.chassis.exchange import Rated, Reckoned
from services.chassis.refusals import Code, Refusal
from services.customers.company import rules
from services.customers.company.events import CompanyFacts, ExchangeRateFacts

Fact = TypeVar("Fact", bound=CompanyFacts)
RateFact = TypeVar("RateFact", bound=ExchangeRateFacts)


class CurrencyHasRates(Refusal):
    code, reason = Code.REFERENCED, "CURRENCY_HAS_RATES"


class Company(RecordColumns, Reckoned, Entity):
    __tablename__, __prefix__ = "company", "com"
    __table_args__ = (UniqueConstraint("tenant", name="company_tenant_uq"),)

    name: Mapped[str] = column()

    def check(self) -> None:
        """Refuse settings that nobody could count with."""
        rules.check_currency(self.base_currency, "baseCurrency")
        rules.check_time_zone(self.time_zone)
        rules.check_fiscal_month(self.fiscal_month)

    def told(self, kind: type[Fact]) -> Fact:
        """Give the fact of this kind, with what others may know."""
        return kind(
            company_id=self.id,
            name=self.name,
            base_currency=self.base_currency,
            time_zone=self.time_zone,
            fiscal_month=self.fiscal_month,
        )


class ExchangeRate(RecordColumns, Rated, Entity):
    __tablename__, __prefix__ = "exchange_rate", "xrt"
    __sorts__ = ("valid_on", "created_at")
    __table_args__ = (
        Index(
            "exchange_rate_currency_valid_on_uq",
            "tenant",
            "currency",
            "valid_on",
            unique=True,
            postgresql_where=text("archived_at IS NULL"),
        ),
    )

    def check(self) -> None:
        """Refuse a rate by which nobody could count."""
        rules.check_currency(self.currency, "currency")
        rules.check_rate(self.rate)

    def told(self, kind: type[RateFact]) -> RateFact:
        """Give the fact of this kind, with what others count by."""
        return kind(
            exchange_rate_id=self.id,
            currency=self.currency,
            valid_on=self.valid_on,
            rate=self.rate,
        )
