"""What can be done with positions."""

from services.chassis.archiving import archiving, purging
from services.chassis.changes import Changes
from services.chassis.permissions import requires
from services.chassis.refusals import NotFound
from services.chassis.work import Work
from services.customers.permissions import EDIT_ORGANISATION
from services.customers.positions import queries
from services.customers.positions.events import (
    PositionArchived,
    PositionCreated,
    PositionPurged,
    PositionRestored,
    PositionUpdated,
)
from services.customers.positions.model import Position, PositionsOverlap, ReportsToItself
from services.customers.staff.model import StaffUser

archive = archiving(Position, EDIT_ORGANISATION, PositionArchived)
purge = purging(Position, EDIT_ORGANISATION, PositionPurged)


@requires(EDIT_ORGANISATION, publishes=[PositionCreated])
async def create(work: Work, values: Changes) -> Position:
    """Let somebody hold a position who holds none on those days."""
    position = work.add(Position, values)
    await _settle(work, position)
    await work.publish(position.told(PositionCreated))
    return position


@requires(EDIT_ORGANISATION, publishes=[PositionUpdated])
async def update(work: Work, id: str, changes: Changes, version: int | None) -> Position:
    position = await work.get(Position, id, version=version)
    if work.change(position, changes):
        await _settle(work, position)
        await work.publish(position.told(PositionUpdated))
    return position


@requires(EDIT_ORGANISATION, publishes=[PositionRestored])
async def restore(work: Work, id: str) -> Position:
    position = await work.lock(Position, id, archived=True)
    if work.restore(position):
        await _settle(work, position)
        await work.publish(position.told(PositionRestored))
    return position


async def _settle(work: Work, position: Position) -> None:
    """Refuse what cannot be beside the other positions; whoever is meant is held meanwhile."""
    position.check()
    await _found(work, position.staff_user_id, "staffUserId", lock=True)
    if position.manager_id is not None:
        await _found(work, position.manager_id, "managerId")
    await work.flush()
    if await queries.overlaps(work.session, position):
        told = "this person holds another position on one of these days"
        raise PositionsOverlap(told, path=("beginsOn",))
    if position.manager_id is not None:
        above = await queries.line(work.session, position.manager_id, position.begins_on)
        if position.staff_user_id in {it.staff_user_id for it in above}:
            raise ReportsToItself("this person would report to themselves", path=("managerId",))


async def _found(work: Work, id: str, name: str, *, lock: bool = False) -> None:
    try:
        await (work.lock if lock else work.get)(StaffUser, id)
    except NotFound as refusal:
        raise refusal.within(name) from None
