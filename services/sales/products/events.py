"""What is told of products."""

from services.chassis.events import Event, life_of
from services.chassis.money import Money


class ProductFact(Event):
    """What was so of a product when something happened to it."""

    product_id: str
    sku: str | None
    name: str
    unit_price: Money | None


ProductCreated, ProductUpdated, ProductArchived, ProductRestored, ProductPurged = life_of(
    ProductFact, "sales.product"
)
