"""What can be done with ships."""

from typing import Annotated

from services.chassis.archiving import archiving, purging, restoring
from services.chassis.changes import Changes
from services.chassis.permissions import Permission, requires
from services.chassis.work import Work
from tests.toy.model import (
    Ship,
    ShipArchived,
    ShipPurged,
    ShipRegistered,
    ShipRestored,
    ShipSunk,
    Voyage,
)

EDIT_SHIPS = Permission("toy:ship:edit")
PURGE_SHIPS = Permission("toy:ship:purge")
IMPORT_HISTORY = Permission("toy:history:import")
RUN_JOBS = Permission("toy:job:run")
ADMINISTER_JOBS = Permission("toy:job:administer")
EXPORT_SHIPS = Permission("toy:record:export")
READ_EVENTS = Permission("toy:event:read")
MEND_EVENTS = Permission("toy:event:mend")
READ_AUDIT = Permission("toy:audit:read")


@requires(EDIT_SHIPS, publishes=[ShipRegistered])
async def create(work: Work, values: Changes) -> Ship:
    ship = work.add(Ship, values)
    await work.publish(ShipRegistered(ship_id=ship.id, owner_id=ship.owner_id))
    return ship


@requires(EDIT_SHIPS)
async def update(work: Work, id: str, changes: Changes, version: int | None) -> Ship:
    ship = await work.get(Ship, id, version=version)
    work.change(ship, changes)
    return ship


@requires(EDIT_SHIPS, publishes=[ShipSunk])
async def sink(work: Work, id: str, *, cause: Annotated[str, "What sank it."]) -> Ship:
    ship = await work.get(Ship, id)
    await work.publish(ship.sink(cause, at=work.now))
    if ship.captain:
        work.warn("its captain stands without a ship")
    return ship


archive = archiving(Ship, EDIT_SHIPS, ShipArchived)
restore = restoring(Ship, EDIT_SHIPS, ShipRestored)
purge = purging(Ship, PURGE_SHIPS, ShipPurged)


@requires(EDIT_SHIPS)
async def sail(work: Work, values: Changes) -> Voyage:
    await work.get(Ship, values[Voyage.ship_id])
    return work.add(Voyage, values)
