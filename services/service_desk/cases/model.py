"""A case, and what can become of it."""

import enum
from datetime import datetime

from sqlalchemy import Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped

from services.chassis.database import ID, Entity, Personal, RecordColumns, column
from services.chassis.process import Process
from services.chassis.refusals import Code, OutOfRange, Refusal, Required, Step
from services.chassis.scoping import Shown
from services.service_desk.cases.events import (
    CaseAssigned,
    CaseClosed,
    CaseReopened,
    CaseResolved,
    CaseStarted,
    CaseWaiting,
)

MAX_TEXT = 10_000


class CaseStatus(enum.Enum):
    NEW = "NEW"
    OPEN = "OPEN"
    WAITING = "WAITING"
    RESOLVED = "RESOLVED"
    CLOSED = "CLOSED"


class CasePriority(enum.Enum):
    LOW = "LOW"
    NORMAL = "NORMAL"
    HIGH = "HIGH"
    URGENT = "URGENT"


class CaseChannel(enum.Enum):
    WEB = "WEB"
    EMAIL = "EMAIL"
    PHONE = "PHONE"
    VISIT = "VISIT"


LIFE = Process(
    start=CaseStatus.NEW,
    moves={
        CaseStatus.NEW: frozenset({CaseStatus.OPEN}),
        CaseStatus.OPEN: frozenset({CaseStatus.WAITING, CaseStatus.RESOLVED}),
        CaseStatus.WAITING: frozenset({CaseStatus.OPEN}),
        CaseStatus.RESOLVED: frozenset({CaseStatus.CLOSED, CaseStatus.OPEN}),
        CaseStatus.CLOSED: frozenset({CaseStatus.OPEN}),
    },
)
ENDED = frozenset({CaseStatus.RESOLVED, CaseStatus.CLOSED})


class CaseEnded(Refusal):
    code, reason = Code.INVALID_TRANSITION, "CASE_ENDED"


class CaseNotEnded(Refusal):
    code, reason = Code.INVALID_TRANSITION, "CASE_NOT_ENDED"


class Case(RecordColumns, Entity):
    __tablename__, __prefix__ = "service_case", "cas"
    __sorts__ = ("number", "opened_at", "created_at")
    __lists__ = (
        *(("status", "opened_at"), ("priority", "opened_at"), ("customer_id", "opened_at")),
        *(
            ("owner_id", "opened_at"),
            ("owner_id", "status", "opened_at"),
            ("team_id", "opened_at"),
        ),
    )
    __portal__ = Shown("customer_id")
    __owned_by_maker__ = False
    """Nobody has taken up a new one: it is assigned."""
    __table_args__ = (
        UniqueConstraint("tenant", "number"),
        Index("service_case_customer_id_ix", "tenant", "customer_id", "id"),
    )

    number: Mapped[str] = column(Personal.NONE, String(40))
    customer_id: Mapped[str] = column(Personal.NONE, ID)
    subject: Mapped[str] = column(Personal.FREE_TEXT)
    description: Mapped[str | None] = column(Personal.FREE_TEXT, String(MAX_TEXT))
    priority: Mapped[CasePriority] = column(default=CasePriority.NORMAL)
    status: Mapped[CaseStatus] = column(default=LIFE.start)
    channel: Mapped[CaseChannel] = column(default=CaseChannel.WEB)
    opened_at: Mapped[datetime] = column()
    resolved_at: Mapped[datetime | None] = column()
    closed_at: Mapped[datetime | None] = column()
    resolution: Mapped[str | None] = column(Personal.FREE_TEXT, String(MAX_TEXT))
    reopening_reason: Mapped[str | None] = column(Personal.FREE_TEXT, String(MAX_TEXT))

    def assign(self, owner_id: str) -> CaseAssigned:
        self.require_going_on()
        self.owner_id = owner_id
        return self.told(CaseAssigned)

    def start(self) -> CaseStarted:
        """Take it up, be it new or waiting; one that has ended is reopened instead."""
        self.require_going_on()
        self.status = LIFE.moved(self.status, CaseStatus.OPEN)
        return self.told(CaseStarted)

    def wait(self) -> CaseWaiting:
        self.status = LIFE.moved(self.status, CaseStatus.WAITING)
        return self.told(CaseWaiting)

    def resolve(self, resolution: str, *, at: datetime) -> CaseResolved:
        if not resolution.strip():
            raise Required("this cannot be empty", path=("resolution",))
        self.status = LIFE.moved(self.status, CaseStatus.RESOLVED)
        self.resolution, self.resolved_at = resolution, at
        return self.told(CaseResolved)

    def close(self, *, at: datetime) -> CaseClosed:
        self.status = LIFE.moved(self.status, CaseStatus.CLOSED)
        self.closed_at = at
        return self.told(CaseClosed)

    def reopen(self, reason: str) -> CaseReopened:
        """Take it up once more; how it was resolved before stays in the audit lines."""
        if not reason.strip():
            raise Required("this cannot be empty", path=("reason",))
        if not self.has_ended:
            raise CaseNotEnded("this case has not ended yet", details=Step(self.status.name))
        self.status = LIFE.moved(self.status, CaseStatus.OPEN)
        self.reopening_reason = reason
        self.resolution = self.resolved_at = self.closed_at = None
        return self.told(CaseReopened)

    @property
    def has_ended(self) -> bool:
        return self.status in ENDED

    def require_going_on(self) -> None:
        if self.has_ended:
            raise CaseEnded("this case has ended: reopen it first", details=Step(self.status.name))

    def require_sound(self, *, going_on: bool = True) -> None:
        """Refuse a change of what had ended, and given dates by which it ended before it began."""
        if not going_on:
            raise CaseEnded("this case has ended: reopen it first", details=Step(self.status.name))
        times = [it for it in (self.opened_at, self.resolved_at, self.closed_at) if it]
        if times != sorted(times):
            raise OutOfRange("a case is opened, then resolved, then closed", path=("openedAt",))
