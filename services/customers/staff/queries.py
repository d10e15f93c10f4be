"""What can be asked about staff."""

from services.chassis.reading import Reading
from services.customers.permissions import READ_STAFF
from services.customers.staff.model import StaffUser

staff = Reading(StaffUser, READ_STAFF)
