"""What can be done with buoys."""

from services.chassis.archiving import archiving, purging, restoring
from services.chassis.editing import creating, updating
from services.chassis.permissions import Permission
from tests.toy.buoys import events
from tests.toy.buoys.model import Buoy

EDIT_BUOYS = Permission("toy:buoy:edit")
PURGE_BUOYS = Permission("toy:buoy:purge")

create = creating(Buoy, EDIT_BUOYS, events.BuoyCreated)
update = updating(Buoy, EDIT_BUOYS, events.BuoyUpdated)
archive = archiving(Buoy, EDIT_BUOYS, events.BuoyArchived)
restore = restoring(Buoy, EDIT_BUOYS, events.BuoyRestored)
purge = purging(Buoy, PURGE_BUOYS, events.BuoyPurged)
