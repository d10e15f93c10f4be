"""A company, one for each tenant, and its exchange rates, one for each currency and day."""

from sqlalchemy import Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped

from services.chassis.database import Entity, RecordColumns, column
from services.chassis.exchange import Rated, Reckoned
from services.chassis.money import check_currency
from services.chassis.refusals import Code, Refusal
from services.customers.company import rules


class CurrencyHasRates(Refusal):
    code, reason = Code.REFERENCED, "CURRENCY_HAS_RATES"


class Company(RecordColumns, Reckoned, Entity):
    __tablename__, __prefix__ = "company", "com"
    __scoped__ = False
    __owned_by_maker__ = False
    __table_args__ = (UniqueConstraint("tenant", name="company_tenant_uq"),)

    name: Mapped[str] = column()

    def check(self) -> None:
        """Refuse settings that nobody could count with."""
        check_currency(self.base_currency, "baseCurrency")
        rules.check_time_zone(self.time_zone)
        rules.check_fiscal_month(self.fiscal_month)


class ExchangeRate(RecordColumns, Rated, Entity):
    __tablename__, __prefix__ = "exchange_rate", "xrt"
    __sorts__ = ("valid_on", "created_at")
    __lists__ = (("currency", "valid_on"),)
    __scoped__ = False
    __owned_by_maker__ = False
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
        check_currency(self.currency, "currency")
        rules.check_rate(self.rate)
