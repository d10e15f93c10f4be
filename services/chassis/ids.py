"""Ids: a prefix and a UUIDv7 in the TypeID spelling, `opp_01j9…`, one spelling everywhere."""

import os
import time

from services.chassis.refusals import Invalid

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
PAIRS = [one + two for one in ALPHABET for two in ALPHABET]
SUFFIX_LENGTH = 26
LARGEST_FIRST = "7"
LONGEST = 64
"""26 characters hold 130 bits, and an id has 128."""


def uuid7(milliseconds: int, chance: bytes) -> int:
    """Compose a UUIDv7 from a time and ten random bytes (RFC 9562, section 5.7)."""
    random = int.from_bytes(chance[:10], "big")
    rand_a, rand_b = random >> 68 & 0xFFF, random & (1 << 62) - 1
    return milliseconds << 80 | 0x7 << 76 | rand_a << 64 | 0b10 << 62 | rand_b


def spelled(value: int) -> str:
    """Spell 128 bits as 26 characters of Crockford's base 32, which sort as the value does."""
    return "".join([PAIRS[value >> shift & 1023] for shift in range(120, -1, -10)])


def new_id(prefix: str) -> str:
    """Mint an id; those of one process sort by the millisecond in which they were minted."""
    return f"{prefix}_{spelled(uuid7(time.time_ns() // 1_000_000, os.urandom(10)))}"


def is_possible(id: str) -> bool:
    """Say whether there can be a record of this id, here or elsewhere; if not, do not look."""
    return 0 < len(id) <= LONGEST and id.isascii() and id.isprintable()


def checked_id(prefix: str, id: str) -> str:
    """Give the id back if it is one of this prefix; refuse it otherwise."""
    kind, _, suffix = id.rpartition("_")
    is_spelled = len(suffix) == SUFFIX_LENGTH and not suffix.strip(ALPHABET)
    if kind != prefix or not is_spelled or suffix[0] > LARGEST_FIRST:
        raise Invalid(f"this is not the id of a {prefix}_… record")
    return id
