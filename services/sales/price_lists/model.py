"""A price list and its entries."""

from datetime import date
from decimal import Decimal

from sqlalchemy import Index, Numeric, String, text
from sqlalchemy.orm import Mapped, composite

from services.chassis.database import Entity, Personal, RecordColumns, belongs_to, column
from services.chassis.money import CurrencyDiffers, Money, check_currency
from services.chassis.refusals import Invalid
from services.sales.price_lists.rules import check_entry, check_period

LIVE = text("archived_at IS NULL")


class PriceList(RecordColumns, Entity):
    __tablename__, __prefix__ = "price_list", "prl"
    __sorts__ = ("name", "valid_from", "created_at")
    __lists__ = (("is_active", "name"), ("tier", "name"))
    __searched__ = ("name",)
    __owned_by_maker__ = False
    __table_args__ = (
        Index("price_list_name_uq", "tenant", "name", unique=True, postgresql_where=LIVE),
    )

    name: Mapped[str] = column()
    currency: Mapped[str] = column(Personal.NONE, String(3))
    tier: Mapped[str | None] = column(Personal.NONE, String(40))
    valid_from: Mapped[date | None] = column()
    valid_until: Mapped[date | None] = column()
    is_active: Mapped[bool] = column(default=True)

    def check(self) -> None:
        check_currency(self.currency, "currency")
        check_period(self.valid_from, self.valid_until)

    def keep_currency(self, currency: str) -> None:
        """Refuse another currency than the entries were written in."""
        if currency != self.currency:
            raise CurrencyDiffers("a price list keeps its currency", path=("currency",))


class PriceListEntry(RecordColumns, Entity):
    """A price of one product from a quantity on: there is one of each at a time."""

    __tablename__, __prefix__ = "price_list_entry", "ple"
    __sorts__ = ("minimum_quantity", "created_at")
    __lists__ = (("price_list_id", "minimum_quantity"), ("product_id", "minimum_quantity"))
    __part_of__ = ("price_list_id", PriceList)
    __table_args__ = (
        Index(
            "price_list_entry_quantity_uq",
            "tenant",
            "price_list_id",
            "product_id",
            "minimum_quantity",
            unique=True,
            postgresql_where=LIVE,
        ),
    )

    price_list_id: Mapped[str] = belongs_to("price_list")
    product_id: Mapped[str] = belongs_to("product")
    minimum_quantity: Mapped[Decimal] = column(Personal.NONE, Numeric(18, 3), default=Decimal(1))
    unit_price: Mapped[Money] = composite(
        column(Personal.NONE, "unit_price_value", Numeric(18, 4)),
        column(Personal.NONE, "unit_price_currency", String(3)),
    )

    def price(self, price_list: PriceList) -> None:
        """Hold the entry against the list that it stands in."""
        if self.price_list_id != price_list.id:
            raise Invalid("an entry stays with its price list", path=("priceListId",))
        check_entry(self.minimum_quantity, self.unit_price, price_list.currency)
