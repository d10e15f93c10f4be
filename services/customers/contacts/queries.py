"""What can be asked about contacts."""

from services.chassis.reading import Reading
from services.customers.contacts.model import Contact
from services.customers.permissions import READ_CUSTOMERS

contacts = Reading(Contact, READ_CUSTOMERS)
