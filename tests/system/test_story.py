"""The story of a customer, told by three services, and what is left of it without one."""

import pytest

from tests.support.waiting import until

STORY = """
    query($id: ID!) { customer(id: $id) {
      name owner { name } createdBy { kind user { email } }
      contacts { nodes { name isPrimary } }
      opportunities { nodes { name stage amount { amount currency } } }
      orders { nodes {
        number status net { amount } lines { nodes { quantity product { name } } }
      } }
      cases { nodes { subject status } }
      timeline(first: 50, orderBy: [{field: HAPPENED_AT}]) { nodes { kind title subject } }
    } }
"""
TOLD = [
    "customers.interaction.logged.v1",
    "sales.opportunity.created.v1",
    "sales.order.created.v1",
    "sales.order.placed.v1",
    "service_desk.case.opened.v1",
]


async def story(company, id):
    return (await company.ask(STORY, id=id))["customer"]


@pytest.fixture
async def customer(company):
    """A customer with a contact, a call, an opportunity, a placed order and a case."""
    id = await company.customer(name="Nordlicht")
    await company.make(
        "createContact", {"customerId": id, "name": "Jon Brandt", "isPrimary": True}
    )
    call = {"customerId": id, "channel": "CALL", "direction": "INBOUND", "subject": "Lamps"}
    await company.make("logInteraction", call | {"happenedAt": "2026-01-02T03:04:05Z"})
    await company.make("createOpportunity", {"customerId": id, "name": "Quay lighting"})
    await company.order(id, steps=["placeOrder"])
    await company.make("openCase", {"customerId": id, "subject": "It flickers"})
    return id


@pytest.mark.feature("GTW-01")
async def test_three_services_tell_one_story_and_the_timeline_hears_all_of_them(company, customer):
    async def told():
        nodes = (await story(company, customer))["timeline"]["nodes"]
        return sorted(it["kind"] for it in nodes) == TOLD and nodes

    nodes = await until(told)
    assert nodes[0]["title"] == "Inbound call"
    seen = await story(company, customer)
    assert seen["owner"] == {"name": "Administrator"}
    assert seen["createdBy"] == {"kind": "USER", "user": {"email": company.email}}
    assert seen["contacts"]["nodes"] == [{"name": "Jon Brandt", "isPrimary": True}]
    assert [it["stage"] for it in seen["opportunities"]["nodes"]] == ["SET_UP"]
    (order,) = seen["orders"]["nodes"]
    assert order["net"] == {"amount": "27.0000"}
    assert order["lines"]["nodes"] == [{"quantity": "3.000", "product": {"name": "Lamp"}}]
    assert order["number"] in [it["title"].split()[1] for it in nodes if "order" in it["kind"]]
    assert seen["cases"]["nodes"] == [{"subject": "It flickers", "status": "NEW"}]


async def test_without_the_desk_the_story_answers_everything_else(system, company, customer):
    system.kill("service_desk")
    try:
        answer = await company.answer(STORY, id=customer)
    finally:
        system.restart("service_desk")
    told = answer["data"]["customer"]
    assert told["cases"] is None
    assert told["name"] == "Nordlicht"
    assert len(told["orders"]["nodes"]) == 1
    (error,) = answer["errors"]
    assert error["extensions"]["code"] == "SUBGRAPH_UNAVAILABLE"
    assert error["extensions"]["service"] == "service_desk"
    assert error["path"] == ["customer"]
    assert (await story(company, customer))["cases"]["nodes"] != []


async def test_a_rival_sees_nothing_of_it_by_any_door(rival, customer):
    assert await story(rival, customer) is None
    document = """query($id: ID!) {
        customers { nodes { id } } opportunities { nodes { id } } orders { nodes { id } }
        cases { nodes { id } } contacts { nodes { id } } staffUsers { nodes { email } }
        case: customer(id: $id) { id }
    }"""
    seen = await rival.ask(document, id=customer)
    assert [it["email"] for it in seen.pop("staffUsers")["nodes"]] == [rival.email]
    assert set(map(str, seen.values())) == {"{'nodes': []}", "None"}
    done = await rival.do("holdCustomer", customer)
    assert [it["code"] for it in done["userErrors"]] == ["NOT_FOUND"]


GROUPS = """
    query($id: ID!) {
      opportunityGroups(
        where: {customerId: {eq: $id}}
        groupBy: [{field: CUSTOMER}, {field: CREATED_AT, unit: FISCAL_YEAR}]
      ) {
        nodes {
          key { customer { name } createdAt { end } }
          measures { amount { sum { amount currency } missingRates } }
          records { nodes { customer { name } } }
        }
      }
    }
"""


async def test_what_sales_groups_is_counted_as_the_company_says_and_tells_whom_it_is_of(
    company, customer
):
    settings = (await company.ask("{ company { id } }"))["company"]["id"]
    await company.do("updateCompany", settings, {"fiscalMonth": 7})
    rate = {"currency": "ISK", "validOn": "2020-01-01", "rate": "0.007"}
    await company.make("createExchangeRate", rate)
    amount = {"amount": "1000", "currency": "ISK"}
    await company.make(
        "createOpportunity", {"customerId": customer, "name": "Buoys", "amount": amount}
    )

    async def counted():
        (found,) = (await company.ask(GROUPS, id=customer))["opportunityGroups"]["nodes"]
        year = found["key"]["createdAt"]["end"]
        known = year.endswith("-07-01") and not found["measures"]["amount"]["missingRates"]
        return known and found

    found = await until(counted)
    assert found["key"]["customer"] == {"name": "Nordlicht"}
    assert found["measures"]["amount"]["sum"] == {"amount": "7.0000", "currency": "EUR"}
    assert found["records"]["nodes"] == [{"customer": {"name": "Nordlicht"}}] * 2


async def test_an_order_waits_for_its_review_and_for_its_customers_standing(company, customer):
    order = await company.order(customer, steps=["placeOrder"])
    done = await company.do("confirmOrder", order)
    assert [it["reason"] for it in done["userErrors"]] == ["ORDER_NOT_REVIEWED"]
    await company.do("reviewOrder", order)
    await company.do("holdCustomer", customer)
    done = await company.do("confirmOrder", order)
    assert [(it["code"], it["reason"]) for it in done["userErrors"]] == [
        ("GATE_NOT_MET", "CUSTOMER_ON_HOLD")
    ]
    assert done["events"] == []
    await company.do("releaseCustomer", customer)
    done = await company.do("confirmOrder", order)
    assert [it["type"] for it in done["events"]] == ["sales.order.confirmed.v1"]


async def test_without_customers_no_order_is_confirmed_and_the_reason_is_told(
    system, company, customer
):
    order = await company.order(customer, steps=["placeOrder", "reviewOrder"])
    system.kill("customers")
    try:
        done = await company.do("confirmOrder", order)
    finally:
        system.restart("customers")
    assert [it["code"] for it in done["userErrors"]] == ["DEPENDENCY_UNAVAILABLE"]

    async def confirmed():
        return (await company.do("confirmOrder", order))["userErrors"] == []

    await until(confirmed)  # the channel finds its way back by itself
