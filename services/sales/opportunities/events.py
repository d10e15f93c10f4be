"""What is told of opportunities."""

from services.chassis.events import Event
from services.chassis.money import Money


class OpportunityEvent(Event):
    """What was so of an opportunity when something happened to it."""

    opportunity_id: str
    customer_id: str
    stage: str
    status: str
    amount: Money | None
    owner_id: str | None


class OpportunityCreated(OpportunityEvent):
    type = "sales.opportunity.created.v1"


class OpportunityUpdated(OpportunityEvent):
    type = "sales.opportunity.updated.v1"


class OpportunityStageChanged(OpportunityEvent):
    type = "sales.opportunity.stage_changed.v1"
    from_stage: str


class OpportunityWon(OpportunityEvent):
    """Told alone, though winning changes the stage too: one deed, one event."""

    type = "sales.opportunity.won.v1"


class OpportunityLost(OpportunityEvent):
    type = "sales.opportunity.lost.v1"
    reason: str


class OpportunityArchived(OpportunityEvent):
    type = "sales.opportunity.archived.v1"


class OpportunityRestored(OpportunityEvent):
    type = "sales.opportunity.restored.v1"


class OpportunityPurged(OpportunityEvent):
    type = "sales.opportunity.purged.v1"
