"""What can be done with the formats of numbers."""

from services.chassis.archiving import archiving, restoring
from services.chassis.editing import creating, updating
from services.customers.company.events import (
    NumberFormatArchived,
    NumberFormatCreated,
    NumberFormatRestored,
    NumberFormatUpdated,
)
from services.customers.company.model import NumberFormat
from services.customers.permissions import EDIT_COMPANY

create = creating(NumberFormat, EDIT_COMPANY, NumberFormatCreated, check=NumberFormat.check)
update = updating(NumberFormat, EDIT_COMPANY, NumberFormatUpdated, check=NumberFormat.check)
archive = archiving(NumberFormat, EDIT_COMPANY, NumberFormatArchived)
restore = restoring(NumberFormat, EDIT_COMPANY, NumberFormatRestored)
