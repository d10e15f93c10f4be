"""Whether a customer may order."""

import enum
from collections.abc import Mapping

from services.chassis.refusals import Code, Refusal, VersionConflict


class Standing(enum.Enum):
    """What customers answers about a customer; all but GOOD stand in an order's way."""

    GOOD = "GOOD"
    ON_HOLD = "ON_HOLD"
    INACTIVE = "INACTIVE"
    UNKNOWN = "UNKNOWN"


class CustomerOnHold(Refusal):
    code, reason = Code.GATE_NOT_MET, "CUSTOMER_ON_HOLD"


class CustomerInactive(Refusal):
    code, reason = Code.GATE_NOT_MET, "CUSTOMER_INACTIVE"


class CustomerUnknown(Refusal):
    code, reason = Code.GATE_NOT_MET, "CUSTOMER_UNKNOWN"


def check_may_order(standings: Mapping[str, Standing], customer_id: str) -> None:
    """Refuse a customer who is not in good standing, by a name for each reason."""
    if customer_id not in standings:
        raise VersionConflict("this order went to another customer just now")
    standing = standings[customer_id]
    if standing is Standing.ON_HOLD:
        raise CustomerOnHold("this customer is on hold")
    if standing is Standing.INACTIVE:
        raise CustomerInactive("this customer is no longer active")
    if standing is Standing.UNKNOWN:
        raise CustomerUnknown("customers knows no such customer")


def last_known(status: str | None, *, archived: bool = False) -> Standing | None:
    """Say from our copy that somebody may not order; that somebody may, it never says."""
    if archived:
        return Standing.UNKNOWN
    return {"ON_HOLD": Standing.ON_HOLD, "INACTIVE": Standing.INACTIVE}.get(status or "")
