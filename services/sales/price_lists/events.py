"""What is told of price lists, and of their entries."""

from datetime import date
from decimal import Decimal

from services.chassis.events import Event, life_of
from services.chassis.money import Money


class PriceListFact(Event):
    """What was so of a price list when something happened to it."""

    price_list_id: str
    name: str
    currency: str
    tier: str | None
    valid_from: date | None
    valid_until: date | None
    is_active: bool


(
    PriceListCreated,
    PriceListUpdated,
    PriceListArchived,
    PriceListRestored,
    PriceListPurged,
) = life_of(PriceListFact, "sales.price_list")


class PriceListEntryFact(Event):
    """What was so of an entry when something happened to it."""

    price_list_entry_id: str
    price_list_id: str
    product_id: str
    minimum_quantity: Decimal
    unit_price: Money


(
    PriceListEntryCreated,
    PriceListEntryUpdated,
    PriceListEntryArchived,
    PriceListEntryRestored,
    PriceListEntryPurged,
) = life_of(PriceListEntryFact, "sales.price_list_entry")
