"""An opportunity, and what can become of it."""

from datetime import date, datetime

from sqlalchemy import Index, Numeric, String
from sqlalchemy.orm import Mapped, composite

from services.chassis.database import ID, Entity, Personal, RecordColumns, column
from services.chassis.money import Money
from services.chassis.refusals import Code, Refusal, Step
from services.sales.opportunities.events import (
    OpportunityLost,
    OpportunityStageChanged,
    OpportunityWon,
)
from services.sales.opportunities.rules import (
    CERTAIN,
    FUNNEL,
    LossReason,
    OpportunityStage,
    OpportunityStatus,
    following,
)

SIGNED = OpportunityStage.CONTRACT_SIGNED


class OpportunityClosed(Refusal):
    code, reason = Code.INVALID_TRANSITION, "OPPORTUNITY_CLOSED"


class OpportunityNotNegotiated(Refusal):
    code, reason = Code.INVALID_TRANSITION, "OPPORTUNITY_NOT_NEGOTIATED"


class Opportunity(RecordColumns, Entity):
    __tablename__, __prefix__ = "opportunity", "opp"
    __sorts__ = ("name", "close_on", "created_at")
    __lists__ = (
        *(("status", "close_on"), ("stage", "close_on"), ("customer_id", "close_on")),
        *(("owner_id", "close_on"), ("owner_id", "status", "close_on"), ("team_id", "close_on")),
    )
    __searched__ = ("name",)
    __table_args__ = (Index("opportunity_customer_id_ix", "tenant", "customer_id", "id"),)

    name: Mapped[str] = column(Personal.FREE_TEXT)
    customer_id: Mapped[str] = column(Personal.NONE, ID)
    stage: Mapped[OpportunityStage] = column(default=FUNNEL.start)
    status: Mapped[OpportunityStatus] = column(default=OpportunityStatus.OPEN)
    amount: Mapped[Money | None] = composite(
        column(Personal.NONE, "amount_value", Numeric(18, 2), nullable=True),
        column(Personal.NONE, "amount_currency", String(3), nullable=True),
    )
    probability: Mapped[int] = column(default=10)
    close_on: Mapped[date | None] = column()
    lost_reason: Mapped[LossReason | None] = column()
    lost_note: Mapped[str | None] = column(Personal.FREE_TEXT, String(10_000))
    closed_at: Mapped[datetime | None] = column()

    def advance(
        self, to: OpportunityStage | None, *, at: datetime
    ) -> OpportunityStageChanged | OpportunityWon:
        """Go on to the next stage; the signed contract wins, and a won one is implemented.

        `to` is the stage that the caller believes to be next: any other is refused.
        """
        if self.status is OpportunityStatus.LOST:
            raise OpportunityClosed("this opportunity is lost", details=Step(self.status.name))
        before, after = self.stage, following(self.stage)
        if FUNNEL.moved(self.stage, to or after) is SIGNED:
            return self.win(at=at)
        self.stage = after
        return self.told(OpportunityStageChanged, from_stage=before.name)

    def win(self, *, at: datetime) -> OpportunityWon:
        self.refuse_if_closed()
        if SIGNED not in FUNNEL.moves[self.stage]:
            allowed = tuple(it.name for it in FUNNEL.moves[self.stage])
            raise OpportunityNotNegotiated(
                "only what was negotiated can be won",
                details=Step(self.stage.name, SIGNED.name, allowed),
            )
        self.stage, self.probability = SIGNED, CERTAIN
        self.status, self.closed_at = OpportunityStatus.WON, at
        return self.told(OpportunityWon)

    def lose(self, reason: LossReason, note: str | None, *, at: datetime) -> OpportunityLost:
        self.refuse_if_closed()
        self.lost_reason, self.lost_note, self.probability = reason, note, 0
        self.status, self.closed_at = OpportunityStatus.LOST, at
        return self.told(OpportunityLost, reason=reason.name)

    def refuse_if_closed(self) -> None:
        if self.status is not OpportunityStatus.OPEN:
            raise OpportunityClosed(
                f"this opportunity is already {self.status.name.lower()}",
                details=Step(self.status.name),
            )
