"""What a company's settings may be."""

from zoneinfo import available_timezones

from services.chassis.refusals import Invalid


def check_time_zone(name: str) -> None:
    if name not in available_timezones():
        raise Invalid("this is no time zone of the IANA list", path=("timeZone",))
