"""What a company's settings may be."""

import re
from zoneinfo import available_timezones

from services.chassis.refusals import Invalid

CURRENCY = re.compile("[A-Z]{3}")


def check_currency(code: str) -> None:
    if not CURRENCY.fullmatch(code):
        raise Invalid("a currency is three capital letters (ISO 4217)", path=("baseCurrency",))


def check_time_zone(name: str) -> None:
    if name not in available_timezones():
        raise Invalid("this is no time zone of the IANA list", path=("timeZone",))
