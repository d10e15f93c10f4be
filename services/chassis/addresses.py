"""Addresses by which people are reached: what they must be (BR-23: in standard format)."""

import re

from email_validator import EmailNotValidError, validate_email

from services.chassis.refusals import Invalid

PHONE, FEWEST_DIGITS = re.compile(r"[0-9+()./\- x]*"), 3


def checked_email(text: str) -> str:
    """Give an e-mail address in its normal form; refuse what is none."""
    try:
        found = validate_email(text, check_deliverability=False, test_environment=True)
    except EmailNotValidError as error:
        raise Invalid("this is no e-mail address", path=("email",)) from error
    return found.normalized


def check_phone(text: str) -> None:
    """Refuse what nobody could dial; the national forms of the world are let through."""
    if not PHONE.fullmatch(text) or sum(map(str.isdigit, text)) < FEWEST_DIGITS:
        raise Invalid("this is no telephone number", path=("phone",))
