"""What can be asked about leads."""

from services.chassis.reading import Reading
from services.sales.leads.model import Lead
from services.sales.permissions import READ_LEADS

leads = Reading(Lead, READ_LEADS)
