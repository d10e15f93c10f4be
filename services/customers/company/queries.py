"""What can be asked about the company."""

from services.chassis.reading import Reading
from services.customers.company.model import Company
from services.customers.permissions import READ_COMPANY

companies = Reading(Company, READ_COMPANY)
