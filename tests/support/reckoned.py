"""How a company counts, told to a service that keeps copies of it, and what it then knows."""

from functools import partial

from services.chassis.ids import new_id
from tests.support.waiting import until

COMPANY = {"name": "Acme", "baseCurrency": "EUR", "timeZone": "Europe/Berlin", "fiscalMonth": 4}
USD = {"currency": "USD", "validOn": "2020-01-01", "rate": "0.5"}


async def settle(place, tell, **told):
    """Tell of a company, until it is known; give its id."""
    id = new_id("com")
    await tell("customers.company.created.v1", id, 1, companyId=id, **(told or COMPANY))
    await until(partial(is_kept, place, "company", 1))
    return id


async def add_rate(place, tell):
    """Tell of the rate of dollars, until it is known."""
    id = new_id("xrt")
    await tell("customers.exchange_rate.created.v1", id, 1, exchangeRateId=id, **USD)
    await until(partial(is_kept, place, "exchange_rate", 1))


async def is_kept(place, table, sequence):
    return await place.rows(f"SELECT sequence FROM {table}") == [(sequence,)]


async def require_the_company_is_followed(place, tell):
    id = await settle(place, tell)
    select = "SELECT base_currency, time_zone, fiscal_month FROM company"
    assert await place.rows(select) == [("EUR", "Europe/Berlin", 4)]
    later = COMPANY | {"fiscalMonth": 7, "timeZone": "UTC"}
    await tell("customers.company.updated.v1", id, 2, companyId=id, **later)
    await until(partial(is_kept, place, "company", 2))
    assert await place.rows(select) == [("EUR", "UTC", 7)]
    assert await place.told() == []


async def require_an_old_company_is_of_january(place, tell):
    await settle(place, tell, **{it: v for it, v in COMPANY.items() if it != "fiscalMonth"})
    assert await place.rows("SELECT fiscal_month FROM company") == [(1,)]


async def require_a_rate_is_followed_dropped_and_kept_again(place, tell):
    id = new_id("xrt")
    select = "SELECT currency, valid_on::text, trim_scale(rate)::text FROM exchange_rate"
    deeds = ("created", "0.5"), ("updated", "0.51"), ("archived", "0.51"), ("restored", "0.51")
    for sequence, (deed, rate) in enumerate(deeds, 1):
        given = USD | {"rate": rate, "exchangeRateId": id}
        await tell(f"customers.exchange_rate.{deed}.v1", id, sequence, **given)
        wanted = [] if deed == "archived" else [("USD", "2020-01-01", rate)]

        async def is_so(wanted=wanted):
            return await place.rows(select) == wanted

        await until(is_so)
    assert await place.told() == []


async def require_numbers_are_written_as_the_company_says(place, tell, take, document):
    """Hold the numbers that a service gives, by `take`, to what it is told of them."""
    id = new_id("nft")
    told = {"numberFormatId": id, "document": document, "pattern": "{year}/{number:3}"}
    usual = await take()
    assert usual.endswith("-00001")
    await tell("customers.number_format.created.v1", id, 1, **told, firstNumber=1)
    await until(partial(is_kept, place, "number_format", 1))
    year = usual.split("-")[1]
    assert await take() == f"{year}/002"
    later = told | {"pattern": "N{number:4}"}
    await tell("customers.number_format.updated.v1", id, 2, **later, firstNumber=1)
    await until(partial(is_kept, place, "number_format", 2))
    assert [await take() for _ in range(2)] == ["N0003", "N0004"]
    await tell("customers.number_format.updated.v1", id, 3, **later, firstNumber=700)
    await until(partial(is_kept, place, "number_format", 3))
    assert [await take() for _ in range(2)] == ["N0700", "N0701"]
    await tell("customers.number_format.archived.v1", id, 4, numberFormatId=id)

    async def is_dropped():
        return await place.rows("SELECT id FROM number_format") == []

    await until(is_dropped)
    assert await take() == usual.replace("00001", "00003")
