"""Passwords and addresses: what they must be, and how a password is kept and compared."""

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

from services.chassis import addresses
from services.chassis.refusals import Bounds, OutOfRange

SHORTEST, LONGEST = 12, 128
_hasher = PasswordHasher()
NOBODYS = _hasher.hash("nobody has this password")
"""Compared when there is no such user, so that the answer takes as long."""


def checked_email(text: str) -> str:
    """Give an e-mail address in its normal form, in lower case; refuse what is none."""
    return addresses.checked_email(text).lower()


def hashed(password: str) -> str:
    """Hash a password with argon2id; this takes a while on purpose."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise OutOfRange(
            f"a password has {SHORTEST} to {LONGEST} characters",
            path=("password",),
            details=Bounds(min=str(SHORTEST), max=str(LONGEST)),
        )
    return _hasher.hash(password)


def matches(hash: str | None, password: str) -> bool:
    """Compare a password with a hash, in the same time whether there is one or not."""
    try:
        return _hasher.verify(hash or NOBODYS, password[:LONGEST]) and hash is not None
    except (VerifyMismatchError, InvalidHashError):
        return False
