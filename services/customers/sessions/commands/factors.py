"""Second factors: their secrets, sealed while they are kept, and opened to compare a code."""

from services.chassis.logs import log
from services.chassis.sealing import Seals
from services.chassis.work import Work
from services.customers.sessions.model import SecondFactor


def sealed(work: Work, staff_user_id: str, secret: str) -> str:
    """Give a secret as it is kept, or refuse to keep it where there is no key."""
    return Seals.here().seal(secret, _about(work, staff_user_id))


def accepted(work: Work, factor: SecondFactor, code: str) -> bool:
    """Take a code, or a recovery code; what an older key sealed is sealed anew.

    One that was kept before there was a key is what it says, and is sealed now.
    """
    seals, about = Seals.here(), _about(work, factor.staff_user_id)
    is_sealed = "." in factor.secret
    secret = seals.open(factor.secret, about) if is_sealed else factor.secret
    if secret is None:
        log().error("a second factor cannot be opened: its key is gone", id=factor.staff_user_id)
    is_taken = factor.accept(code, secret, at=work.now)
    if is_taken and secret is not None and not seals.is_current(factor.secret):
        factor.secret = seals.seal(secret, about)
    return is_taken


def _about(work: Work, staff_user_id: str) -> str:
    return f"{work.actor.tenant}|{staff_user_id}|second factor"
