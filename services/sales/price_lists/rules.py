"""What the period of a price list may be, and what an entry of it."""

from datetime import date
from decimal import Decimal

from services.chassis.money import CurrencyDiffers, Money
from services.chassis.refusals import Bounds, OutOfRange


def check_period(valid_from: date | None, valid_until: date | None) -> None:
    """Refuse a period that ends before it begins; an end that is not given is none."""
    if valid_from and valid_until and valid_until < valid_from:
        raise OutOfRange(
            "a price list does not end before it begins",
            path=("validUntil",),
            details=Bounds(min=valid_from.isoformat()),
        )


def check_entry(minimum_quantity: Decimal, unit_price: Money, currency: str) -> None:
    """Refuse an entry from nothing on, of less than nothing, or in another currency."""
    if minimum_quantity <= 0:
        raise OutOfRange("a price begins at more than nothing", path=("minimumQuantity",))
    if unit_price.amount < 0:
        raise OutOfRange("a price is not below zero", path=("unitPrice", "amount"))
    if unit_price.currency != currency:
        raise CurrencyDiffers(f"this price list is in {currency}", path=("unitPrice", "currency"))
