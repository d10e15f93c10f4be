"""Interactions through the graph: what passed is noted once, and stays as it was."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.customers.office import refusals
from tests.support.asking import codes


@pytest.fixture
async def customer(office):
    return await office.customer()


async def test_what_passed_is_noted_by_whoever_took_part(office, customer):
    agent = await office.employ("SERVICE_AGENT")
    contact = await office.contact(customer)
    done = await office.log(customer, agent, contactId=contact)
    made = done["made"]
    assert made["owner"] == {"id": agent}
    assert made["contact"] == {"id": contact}
    assert datetime.fromisoformat(made["happenedAt"]) == datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
    [event] = await office.events(made["id"])
    assert event["type"] == "customers.interaction.logged.v1"
    assert event["data"]["customerId"] == customer
    assert (event["data"]["channel"], event["data"]["direction"]) == ("CALL", "INBOUND")


async def test_what_was_said_never_travels(office, customer):
    secret = "Mary Miller is ill"
    done = await office.log(customer, subject=secret, notes=secret)
    assert "Miller" not in str(await office.events(done["made"]["id"]))


async def test_what_has_not_passed_yet_is_not_noted(office, customer):
    tomorrow = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    done = await office.log(customer, happenedAt=tomorrow)
    assert refusals(done) == [("OUT_OF_RANGE", "input.happenedAt")]
    assert await office.told() == ["created"]
    assert await office.counted("interaction") == 0


async def test_a_time_without_a_zone_is_no_time(office, customer):
    done = await office.log(customer, happenedAt="2026-03-01T09:30:00")
    assert refusals(done) == [("INVALID", "input.happenedAt")]
    assert await office.counted("interaction") == 0


async def test_a_contact_of_another_customer_took_no_part(office, customer):
    stranger = await office.contact(await office.customer())
    done = await office.log(customer, contactId=stranger)
    assert refusals(done) == [("INVALID", "input.contactId")]
    assert await office.counted("interaction") == 0


async def test_neither_a_customer_nor_a_contact_of_another_company_took_part(
    office, customer, rival
):
    theirs = await rival.customer()
    assert codes(await office.log(theirs)) == ["NOT_FOUND"]
    contact = await rival.contact(theirs)
    assert codes(await office.log(customer, contactId=contact)) == ["NOT_FOUND"]
    assert await office.counted("interaction") == await rival.counted("interaction") == 0


async def test_the_interactions_of_a_customer_hang_on_it_in_their_order(office, customer):
    for day in (3, 1, 2):
        await office.log(customer, subject=f"day {day}", happenedAt=f"2026-03-0{day}T09:00:00Z")
    await office.log(await office.customer())
    document = """query($id: ID!) { customer(id: $id) {
        interactions(orderBy: [{field: HAPPENED_AT}]) { nodes { subject } } } }"""
    found = (await office.ask(document, id=customer))["customer"]["interactions"]["nodes"]
    assert [it["subject"] for it in found] == ["day 1", "day 2", "day 3"]
