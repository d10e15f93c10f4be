"""How the company counts, for what the desk groups and filters by time and money."""

from services.chassis.exchange import Reckoning
from services.service_desk.company.model import Company, ExchangeRate

reckoning = Reckoning(Company, ExchangeRate)
