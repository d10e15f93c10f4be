"""Which labels of progressive overrides are active for a request."""

import re
from collections.abc import Collection
from random import random

PERCENT = re.compile(r"percent\((.+)\)")


def active(labels: Collection[str], named: Collection[str]) -> frozenset[str]:
    """Draw for each share of requests; a named label is active where an operator says so."""
    drawn = random() * 100  # noqa: S311  # one draw: who is in 10 % is in 20 % too
    return frozenset(label for label in labels if _is_active(label, named, drawn))


def _is_active(label: str, named: Collection[str], drawn: float) -> bool:
    share = PERCENT.fullmatch(label)
    return drawn < float(share[1]) if share else label in named
