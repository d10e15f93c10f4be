"""Secrets: how they are made, what is kept of them, and what a code must be at a time."""

import base64
import hashlib
import hmac
import re
from datetime import datetime
from urllib.parse import quote

MOST_FAILURES, LOCKED_MINUTES = 5, 15
RECOVERY_CODES = 10
STEP_SECONDS, DIGITS, DRIFT = 30, 6, 1
"""Of a code by time (RFC 6238), and how many steps a clock may be off."""
SLUG = re.compile("[a-z][a-z0-9_-]{0,38}[a-z0-9]")
ISSUER = "Guanxi"


def digest(secret: str) -> str:
    """Give what is kept of a secret that is long and random: it needs no slow hash."""
    return hashlib.sha256(secret.encode()).hexdigest()


def token_of(tenant: str, id: str, secret: str) -> str:
    """Write a token that says where it is kept: with which company, by which id."""
    return f"{tenant}.{id}.{secret}"


def parts_of(token: str) -> tuple[str, str, str] | None:
    """Read such a token, or nothing where it is none."""
    tenant, _, rest = token.partition(".")
    id, _, secret = rest.partition(".")
    is_one = SLUG.fullmatch(tenant) and id and secret and len(token) <= 300  # noqa: PLR2004  # ample
    return (tenant, id, secret) if is_one else None


def address_of(secret: str, email: str) -> str:
    """Write the address that an authenticator reads from a picture."""
    return f"otpauth://totp/{ISSUER}:{quote(email)}?secret={secret}&issuer={ISSUER}"


def code_at(secret: str, step: int) -> str:
    """Give the code of a step (RFC 4226, section 5.3)."""
    mac = hmac.new(base64.b32decode(secret), step.to_bytes(8, "big"), hashlib.sha1).digest()
    offset = mac[-1] & 0xF
    number = int.from_bytes(mac[offset : offset + 4], "big") & 0x7FFFFFFF
    return str(number % 10**DIGITS).zfill(DIGITS)


def matching_step(secret: str, code: str, at: datetime) -> int | None:
    """Say of which step a code is, of those about now; every one is compared."""
    now = int(at.timestamp()) // STEP_SECONDS
    steps = range(now - DRIFT, now + DRIFT + 1)
    fitting = [it for it in steps if hmac.compare_digest(code_at(secret, it), _ascii(code))]
    return fitting[-1] if fitting else None


def plain_code(code: str) -> str:
    return code.strip().lower()


def _ascii(code: str) -> str:
    return code if code.isascii() else ""
