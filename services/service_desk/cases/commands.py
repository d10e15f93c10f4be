"""What can be done with a case."""

from typing import Annotated

from services.chassis.archiving import archiving, purging, restoring
from services.chassis.assigning import require_active
from services.chassis.changes import Changes
from services.chassis.ids import checked_id
from services.chassis.numbers import Series, next_number
from services.chassis.permissions import requires
from services.chassis.refusals import Forbidden, Invalid
from services.chassis.work import Work
from services.service_desk.cases.events import (
    CaseArchived,
    CaseAssigned,
    CaseClosed,
    CaseOpened,
    CasePurged,
    CaseReopened,
    CaseResolved,
    CaseRestored,
    CaseStarted,
    CaseUpdated,
    CaseWaiting,
)
from services.service_desk.cases.model import MAX_TEXT, Case
from services.service_desk.company.model import NumberFormat
from services.service_desk.permissions import (
    ASSIGN_CASES,
    CLOSE_CASES,
    EDIT_CASES,
    OPEN_CASES,
    PURGE_CASES,
    SUBMIT_CASES,
    WORK_ON_CASES,
)
from services.service_desk.staff.model import StaffUser

SERIES = Series("C", "CASE", NumberFormat)


@requires(OPEN_CASES, publishes=[CaseOpened])
async def open(work: Work, values: Changes) -> Case:
    """Open a case, now or, where history is brought in, when it was opened elsewhere."""
    return await _opened(work, values)


@requires(SUBMIT_CASES, publishes=[CaseOpened])
async def submit(work: Work, values: Changes) -> Case:
    """Open a case for the customer of the guest who asks, and for no other."""
    if work.actor.portal is None:
        raise Forbidden("a case is submitted by guests of the portal")
    return await _opened(work, values.having(Case.customer_id, work.actor.portal.party))


async def _opened(work: Work, values: Changes) -> Case:
    await _check(work, values)
    at = values.get(Case.opened_at, work.now)
    number = await next_number(work.session, SERIES, at.year)
    case = work.add(Case, values, number=number, opened_at=at)
    case.require_sound()
    await work.publish(case.told(CaseOpened))
    return case


@requires(EDIT_CASES, publishes=[CaseUpdated])
async def update(work: Work, id: str, changes: Changes, version: int | None) -> Case:
    """Correct what a case says; one that has ended changes only as brought in history."""
    case = await work.get(Case, id, version=version)
    await _check(work, changes)
    going_on = not case.has_ended or Case.status in changes
    if work.change(case, changes):
        case.require_sound(going_on=going_on)
        await work.publish(case.told(CaseUpdated))
    return case


@requires(ASSIGN_CASES, publishes=[CaseAssigned])
async def assign(
    work: Work, id: str, *, owner_id: Annotated[str, "The staff user who shall answer for it."]
) -> Case:
    case = await work.lock(Case, id)
    await require_active(work, StaffUser, owner_id)
    await work.publish(case.assign(owner_id))
    return case


@requires(WORK_ON_CASES, publishes=[CaseStarted])
async def start(work: Work, id: str) -> Case:
    case = await work.lock(Case, id)
    await work.publish(case.start())
    return case


@requires(WORK_ON_CASES, publishes=[CaseWaiting])
async def wait_on(work: Work, id: str) -> Case:
    case = await work.lock(Case, id)
    await work.publish(case.wait())
    return case


@requires(WORK_ON_CASES, publishes=[CaseResolved])
async def resolve(
    work: Work,
    id: str,
    *,
    resolution: Annotated[str, "What helped, for whoever asks next.", MAX_TEXT],
) -> Case:
    case = await work.lock(Case, id)
    await work.publish(case.resolve(resolution, at=work.now))
    return case


@requires(CLOSE_CASES, publishes=[CaseReopened])
async def reopen(
    work: Work, id: str, *, reason: Annotated[str, "Why it is not over.", MAX_TEXT]
) -> Case:
    case = await work.lock(Case, id)
    await work.publish(case.reopen(reason))
    return case


@requires(CLOSE_CASES, publishes=[CaseClosed])
async def close(work: Work, id: str) -> Case:
    case = await work.lock(Case, id)
    await work.publish(case.close(at=work.now))
    return case


archive = archiving(Case, EDIT_CASES, CaseArchived)
restore = restoring(Case, EDIT_CASES, CaseRestored)
purge = purging(Case, PURGE_CASES, CasePurged)


async def _check(work: Work, values: Changes) -> None:
    """Refuse a customer that cannot be one, and an owner who cannot answer for a case."""
    if Case.customer_id in values:
        try:
            checked_id("cus", values[Case.customer_id])
        except Invalid as refusal:
            raise refusal.within("customerId") from None
    if owner_id := values.get(Case.owner_id, None):
        await require_active(work, StaffUser, owner_id)
