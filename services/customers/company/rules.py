"""What a company's settings, exchange rates and numbers may be."""

import re
from collections.abc import Sequence
from decimal import Decimal
from zoneinfo import available_timezones

from services.chassis.refusals import Bounds, Invalid, OutOfRange

MONTHS = range(1, 13)
LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?")
"""A language of BCP 47 with a script and a region at most: `zh-Hant-TW`."""
MOST_LANGUAGES = 20
FIRST_NUMBERS = range(1, 100_000_001)


def check_time_zone(name: str) -> None:
    if name not in available_timezones():
        raise Invalid("this is no time zone of the IANA list", path=("timeZone",))


def check_fiscal_month(month: int) -> None:
    if month not in MONTHS:
        bounds = Bounds(min=str(MONTHS[0]), max=str(MONTHS[-1]))
        raise OutOfRange("a month is 1 to 12", path=("fiscalMonth",), details=bounds)


def check_languages(languages: Sequence[str]) -> None:
    """Refuse what is no language, and none at all: the first one is what others fall back to."""
    if not 1 <= len(languages) <= MOST_LANGUAGES:
        bounds = Bounds(min="1", max=str(MOST_LANGUAGES))
        raise OutOfRange("a company has some languages", path=("languages",), details=bounds)
    for place, it in enumerate(languages):
        if not LANGUAGE.fullmatch(it):
            raise Invalid(
                "a language is written like en, de-CH, zh-Hant", path=("languages", place)
            )
        if it in languages[:place]:
            raise Invalid("this language stands there already", path=("languages", place))


def check_first_number(number: int) -> None:
    if number not in FIRST_NUMBERS:
        bounds = Bounds(min=str(FIRST_NUMBERS[0]), max=str(FIRST_NUMBERS[-1]))
        raise OutOfRange("numbers begin with 1 or later", path=("firstNumber",), details=bounds)


def check_rate(rate: Decimal) -> None:
    if rate <= 0:
        raise OutOfRange("a rate is more than nothing", path=("rate",), details=Bounds(min="0"))
