"""Oddities: values that a scalar allows and no column can hold or compare, and why."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

MAX_EXPONENT = 100


def oddity(value: Any) -> str:
    """Say what is odd about a value; nothing, where it can be kept and compared."""
    if isinstance(value, str) and "\x00" in value:
        return "a text cannot hold the null character"
    if isinstance(value, datetime):
        return _of_instant(value)
    if isinstance(value, Decimal):
        return _of_number(value)
    return ""


def _of_instant(value: datetime) -> str:
    if value.tzinfo is None:
        return "a time says its zone: Z, or +02:00"
    try:
        value.astimezone(UTC)
    except OverflowError:
        return "this instant lies outside of the calendar"
    return ""


def _of_number(value: Decimal) -> str:
    """Refuse what is not finite, and exponents with which no context reckons."""
    exponent = value.as_tuple().exponent
    if isinstance(exponent, int) and abs(exponent) <= MAX_EXPONENT:
        return ""
    return "this is no number that can be written out"
