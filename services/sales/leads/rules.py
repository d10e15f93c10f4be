"""The states of a lead, where it comes from, and why it comes to nothing."""

import enum

from services.chassis.process import Process
from services.chassis.refusals import Required


class LeadStatus(enum.Enum):
    """In their order (SAL-02); a qualified lead is what converting will begin from."""

    NEW = "NEW"
    CONTACTED = "CONTACTED"
    QUALIFIED = "QUALIFIED"
    DISQUALIFIED = "DISQUALIFIED"


class LeadSource(enum.Enum):
    """Where a lead came from (SAL-01): a closed list, so that sources can be compared."""

    CAMPAIGN = "CAMPAIGN"
    RESPONSE = "RESPONSE"
    CALL = "CALL"
    WEB = "WEB"
    EXHIBITION = "EXHIBITION"
    REFERRAL = "REFERRAL"
    CASE = "CASE"


class DisqualificationReason(enum.Enum):
    """Why a lead comes to nothing: a closed list, so that it may be told and counted."""

    NO_NEED = "NO_NEED"
    NO_BUDGET = "NO_BUDGET"
    NOT_REACHED = "NOT_REACHED"
    NOT_A_FIT = "NOT_A_FIT"
    COMPETITOR = "COMPETITOR"
    DUPLICATE = "DUPLICATE"
    OTHER = "OTHER"


QUALIFICATION = Process(
    LeadStatus.NEW,
    {
        LeadStatus.NEW: frozenset({LeadStatus.CONTACTED, LeadStatus.DISQUALIFIED}),
        LeadStatus.CONTACTED: frozenset({LeadStatus.QUALIFIED, LeadStatus.DISQUALIFIED}),
        LeadStatus.QUALIFIED: frozenset({LeadStatus.DISQUALIFIED}),
        LeadStatus.DISQUALIFIED: frozenset(),
    },
)


def check_reason(status: LeadStatus, reason: DisqualificationReason | None) -> None:
    """Refuse a lead that comes to nothing and does not say why."""
    if status is LeadStatus.DISQUALIFIED and reason is None:
        raise Required("a disqualified lead says why", path=("disqualifiedReason",))


def check_named(company_name: str | None, person_name: str | None) -> None:
    """Refuse a lead of nobody."""
    if not (company_name or "").strip() and not (person_name or "").strip():
        raise Required("a lead names a company or a person", path=("companyName",))
