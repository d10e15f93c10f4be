"""What is told of opportunities."""

from services.chassis.events import Event, Shared, Unshared, life_of
from services.chassis.money import Money


class OpportunityFact(Event):
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
) = life_of(OpportunityFact, "sales.opportunity")


class OpportunityStageChanged(OpportunityFact):
    """An opportunity came to another stage, on its way to being won or lost."""

    type = "sales.opportunity.stage_changed.v1"
    from_stage: str


class OpportunityWon(OpportunityFact):
    """An opportunity was won. Told alone, though its stage changes too: one deed, one event."""

    type = "sales.opportunity.won.v1"


class OpportunityShared(Shared):
    """An opportunity was shared: `shares` says what each of these may do with it from now on."""

    type = "sales.opportunity.shared.v1"
    opportunity_id: str


class OpportunityUnshared(Unshared):
    """An opportunity is shared with these no longer."""

    type = "sales.opportunity.unshared.v1"
    opportunity_id: str


class OpportunityLost(OpportunityFact):
    """An opportunity was lost, for this reason."""

    type = "sales.opportunity.lost.v1"
    reason: str
