"""What can be asked about opportunities."""

from services.chassis.reading import Reading
from services.sales.opportunities.model import Opportunity
from services.sales.permissions import READ_OPPORTUNITIES

opportunities = Reading(Opportunity, READ_OPPORTUNITIES)
