"""What is told of opportunities."""

from services.chassis.events import Event, life_of
from services.chassis.money import Money


class OpportunityEvent(Event):
    """What was so of an opportunity when something happened to it."""

    opportunity_id: str
    customer_id: str
    stage: str
    status: str
    amount: Money | None
    owner_id: str | None


(
    OpportunityCreated,
    OpportunityUpdated,
    OpportunityArchived,
    OpportunityRestored,
    OpportunityPurged,
) = life_of(OpportunityEvent, "sales.opportunity")


class OpportunityStageChanged(OpportunityEvent):
    type = "sales.opportunity.stage_changed.v1"
    from_stage: str


class OpportunityWon(OpportunityEvent):
    """Told alone, though winning changes the stage too: one deed, one event."""

    type = "sales.opportunity.won.v1"


class OpportunityLost(OpportunityEvent):
    type = "sales.opportunity.lost.v1"
    reason: str
