"""What can be done with organisation units."""

from typing import Annotated

from services.chassis.archiving import purging, restoring
from services.chassis.changes import Changes
from services.chassis.editing import creating
from services.chassis.permissions import requires
from services.chassis.work import Work
from services.customers.permissions import EDIT_ORGANISATION
from services.customers.units import queries
from services.customers.units.events import (
    OrgUnitArchived,
    OrgUnitCreated,
    OrgUnitMoved,
    OrgUnitPurged,
    OrgUnitRestored,
    OrgUnitUpdated,
)
from services.customers.units.model import OrgUnit, UnitNotEmpty

create = creating(OrgUnit, EDIT_ORGANISATION, OrgUnitCreated)
restore = restoring(OrgUnit, EDIT_ORGANISATION, OrgUnitRestored)
purge = purging(OrgUnit, EDIT_ORGANISATION, OrgUnitPurged)


@requires(EDIT_ORGANISATION, publishes=[OrgUnitUpdated, OrgUnitMoved])
async def update(work: Work, id: str, changes: Changes, version: int | None) -> OrgUnit:
    """Change a unit; where it comes to lie elsewhere, that is told as a move."""
    unit = await work.get(OrgUnit, id, version=version)
    if OrgUnit.parent_id in changes:
        await move(work, id, parent_id=changes[OrgUnit.parent_id])
        changes = changes.having(OrgUnit.parent_id, unit.parent_id)
    if work.change(unit, changes):
        await work.publish(unit.told(OrgUnitUpdated))
    return unit


@requires(EDIT_ORGANISATION, publishes=[OrgUnitMoved])
async def move(
    work: Work, id: str, *, parent_id: Annotated[str | None, "Within which; none: the top."] = None
) -> OrgUnit:
    """Put a unit, with all that lies within it, within another one."""
    await queries.hold_tree(work.session, work.actor.tenant)
    unit = await work.get(OrgUnit, id)
    above = await queries.above(work.session, parent_id) if parent_id else set()
    if moved := unit.move(parent_id, above=above):
        await work.publish(moved)
    return unit


@requires(EDIT_ORGANISATION, publishes=[OrgUnitArchived])
async def archive(work: Work, id: str) -> OrgUnit:
    """Put a unit away that has no others within it."""
    unit = await work.lock(OrgUnit, id, archived=True)
    if await queries.has_units(work.session, id):
        raise UnitNotEmpty("others lie within this unit: move or archive them first")
    if work.archive(unit):
        await work.publish(unit.told(OrgUnitArchived))
    return unit
