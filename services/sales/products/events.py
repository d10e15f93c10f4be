"""What is told of products."""

from typing import Self

from services.chassis.events import Event
from services.chassis.money import Money
from services.sales.products.model import Product


class _Offered(Event):
    product_id: str
    sku: str | None
    name: str
    unit_price: Money | None

    @classmethod
    def of(cls, product: Product) -> Self:
        return cls(
            product_id=product.id,
            sku=product.sku,
            name=product.name,
            unit_price=product.unit_price,
        )


class ProductCreated(_Offered):
    type = "sales.product.created.v1"


class ProductUpdated(_Offered):
    type = "sales.product.updated.v1"
