"""What can be asked about cases."""

from services.chassis.reading import Reading
from services.service_desk.cases.model import Case
from services.service_desk.permissions import READ_CASES

cases = Reading(Case, READ_CASES)
