"""What can be done with a company."""

from services.chassis.changes import Changes
from services.chassis.permissions import requires
from services.chassis.work import Work
from services.customers.company import queries
from services.customers.company.events import CompanyCreated, CompanyUpdated
from services.customers.company.model import Company, CurrencyHasRates
from services.customers.permissions import EDIT_COMPANY


@requires(EDIT_COMPANY, publishes=[CompanyCreated])
async def create(work: Work, values: Changes) -> Company:
    """Found the company of a tenant that has none yet."""
    company = work.add(Company, values)
    company.check()
    await work.publish(company.told(CompanyCreated))
    return company


@requires(EDIT_COMPANY, publishes=[CompanyUpdated])
async def update(work: Work, id: str, changes: Changes, version: int | None) -> Company:
    """Change the settings; all rates are of one base currency, which stays while there are any."""
    company = await work.get(Company, id, version=version)
    counted_in = company.base_currency
    if work.change(company, changes):
        company.check()
        if company.base_currency != counted_in and await queries.has_rates(work.session):
            raise CurrencyHasRates(
                "exchange rates are given in this currency: archive them first",
                path=("baseCurrency",),
            )
        await work.publish(company.told(CompanyUpdated))
    return company
