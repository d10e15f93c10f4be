"""What can be done with exchange rates."""

from services.chassis.archiving import archiving, restoring
from services.chassis.changes import Changes
from services.chassis.permissions import requires
from services.chassis.work import Work
from services.customers.company.events import (
    ExchangeRateArchived,
    ExchangeRateCreated,
    ExchangeRateRestored,
    ExchangeRateUpdated,
)
from services.customers.company.model import ExchangeRate
from services.customers.permissions import EDIT_EXCHANGE_RATES


@requires(EDIT_EXCHANGE_RATES, publishes=[ExchangeRateCreated])
async def create(work: Work, values: Changes) -> ExchangeRate:
    rate = work.add(ExchangeRate, values)
    rate.check()
    await work.publish(rate.told(ExchangeRateCreated))
    return rate


@requires(EDIT_EXCHANGE_RATES, publishes=[ExchangeRateUpdated])
async def update(work: Work, id: str, changes: Changes, version: int | None) -> ExchangeRate:
    rate = await work.get(ExchangeRate, id, version=version)
    if work.change(rate, changes):
        rate.check()
        await work.publish(rate.told(ExchangeRateUpdated))
    return rate


archive = archiving(ExchangeRate, EDIT_EXCHANGE_RATES, ExchangeRateArchived)
restore = restoring(ExchangeRate, EDIT_EXCHANGE_RATES, ExchangeRateRestored)
