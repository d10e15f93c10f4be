"""A lead, and what can become of it."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped

from services.chassis.database import Entity, Personal, RecordColumns, column
from services.chassis.refusals import Code, Refusal, Step
from services.sales.leads.events import LeadAssigned, LeadStatusChanged
from services.sales.leads.rules import (
    QUALIFICATION,
    DisqualificationReason,
    LeadSource,
    LeadStatus,
    check_named,
    check_reason,
)


class LeadDisqualified(Refusal):
    code, reason = Code.INVALID_TRANSITION, "LEAD_DISQUALIFIED"


class Lead(RecordColumns, Entity):
    __tablename__, __prefix__ = "lead", "lea"
    __sorts__ = ("company_name", "person_name", "contacted_at", "created_at")
    __lists__ = (
        *(("status", "created_at"), ("source", "created_at")),
        *(("owner_id", "created_at"), ("owner_id", "status", "created_at")),
        ("team_id", "created_at"),
    )
    __searched__ = ("company_name", "person_name")

    company_name: Mapped[str | None] = column()
    person_name: Mapped[str | None] = column(Personal.NAME)
    person_title: Mapped[str | None] = column(Personal.FREE_TEXT)
    email: Mapped[str | None] = column(Personal.CONTACT)
    phone: Mapped[str | None] = column(Personal.CONTACT, String(40))
    source: Mapped[LeadSource] = column()
    interest: Mapped[str | None] = column(Personal.FREE_TEXT, String(10_000))
    status: Mapped[LeadStatus] = column(default=QUALIFICATION.start)
    contacted_at: Mapped[datetime | None] = column()
    qualified_at: Mapped[datetime | None] = column()
    disqualified_at: Mapped[datetime | None] = column()
    disqualified_reason: Mapped[DisqualificationReason | None] = column()
    disqualified_note: Mapped[str | None] = column(Personal.FREE_TEXT, String(10_000))

    def contact(self, *, at: datetime) -> LeadStatusChanged:
        before = self._become(LeadStatus.CONTACTED)
        self.contacted_at = at
        return self.told(LeadStatusChanged, from_status=before.name)

    def qualify(self, *, at: datetime) -> LeadStatusChanged:
        """Find it worth an opportunity; one that nobody has spoken with is refused."""
        before = self._become(LeadStatus.QUALIFIED)
        self.qualified_at = at
        return self.told(LeadStatusChanged, from_status=before.name)

    def disqualify(
        self, reason: DisqualificationReason, note: str | None, *, at: datetime
    ) -> LeadStatusChanged:
        before = self._become(LeadStatus.DISQUALIFIED)
        self.disqualified_reason, self.disqualified_note = reason, note
        self.disqualified_at = at
        return self.told(LeadStatusChanged, from_status=before.name)

    def assign(self, owner_id: str) -> LeadAssigned:
        self.refuse_if_disqualified(self.status)
        self.owner_id = owner_id
        return self.told(LeadAssigned)

    def check(self) -> None:
        check_named(self.company_name, self.person_name)
        check_reason(self.status, self.disqualified_reason)

    def refuse_if_disqualified(self, status: LeadStatus) -> None:
        if status is LeadStatus.DISQUALIFIED:
            raise LeadDisqualified("this lead was disqualified", details=Step(status.name))

    def _become(self, status: LeadStatus) -> LeadStatus:
        """Go on to a state, and give the one before."""
        before = self.status
        self.refuse_if_disqualified(before)
        self.status = QUALIFICATION.moved(before, status)
        return before
