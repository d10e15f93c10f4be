"""What is told of products."""

from services.chassis.events import Event
from services.chassis.money import Money


class ProductEvent(Event):
    """What was so of a product when something happened to it."""

    product_id: str
    sku: str | None
    name: str
    unit_price: Money | None


class ProductCreated(ProductEvent):
    type = "sales.product.created.v1"


class ProductUpdated(ProductEvent):
    type = "sales.product.updated.v1"


class ProductArchived(ProductEvent):
    type = "sales.product.archived.v1"


class ProductRestored(ProductEvent):
    type = "sales.product.restored.v1"


class ProductPurged(ProductEvent):
    type = "sales.product.purged.v1"
