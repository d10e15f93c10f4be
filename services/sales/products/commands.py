"""What can be done with products."""

from services.chassis.archiving import archiving, purging, restoring
from services.chassis.editing import creating, updating
from services.sales.permissions import EDIT_PRODUCTS, PURGE_PRODUCTS
from services.sales.products.events import (
    ProductArchived,
    ProductCreated,
    ProductPurged,
    ProductRestored,
    ProductUpdated,
)
from services.sales.products.model import Product

create = creating(Product, EDIT_PRODUCTS, ProductCreated)
update = updating(Product, EDIT_PRODUCTS, ProductUpdated)
archive = archiving(Product, EDIT_PRODUCTS, ProductArchived)
restore = restoring(Product, EDIT_PRODUCTS, ProductRestored)
purge = purging(Product, PURGE_PRODUCTS, ProductPurged)
