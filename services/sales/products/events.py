"""What is told of products."""

from services.chassis.events import Event
from services.chassis.money import Money


class ProductFacts(Event):
    product_id: str
    sku: str | None
    name: str
    unit_price: Money | None


class ProductCreated(ProductFacts):
    type = "sales.product.created.v1"


class ProductUpdated(ProductFacts):
    type = "sales.product.updated.v1"
