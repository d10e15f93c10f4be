"""What can be done with a lead."""

from typing import Annotated

from services.chassis.archiving import archiving, purging, restoring
from services.chassis.assigning import require_active
from services.chassis.changes import Changes
from services.chassis.editing import reachable
from services.chassis.permissions import requires
from services.chassis.work import Work
from services.sales.leads.events import (
    LeadArchived,
    LeadAssigned,
    LeadCreated,
    LeadPurged,
    LeadRestored,
    LeadStatusChanged,
    LeadUpdated,
)
from services.sales.leads.model import Lead
from services.sales.leads.rules import DisqualificationReason
from services.sales.permissions import ASSIGN_LEADS, EDIT_LEADS, PURGE_LEADS
from services.sales.staff.model import StaffUser


@requires(EDIT_LEADS, publishes=[LeadCreated])
async def create(work: Work, values: Changes) -> Lead:
    await _require_owner(work, values)
    lead = work.add(Lead, reachable(values, Lead))
    lead.check()
    await work.publish(lead.told(LeadCreated))
    return lead


@requires(EDIT_LEADS, publishes=[LeadUpdated])
async def update(work: Work, id: str, changes: Changes, version: int | None) -> Lead:
    lead = await work.get(Lead, id, version=version)
    await _require_owner(work, changes)
    before = lead.status
    if work.change(lead, reachable(changes, Lead)):
        lead.refuse_if_disqualified(before)
        lead.check()
        await work.publish(lead.told(LeadUpdated))
    return lead


@requires(EDIT_LEADS, publishes=[LeadStatusChanged])
async def contact(work: Work, id: str) -> Lead:
    lead = await work.get(Lead, id)
    await work.publish(lead.contact(at=work.now))
    return lead


@requires(EDIT_LEADS, publishes=[LeadStatusChanged])
async def qualify(work: Work, id: str) -> Lead:
    lead = await work.get(Lead, id)
    await work.publish(lead.qualify(at=work.now))
    return lead


@requires(EDIT_LEADS, publishes=[LeadStatusChanged])
async def disqualify(
    work: Work,
    id: str,
    *,
    reason: Annotated[DisqualificationReason, "Why it comes to nothing."],
    note: Annotated[str | None, "What else is to be said of it; it is told to nobody."] = None,
) -> Lead:
    lead = await work.get(Lead, id)
    await work.publish(lead.disqualify(reason, note, at=work.now))
    return lead


@requires(ASSIGN_LEADS, publishes=[LeadAssigned])
async def assign(
    work: Work, id: str, *, owner_id: Annotated[str, "The staff user who shall work on it."]
) -> Lead:
    lead = await work.get(Lead, id)
    await require_active(work, StaffUser, owner_id)
    await work.publish(lead.assign(owner_id))
    return lead


archive = archiving(Lead, EDIT_LEADS, LeadArchived)
restore = restoring(Lead, EDIT_LEADS, LeadRestored)
purge = purging(Lead, PURGE_LEADS, LeadPurged)


async def _require_owner(work: Work, values: Changes) -> None:
    """Refuse an owner who cannot work on a lead."""
    if owner_id := values.get(Lead.owner_id, None):
        await require_active(work, StaffUser, owner_id)
