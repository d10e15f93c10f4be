"""What can be done with a company."""

from services.chassis.changes import Changes
from services.chassis.money import check_currency
from services.chassis.permissions import requires
from services.chassis.work import Work
from services.customers.company import rules
from services.customers.company.events import CompanyCreated, CompanyUpdated
from services.customers.company.model import Company
from services.customers.permissions import EDIT_COMPANY


@requires(EDIT_COMPANY, publishes=[CompanyCreated])
async def create(work: Work, values: Changes) -> Company:
    """Found the company of a tenant that has none yet."""
    check_currency(values[Company.base_currency], "baseCurrency")
    rules.check_time_zone(values[Company.time_zone])
    company = work.add(Company, values)
    await work.publish(company.told(CompanyCreated))
    return company


@requires(EDIT_COMPANY, publishes=[CompanyUpdated])
async def update(work: Work, id: str, changes: Changes, version: int | None) -> Company:
    company = await work.get(Company, id, version=version)
    if work.change(company, changes):
        check_currency(company.base_currency, "baseCurrency")
        rules.check_time_zone(company.time_zone)
        await work.publish(company.told(CompanyUpdated))
    return company
