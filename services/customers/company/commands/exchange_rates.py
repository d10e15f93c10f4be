"""What can be done with exchange rates."""

from services.chassis.archiving import archiving, restoring
from services.chassis.editing import creating, updating
from services.customers.company.events import (
    ExchangeRateArchived,
    ExchangeRateCreated,
    ExchangeRateRestored,
    ExchangeRateUpdated,
)
from services.customers.company.model import ExchangeRate
from services.customers.permissions import EDIT_EXCHANGE_RATES

create = creating(ExchangeRate, EDIT_EXCHANGE_RATES, ExchangeRateCreated, check=ExchangeRate.check)
update = updating(ExchangeRate, EDIT_EXCHANGE_RATES, ExchangeRateUpdated, check=ExchangeRate.check)
archive = archiving(ExchangeRate, EDIT_EXCHANGE_RATES, ExchangeRateArchived)
restore = restoring(ExchangeRate, EDIT_EXCHANGE_RATES, ExchangeRateRestored)
