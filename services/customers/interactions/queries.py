"""What can be asked about interactions."""

from services.chassis.reading import Reading
from services.customers.interactions.model import Interaction
from services.customers.permissions import READ_CUSTOMERS

interactions = Reading(Interaction, READ_CUSTOMERS)
