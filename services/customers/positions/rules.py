"""What the days of a position may be."""

from datetime import date

from services.chassis.refusals import Bounds, OutOfRange


def check_days(begins_on: date, ends_on: date | None) -> None:
    if ends_on is not None and ends_on < begins_on:
        told = "the last day is not before the first one"
        raise OutOfRange(told, path=("endsOn",), details=Bounds(min=begins_on.isoformat()))
