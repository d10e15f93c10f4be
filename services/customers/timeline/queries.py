"""What can be asked about a timeline."""

from services.chassis.reading import Reading
from services.customers.permissions import READ_CUSTOMERS
from services.customers.timeline.model import TimelineEntry

timeline = Reading(TimelineEntry, READ_CUSTOMERS)
