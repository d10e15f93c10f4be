"""A company, one for each tenant: its exchange rates by the day, how it writes its numbers."""

import enum

from sqlalchemy import ARRAY, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped

from services.chassis.database import Entity, Personal, RecordColumns, column
from services.chassis.exchange import Rated, Reckoned
from services.chassis.money import check_currency
from services.chassis.numbers import Formatted, check_pattern
from services.chassis.refusals import Code, Refusal
from services.customers.company import rules


class Document(enum.Enum):
    CASE = "CASE"
    ORDER = "ORDER"


class CurrencyHasRates(Refusal):
    code, reason = Code.REFERENCED, "CURRENCY_HAS_RATES"


class Company(RecordColumns, Reckoned, Entity):
    __tablename__, __prefix__ = "company", "com"
    __scoped__ = False
    __owned_by_maker__ = False
    __table_args__ = (UniqueConstraint("tenant", name="company_tenant_uq"),)

    name: Mapped[str] = column()
    languages: Mapped[list[str]] = column(Personal.NONE, ARRAY(String(35)), server_default="{en}")

    def check(self) -> None:
        """Refuse settings that nobody could count with."""
        check_currency(self.base_currency, "baseCurrency")
        rules.check_time_zone(self.time_zone)
        rules.check_fiscal_month(self.fiscal_month)
        rules.check_languages(self.languages)


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


class NumberFormat(RecordColumns, Formatted, Entity):
    __tablename__, __prefix__ = "number_format", "nft"
    __sorts__ = ("document",)
    __scoped__ = False
    __owned_by_maker__ = False
    __table_args__ = (
        Index(
            "number_format_document_uq",
            *("tenant", "document"),
            unique=True,
            postgresql_where=text("archived_at IS NULL"),
        ),
    )

    document: Mapped[Document] = column()

    def check(self) -> None:
        """Refuse a format by which no numbers, or not all different ones, could be written."""
        check_pattern(self.pattern)
        rules.check_first_number(self.first_number)
