"""What can be done with products."""

from services.chassis.archiving import archiving, purging, restoring
from services.chassis.changes import Changes
from services.chassis.permissions import requires
from services.chassis.work import Work
from services.sales.permissions import EDIT_PRODUCTS, PURGE_PRODUCTS
from services.sales.products.events import (
    ProductArchived,
    ProductCreated,
    ProductPurged,
    ProductRestored,
    ProductUpdated,
)
from services.sales.products.model import Product


@requires(EDIT_PRODUCTS, publishes=[ProductCreated])
async def create(work: Work, values: Changes) -> Product:
    product = work.add(Product, values)
    await work.publish(product.told(ProductCreated))
    return product


@requires(EDIT_PRODUCTS, publishes=[ProductUpdated])
async def update(work: Work, id: str, changes: Changes, version: int | None) -> Product:
    product = await work.get(Product, id, version=version)
    if work.change(product, changes):
        await work.publish(product.told(ProductUpdated))
    return product


archive = archiving(Product, EDIT_PRODUCTS, ProductArchived)
restore = restoring(Product, EDIT_PRODUCTS, ProductRestored)
purge = purging(Product, PURGE_PRODUCTS, ProductPurged)
