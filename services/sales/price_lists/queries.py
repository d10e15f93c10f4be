"""What can be asked about price lists, and about their entries."""

from services.chassis.reading import Reading
from services.sales.permissions import READ_PRICE_LISTS
from services.sales.price_lists.model import PriceList, PriceListEntry

price_lists = Reading(PriceList, READ_PRICE_LISTS)
entries = Reading(PriceListEntry, READ_PRICE_LISTS)
