"""What can be asked about products."""

from services.chassis.reading import Reading
from services.sales.permissions import READ_PRODUCTS
from services.sales.products.model import Product

products = Reading(Product, READ_PRODUCTS)
