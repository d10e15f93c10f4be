"""Chance: secrets that nobody guesses."""

import base64
import secrets


def new_secret() -> str:
    """Make 256 bits, as text that goes into addresses and headers."""
    return secrets.token_urlsafe(32)


def new_factor() -> str:
    """Make a secret for an authenticator, as it is typed: 160 bits in base 32."""
    return base64.b32encode(secrets.token_bytes(20)).decode()


def new_code() -> str:
    """Make a code that can be written on paper: 64 bits in two groups."""
    return f"{secrets.token_hex(4)}-{secrets.token_hex(4)}"
