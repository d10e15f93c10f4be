"""What can be done with an opportunity."""

from typing import Annotated

from services.chassis.archiving import archiving, purging, restoring
from services.chassis.changes import Changes
from services.chassis.permissions import SharePermission, admit, requires
from services.chassis.sharing import Shareable, sharing
from services.chassis.work import Work
from services.sales.opportunities.events import (
    OpportunityArchived,
    OpportunityCreated,
    OpportunityLost,
    OpportunityPurged,
    OpportunityRestored,
    OpportunityShared,
    OpportunityStageChanged,
    OpportunityUnshared,
    OpportunityUpdated,
    OpportunityWon,
)
from services.sales.opportunities.model import Opportunity
from services.sales.opportunities.rules import LossReason, OpportunityStage, check_probability
from services.sales.permissions import (
    CLOSE_OPPORTUNITY,
    EDIT_OPPORTUNITIES,
    PURGE_OPPORTUNITIES,
    READ_OPPORTUNITIES,
    SHARE_OPPORTUNITIES,
)
from services.sales.staff.model import StaffUser


@requires(EDIT_OPPORTUNITIES, publishes=[OpportunityCreated])
async def create(work: Work, values: Changes) -> Opportunity:
    opportunity = work.add(Opportunity, values)
    check_probability(opportunity.probability)
    await work.publish(opportunity.told(OpportunityCreated))
    return opportunity


@requires(EDIT_OPPORTUNITIES, publishes=[OpportunityUpdated])
async def update(work: Work, id: str, changes: Changes, version: int | None) -> Opportunity:
    opportunity = await work.get(Opportunity, id, version=version)
    opportunity.refuse_if_closed()
    if work.change(opportunity, changes):
        check_probability(opportunity.probability)
        await work.publish(opportunity.told(OpportunityUpdated))
    return opportunity


@requires(EDIT_OPPORTUNITIES, publishes=[OpportunityStageChanged, OpportunityWon])
async def advance(
    work: Work,
    id: str,
    *,
    to: Annotated[
        OpportunityStage | None, "The stage that should be next; refused if it is not."
    ] = None,
) -> Opportunity:
    opportunity = await work.get(Opportunity, id)
    fact = opportunity.advance(to, at=work.now)
    if isinstance(fact, OpportunityWon):
        admit(work.actor, CLOSE_OPPORTUNITY)
    await work.publish(fact)
    return opportunity


@requires(CLOSE_OPPORTUNITY, publishes=[OpportunityWon])
async def win(work: Work, id: str) -> Opportunity:
    opportunity = await work.get(Opportunity, id)
    await work.publish(opportunity.win(at=work.now))
    return opportunity


@requires(CLOSE_OPPORTUNITY, publishes=[OpportunityLost])
async def lose(
    work: Work,
    id: str,
    *,
    reason: Annotated[LossReason, "Why it was lost."],
    note: Annotated[str | None, "What else is to be said of it; it is told to nobody."] = None,
) -> Opportunity:
    opportunity = await work.get(Opportunity, id)
    await work.publish(opportunity.lose(reason, note, at=work.now))
    return opportunity


shares = sharing(
    Shareable(
        Opportunity,
        {
            SharePermission.VIEW: READ_OPPORTUNITIES,
            SharePermission.EDIT: EDIT_OPPORTUNITIES,
            SharePermission.DELETE: EDIT_OPPORTUNITIES,
            SharePermission.SHARE: SHARE_OPPORTUNITIES,
        },
        StaffUser,
        OpportunityShared,
        OpportunityUnshared,
    )
)
archive = archiving(Opportunity, EDIT_OPPORTUNITIES, OpportunityArchived)
restore = restoring(Opportunity, EDIT_OPPORTUNITIES, OpportunityRestored)
purge = purging(Opportunity, PURGE_OPPORTUNITIES, OpportunityPurged)
