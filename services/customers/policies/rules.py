"""What a policy may be about: the fields of every service that may be empty."""

import json
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from functools import cache
from pathlib import Path

from services.chassis.refusals import Bounds, Invalid

SERVICES = Path(__file__).parents[2]
NEAREST = 3

Fields = Mapping[str, Sequence[str]]
"""Which fields of each record type may be hidden."""


@cache
def catalogue() -> Fields:
    """Read the contracts that stand beside this program, once."""
    found: dict[str, Sequence[str]] = {}
    for it in sorted(SERVICES.glob("*/contract/fields.json")):
        found |= json.loads(it.read_text("utf-8"))
    return found


def check(known: Fields, record_type: str, field: str | None, *, hides: bool) -> None:
    """Refuse a policy about what there is not, or what is never empty and so cannot be hidden."""
    if record_type not in known:
        raise _unknown("no service has this record type", record_type, known, "recordType")
    if field is None:
        if hides:
            told = "whole records are hidden by permissions and scopes: name a field"
            raise Invalid(told, path=("field",))
    elif field not in known[record_type]:
        told = f"{record_type} has no field of this name that may be empty, and so be hidden"
        raise _unknown(told, field, known[record_type], "field")


def _unknown(told: str, given: str, known: Sequence[str] | Fields, place: str) -> Invalid:
    nearest = tuple(get_close_matches(given, known, NEAREST, cutoff=0.4))
    return Invalid(told, path=(place,), details=Bounds(allowed=nearest))
