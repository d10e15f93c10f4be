"""Passwords and addresses: what they must be, and how a password is kept and compared."""

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from email_validator import EmailNotValidError, validate_email

from services.chassis.refusals import Bounds, Invalid, OutOfRange

SHORTEST, LONGEST = 12, 128
_hasher = PasswordHasher()
NOBODYS = _hasher.hash("nobody has this password")
"""Compared when there is no such user, so that the answer takes as long."""


def checked_email(text: str) -> str:
    """Give an e-mail address in its normal form, in lower case; refuse what is none."""
    try:
        found = validate_email(text, check_deliverability=False, test_environment=True)
    except EmailNotValidError as error:
        raise Invalid("this is no e-mail address", path=("email",)) from error
    return found.normalized.lower()


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
