"""A product."""

from sqlalchemy import Index, Numeric, String, text
from sqlalchemy.orm import Mapped, composite

from services.chassis.database import Entity, Personal, RecordColumns, column
from services.chassis.money import Money
from services.chassis.scoping import Shown


class Product(RecordColumns, Entity):
    __tablename__, __prefix__ = "product", "prd"
    __sorts__ = ("name", "created_at")
    __lists__ = (("is_active", "name"), ("category", "name"))
    __searched__ = ("name",)
    __portal__ = Shown()
    """What we sell, everybody may know."""
    __owned_by_maker__ = False
    __table_args__ = (
        Index(
            "product_sku_uq",
            "tenant",
            "sku",
            unique=True,
            postgresql_where=text("archived_at IS NULL"),
        ),
    )

    sku: Mapped[str | None] = column(Personal.NONE, String(64))
    name: Mapped[str] = column()
    category: Mapped[str | None] = column()
    packaging: Mapped[str | None] = column()
    unit_price: Mapped[Money | None] = composite(
        column(Personal.NONE, "unit_price_value", Numeric(18, 4), nullable=True),
        column(Personal.NONE, "unit_price_currency", String(3), nullable=True),
    )
    is_active: Mapped[bool] = column(default=True)
