"""What a company's settings and exchange rates may be."""

from decimal import Decimal
from zoneinfo import available_timezones

from services.chassis.refusals import Bounds, Invalid, OutOfRange

MONTHS = range(1, 13)


def check_time_zone(name: str) -> None:
    if name not in available_timezones():
        raise Invalid("this is no time zone of the IANA list", path=("timeZone",))


def check_fiscal_month(month: int) -> None:
    if month not in MONTHS:
        bounds = Bounds(min=str(MONTHS[0]), max=str(MONTHS[-1]))
        raise OutOfRange("a month is 1 to 12", path=("fiscalMonth",), details=bounds)


def check_rate(rate: Decimal) -> None:
    if rate <= 0:
        raise OutOfRange("a rate is more than nothing", path=("rate",), details=Bounds(min="0"))
