"""Events that sales could not take, as an administrator sees and mends them."""

import asyncio
import json
from contextlib import asynccontextmanager
from functools import partial

import pytest

from services.chassis.database import connect
from services.chassis.declaring import Subscriptions
from services.chassis.draining import Draining
from services.chassis.ending import end
from services.chassis.ids import new_id
from services.chassis.reacting import Reactions
from services.sales.customers import subscribers as customers
from tests.deploy.runs import crm
from tests.support import telling
from tests.support.asking import codes, reasons
from tests.support.waiting import until

SUBSCRIPTIONS = Subscriptions.joined("sales", [customers.subscriptions])
CREATED = "customers.customer.created.v1"
LETTERS = """{ salesDeadLetters(where: {status: {eq: WAITING}}) { nodes {
    id source aggregateId sequence eventType reason detail status body version } } }"""
STANDING = """{ salesEvents { backlog { waiting oldestSeconds } deadLetters parked
    consumers { name } } }"""
ONE = "query($id: ID!) { salesDeadLetter(id: $id) { status skippedBecause } }"


@pytest.fixture
async def tell(company, stream):
    async with telling.listening(SUBSCRIPTIONS, company.works, stream):
        yield partial(telling.tell, stream, company.tenant)


@asynccontextmanager
async def draining(sales_database, works):
    """Drain as a worker of sales does."""
    engine = connect(sales_database.worker_url, pooled=False)
    task = asyncio.create_task(Draining(engine, Reactions(SUBSCRIPTIONS, works)).run())
    try:
        yield
    finally:
        await end([task])
        await engine.dispose()


async def poisoned(company, tell):
    """Have a customer whose first event says too little, and whose second would do."""
    id = new_id("cus")
    known = {"customerId": id, "organisationName": "Nordlicht", "ownerId": None}
    await tell(CREATED, id, 1, **known)
    await tell(CREATED, id, 2, **known, teamId=None, tier="GOLD", status="ACTIVE")

    async def both_wait():
        return await company.counted("parked_event") == 2

    await until(both_wait)
    (letter,) = (await company.ask(LETTERS))["salesDeadLetters"]["nodes"]
    return id, letter


async def known_customers(company):
    return [tuple(row) for row in await company.rows("SELECT id, tier, sequence FROM customer")]


@pytest.mark.feature("PLT-06")
async def test_an_administrator_sees_what_did_not_get_through_and_what_waits(company, tell):
    id, letter = await poisoned(company, tell)
    assert (letter["source"], letter["aggregateId"]) == ("customers.customer", id)
    assert (letter["sequence"], letter["eventType"]) == (1, CREATED)
    assert (letter["reason"], letter["status"]) == ("INVALID", "WAITING")
    assert "status" in letter["detail"]
    assert "Nordlicht" not in letter["detail"]
    assert json.loads(letter["body"])["data"]["organisationName"] == "Nordlicht"
    assert (await company.ask(STANDING))["salesEvents"] == {
        "backlog": {"waiting": 0, "oldestSeconds": 0.0},
        "deadLetters": 1,
        "parked": 2,
        "consumers": [],
    }
    assert await known_customers(company) == []


async def test_what_is_skipped_is_stepped_over_and_the_rest_comes(company, tell, sales_database):
    id, letter = await poisoned(company, tell)
    made = "salesDeadLetter { status skippedBecause }"
    given = {"reason": "the old system told it"}
    done = await company.mutate("skipSalesDeadLetter", made, id=letter["id"], input=given)
    assert done["salesDeadLetter"] == {"status": "SKIPPED", "skippedBecause": given["reason"]}
    assert done["changedFields"] == ["skippedBecause", "status"]
    async with draining(sales_database, company.works):

        async def the_second_came():
            return await known_customers(company) == [(id, "GOLD", 2)]

        await until(the_second_came)
        again = await company.mutate("skipSalesDeadLetter", made, id=letter["id"], input=given)
    assert (codes(again), reasons(again)) == (["INVALID_TRANSITION"], ["DEAD_LETTER_SETTLED"])
    assert await company.audited(letter["id"]) != []


async def test_a_rehearsed_skip_changes_nothing(company, tell):
    _, letter = await poisoned(company, tell)
    document = """mutation($id: ID!) { skipSalesDeadLetter(
        id: $id, input: {reason: "x"}, dryRun: true) { salesDeadLetter { status } } }"""
    done = await company.ask(document, id=letter["id"])
    assert done["skipSalesDeadLetter"]["salesDeadLetter"] == {"status": "SKIPPED"}
    assert await company.rows("SELECT status FROM dead_letter") == [("WAITING",)]
    assert await company.rows("SELECT sequence FROM event_gate") == [(0,)]


async def test_a_retry_that_fails_again_leaves_it_waiting(company, tell, sales_database):
    _, letter = await poisoned(company, tell)
    made = "salesDeadLetter { status }"
    done = await company.mutate("retrySalesDeadLetter", made, id=letter["id"])
    assert done["salesDeadLetter"] == {"status": "RETRYING"}
    async with draining(sales_database, company.works):

        async def it_waits_again():
            found = (await company.ask(ONE, id=letter["id"]))["salesDeadLetter"]
            return found["status"] == "WAITING"

        await until(it_waits_again)
    assert await known_customers(company) == []
    assert await company.counted("parked_event") == 2


async def test_nobody_but_an_administrator_sees_or_mends_it(company, tell):
    _, letter = await poisoned(company, tell)
    seller = await company.employ("SALES_MANAGER")
    for document in (LETTERS, STANDING):
        answer = await company.answer(document, seller)
        assert answer["errors"][0]["extensions"]["code"] == "FORBIDDEN"
    made, given = "salesDeadLetter { id }", {"reason": "x"}
    retried = await company.mutate("retrySalesDeadLetter", made, seller, id=letter["id"])
    skipped = await company.mutate(
        "skipSalesDeadLetter", made, seller, id=letter["id"], input=given
    )
    assert codes(retried) == codes(skipped) == ["FORBIDDEN"]
    assert (await company.ask(LETTERS))["salesDeadLetters"]["nodes"] == [letter]


async def test_the_same_from_a_terminal(company, tell, sales_database):
    id, letter = await poisoned(company, tell)
    doors = {
        "DATABASE_URL": sales_database.app_url,
        "WORKER_DATABASE_URL": sales_database.worker_url,
    }

    async def said(*words):
        result = await asyncio.to_thread(crm, "events", "dead", *words, **doors)
        return result.returncode, result.stdout + result.stderr

    status, listed = await said("list")
    (line,) = [it.split() for it in listed.splitlines() if letter["id"] in it]
    assert (status, line[:6]) == (
        0,
        ["sales", company.tenant, letter["id"], "WAITING", "INVALID", CREATED],
    )
    status, shown = await said("show", letter["id"])
    assert json.loads(shown)["body"]["subject"] == id
    tried = f"{letter['id']} is tried again, and then what waits behind it\n"
    assert await said("retry", letter["id"]) == (0, tried)
    async with draining(sales_database, company.works):

        async def it_waits_again():
            return (await company.rows("SELECT status FROM dead_letter")) == [("WAITING",)]

        await until(it_waits_again)
    assert await said("skip", letter["id"], "--reason", "told twice") == (
        0,
        f"{letter['id']} is stepped over; what waits behind it comes now\n",
    )
    status, refused = await said("retry", letter["id"])
    assert (status, "does not wait any more" in refused) == (1, True)
    status, missing = await said("show", "dlt_none")
    assert (status, "there is no dead letter dlt_none" in missing) == (1, True)
    async with draining(sales_database, company.works):

        async def the_second_came():
            return await known_customers(company) == [(id, "GOLD", 2)]

        await until(the_second_came)
    skipped = {"status": "SKIPPED", "skippedBecause": "told twice"}
    assert (await company.ask(ONE, id=letter["id"]))["salesDeadLetter"] == skipped
