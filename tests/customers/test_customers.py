"""Customers through the graph: whom we deal with, how they stand, and what is told of them."""

import pytest

from services.chassis.ids import new_id
from tests.customers.office import CUSTOMER, refusals
from tests.support.asking import codes, reasons


async def test_an_organisation_is_added_and_told_by_its_name(office):
    given = {"name": "Nordlicht", "tier": "GOLD", "email": "Ada@Nordlicht.example"}
    done = await office.make("Customer", CUSTOMER, given)
    made = done["made"]
    assert (made["kind"], made["status"], made["tier"]) == ("ORGANISATION", "ACTIVE", "GOLD")
    assert made["email"] == "Ada@nordlicht.example"
    [event] = await office.events(made["id"])
    assert event["type"] == "customers.customer.created.v1"
    data = event["data"]
    assert data["organisationName"] == "Nordlicht"
    assert (data["kind"], data["tier"], data["status"]) == ("ORGANISATION", "GOLD", "ACTIVE")


async def test_whoever_adds_a_customer_answers_for_it_unless_another_is_named(office):
    other = await office.employ("SALES_REPRESENTATIVE")
    mine = await office.make("Customer", CUSTOMER, {"name": "Nordlicht"})
    theirs = await office.make("Customer", CUSTOMER, {"name": "Südlicht", "ownerId": other})
    assert mine["made"]["owner"] == {"id": office.person}
    assert theirs["made"]["owner"] == {"id": other}
    told = [it["data"]["ownerId"] for it in await office.events()]
    assert sorted(told) == sorted([office.person, other])


async def test_nothing_that_says_who_a_person_is_ever_travels(office):
    secrets = {
        "name": "Mary Miller",
        "email": "mary@miller.example",
        "phone": "+44 20 7946 0958",
        "website": "https://mary.example",
        "street": "35 King George",
        "city": "Totnes",
        "region": "Devon",
        "postalCode": "TQ9 5XP",
        "country": "England",
    }
    person = await office.customer(kind="PERSON", **secrets)
    await office.change("Customer", CUSTOMER, person, {"name": "Mary Mason", "city": "Bath"})
    await office.deed("hold", person)
    events = await office.events(person)
    assert [it["data"]["organisationName"] for it in events] == [None, None, None]
    assert events[1]["data"]["changed"] == ["city", "name"]  # that they changed is no secret
    for secret in [*secrets.values(), "Mason", "Bath"]:
        assert secret not in str(events)


async def test_an_organisation_that_turns_out_to_be_a_person_is_no_longer_named(office):
    customer = await office.customer(name="Mary Miller")
    await office.change("Customer", CUSTOMER, customer, {"kind": "PERSON"})
    event = (await office.events(customer))[-1]
    assert event["data"]["organisationName"] is None
    assert "Miller" not in str(event)


async def test_a_change_is_told_once_and_no_change_is_not_told(office):
    customer = await office.customer()
    done = await office.change("Customer", CUSTOMER, customer, {"tier": "GOLD"})
    assert done["changedFields"] == ["tier"]
    assert [it["type"] for it in done["events"]] == ["customers.customer.updated.v1"]
    same = await office.change("Customer", CUSTOMER, customer, {"tier": "GOLD"})
    assert same["changedFields"] == same["events"] == same["userErrors"] == []
    assert same["made"]["version"] == 2
    assert await office.told(customer) == ["created", "updated"]
    assert (await office.audited(customer))[1:] == [["tier"]]


async def test_what_somebody_else_changed_meanwhile_is_not_overwritten(office):
    customer = await office.customer()
    await office.change("Customer", CUSTOMER, customer, {"tier": "GOLD"}, version=1)
    done = await office.change("Customer", CUSTOMER, customer, {"tier": "IRON"}, version=1)
    assert reasons(done) == ["VERSION_CONFLICT"]
    assert await office.rows("SELECT tier FROM customer") == [("GOLD",)]
    assert await office.told(customer) == ["created", "updated"]


async def test_a_customer_on_hold_is_told_and_so_is_its_release(office):
    customer = await office.customer()
    held = await office.deed("hold", customer)
    assert held["made"]["status"] == "ON_HOLD"
    released = await office.deed("release", customer)
    assert released["made"]["status"] == "ACTIVE"
    assert await office.told(customer) == ["created", "updated", "updated"]
    events = await office.events(customer)
    assert [it["data"]["status"] for it in events] == ["ACTIVE", "ON_HOLD", "ACTIVE"]
    assert events[1]["data"]["changed"] == ["status"]
    assert [it["sequence"] for it in events] == [1, 2, 3]


@pytest.mark.parametrize(("deeds", "last"), [(["hold"], "hold"), ([], "release")])
async def test_nobody_is_held_or_released_twice(office, deeds, last):
    customer = await office.customer()
    for deed in deeds:
        await office.deed(deed, customer)
    done = await office.deed(last, customer)
    assert done["made"] is None
    assert reasons(done) == ["INVALID_TRANSITION"]
    assert await office.told(customer) == ["created", *["updated"] * len(deeds)]


async def test_a_representative_holds_nobody(office):
    customer = await office.customer()
    seller = await office.employ("SALES_REPRESENTATIVE")
    done = await office.deed("hold", customer, seller)
    assert codes(done) == ["FORBIDDEN"]
    assert await office.rows("SELECT status FROM customer") == [("ACTIVE",)]
    assert await office.told(customer) == ["created"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("email", "nobody"),
        ("email", "a@b@c.example"),
        ("email", "a b@c.example"),
        ("email", "@c.example"),
        ("phone", "call me"),
        ("phone", "12"),
        ("phone", "+()--"),
    ],
)
async def test_an_address_or_number_that_reaches_nobody_is_refused(office, name, value):
    done = await office.make("Customer", CUSTOMER, {"name": "Nordlicht", name: value})
    assert refusals(done) == [("INVALID", f"input.{name}")]
    assert await office.counted("customer") == 0
    customer = await office.customer()
    done = await office.change("Customer", CUSTOMER, customer, {name: value})
    assert refusals(done) == [("INVALID", f"input.{name}")]
    assert await office.told() == ["created"]


@pytest.mark.parametrize("phone", ["030-0074321", "(5) 555-4729", "40.32.21.21", "+86 10 1234 x5"])
async def test_numbers_are_taken_as_the_world_writes_them(office, phone):
    done = await office.make("Customer", CUSTOMER, {"name": "Nordlicht", "phone": phone})
    assert done["made"]["phone"] == phone


async def test_an_address_can_be_taken_away_again(office):
    customer = await office.customer(email="info@nordlicht.example", phone="030-0074321")
    gone = {"email": None, "phone": None}
    done = await office.change("Customer", CUSTOMER, customer, gone)
    assert (done["made"]["email"], done["made"]["phone"]) == (None, None)
    assert sorted(done["changedFields"]) == ["email", "phone"]


async def test_a_party_plays_several_roles_at_once(office):
    customer = await office.customer()
    await office.assign(customer, "PAYER")
    done = await office.assign(customer, "SUPPLIER")
    roles = [it["role"] for it in done["made"]["partyRoles"]["nodes"]]
    assert sorted(roles) == ["PAYER", "SUPPLIER"]
    assert await office.told(customer) == ["created", "role_assigned", "role_assigned"]
    assert [it["data"]["role"] for it in (await office.events(customer))[1:]] == [
        "PAYER",
        "SUPPLIER",
    ]


async def test_a_party_plays_the_same_role_only_once(office):
    customer, other = await office.customer(), await office.customer()
    await office.assign(customer, "PAYER")
    done = await office.assign(customer, "PAYER")
    assert done["made"] is None
    assert codes(done) == ["DUPLICATE"]
    assert await office.told(customer) == ["created", "role_assigned"]
    assert (await office.assign(other, "PAYER"))["userErrors"] == []
    assert await office.counted("party_role") == 2


async def test_another_company_neither_sees_a_customer_nor_touches_it(office, rival):
    customer = await office.customer()
    document = "query($id: ID!) { customer(id: $id) { id } customers { nodes { id } } }"
    assert await rival.ask(document, id=customer) == {"customer": None, "customers": {"nodes": []}}
    for done in (
        await rival.deed("hold", customer),
        await rival.change("Customer", CUSTOMER, customer, {"tier": "GOLD"}),
        await rival.assign(customer, "PAYER"),
    ):
        assert codes(done) == ["NOT_FOUND"]
    assert await office.told() == ["created"]
    assert await rival.told() == []


async def test_a_customer_that_is_not_there_is_not_found(office):
    assert codes(await office.deed("hold", new_id("cus"))) == ["NOT_FOUND"]
    assert await office.told() == []


async def test_customers_brought_in_twice_are_one_and_keep_the_state_that_they_had(office):
    items = [
        {
            "externalRef": {"source": "northwind", "id": str(n)},
            "input": {"name": f"Customer {n}", "email": f"{n}@shop.example"},
            "history": {"status": "INACTIVE"},
        }
        for n in range(3)
    ]
    first, told = await office.upsert("customers", "customer", CUSTOMER, items)
    assert [it["status"] for it in first] == ["CREATED"] * 3
    assert {it["made"]["status"] for it in first} == {"INACTIVE"}
    assert told == ["customers.customer.created.v1"] * 3
    second, told = await office.upsert("customers", "customer", CUSTOMER, items)
    assert [it["status"] for it in second] == ["UNCHANGED"] * 3
    assert told == []
    assert await office.counted("customer") == 3


async def test_only_who_may_import_says_how_a_customer_stood_elsewhere(office):
    manager = await office.employ("SALES_MANAGER")
    item = {"externalRef": {"source": "northwind", "id": "1"}, "input": {"name": "Nordlicht"}}
    past = item | {"history": {"status": "INACTIVE"}}
    [row], told = await office.upsert("customers", "customer", "id", [past], manager)
    assert (row["status"], codes(row), told) == ("REFUSED", ["FORBIDDEN"], [])
    [row], _told = await office.upsert("customers", "customer", "status", [item], manager)
    assert row["made"] == {"status": "ACTIVE"}
