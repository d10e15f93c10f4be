"""What can be asked about field policies."""

from services.chassis.reading import Reading
from services.customers.permissions import READ_STAFF
from services.customers.policies.model import FieldPolicy

policies = Reading(FieldPolicy, READ_STAFF)
