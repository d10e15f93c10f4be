"""Contacts through the graph: the people at a customer, of whom nothing is told."""

import pytest

from services.chassis.ids import new_id
from tests.customers.office import CONTACT, refusals
from tests.support.asking import codes


async def test_a_contact_is_added_at_a_customer_and_found_there(office):
    customer = await office.customer()
    given = {"customerId": customer, "name": "Eve Novak", "isPrimary": True}
    done = await office.make("Contact", CONTACT, given)
    assert done["made"]["customer"] == {"id": customer}
    assert done["made"]["isPrimary"] is True
    document = "query($id: ID!) { customer(id: $id) { contacts { nodes { name } } } }"
    found = await office.ask(document, id=customer)
    assert found["customer"]["contacts"]["nodes"] == [{"name": "Eve Novak"}]


async def test_of_a_contact_is_told_where_it_is_and_nothing_else(office):
    customer = await office.customer()
    secrets = {"name": "Eve Novak", "email": "eve@novak.example", "phone": "030-0074321"}
    contact = await office.contact(customer, **secrets)
    await office.change("Contact", CONTACT, contact, {"name": "Eve Nemec"})
    events = await office.events(contact)
    assert [it["type"] for it in events] == [
        "customers.contact.created.v1",
        "customers.contact.updated.v1",
    ]
    assert {it["data"]["customerId"] for it in events} == {customer}
    assert events[1]["data"]["changed"] == ["name"]
    for secret in [*secrets.values(), "Nemec"]:
        assert secret not in str(events)


async def test_nobody_is_at_a_customer_of_another_company(office, rival):
    theirs = await rival.customer()
    done = await office.make("Contact", CONTACT, {"customerId": theirs, "name": "Spy"})
    assert codes(done) == ["NOT_FOUND"]
    own = await office.contact(await office.customer())
    done = await office.change("Contact", CONTACT, own, {"customerId": theirs})
    assert len(done["userErrors"]) == 1
    assert done["made"] is None
    assert await office.counted("contact") == 1
    assert await office.told(own) == ["created"]


@pytest.mark.parametrize("wanted", [None, "unknown"])
async def test_a_contact_is_at_some_customer(office, wanted):
    given = {"name": "Eve"} | ({"customerId": new_id("cus")} if wanted else {"customerId": ""})
    done = await office.make("Contact", CONTACT, given)
    assert codes(done) == ["NOT_FOUND" if wanted else "INVALID"]
    assert await office.told() == []


@pytest.mark.parametrize(("name", "value"), [("email", "nobody"), ("phone", "call me")])
async def test_an_address_or_number_that_reaches_nobody_is_refused(office, name, value):
    customer = await office.customer()
    given = {"customerId": customer, "name": "Eve", name: value}
    done = await office.make("Contact", CONTACT, given)
    assert refusals(done) == [("INVALID", f"input.{name}")]
    contact = await office.contact(customer)
    done = await office.change("Contact", CONTACT, contact, {name: value})
    assert refusals(done) == [("INVALID", f"input.{name}")]
    assert await office.told(contact) == ["created"]
    assert await office.counted("contact") == 1


async def test_a_service_agent_reads_contacts_and_changes_none(office):
    contact = await office.contact(await office.customer())
    agent = await office.employ("SERVICE_AGENT")
    found = await office.ask("{ contacts { nodes { id } } }", agent)
    assert found["contacts"]["nodes"] == [{"id": contact}]
    done = await office.change("Contact", CONTACT, contact, {"name": "Eva"}, agent)
    assert codes(done) == ["FORBIDDEN"]
    assert await office.told(contact) == ["created"]
