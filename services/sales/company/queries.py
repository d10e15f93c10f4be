"""How the company counts, for what sales groups and filters by time and money."""

from services.chassis.exchange import Reckoning
from services.sales.company.model import Company, ExchangeRate

reckoning = Reckoning(Company, ExchangeRate)
