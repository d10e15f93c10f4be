"""What guests of the portal find in sales: what their company has ordered, and no more."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from services.chassis.ids import new_id

ORDERS = "orders { nodes { id } count(mode: EXACT) { value } }"


async def placed(company, customer):
    order = await company.order(customerId=customer)
    await company.line(order, await company.product())
    await company.deed("place", order)
    return order


async def test_a_guest_follows_what_was_placed_and_sees_no_draft(company):
    customer = new_id("cus")
    guest = await company.guest(customer)
    order, draft = await placed(company, customer), await company.order(customerId=customer)
    theirs = await placed(company, new_id("cus"))
    found = await company.ask(
        """{ orders { nodes { id number status net { amount }
             lines { nodes { quantity product { name } order { id } } } } count { value } }
           orderGroups { nodes { count } } orderLines { count(mode: EXACT) { value } } }""",
        guest,
    )
    (mine,) = found["orders"]["nodes"]
    assert (mine["id"], mine["status"]) == (order, "PLACED")
    (line,) = mine["lines"]["nodes"]
    assert (line["product"]["name"], line["order"]["id"]) == ("Chai", order)
    assert [it["count"] for it in found["orderGroups"]["nodes"]] == [1]
    assert found["orders"]["count"]["value"] == found["orderLines"]["count"]["value"] == 1
    for id in (draft, theirs):
        one = await company.ask("query($i: ID!) { order(id: $i) { id } }", guest, i=id)
        assert one["order"] is None


async def test_whoever_asks_is_the_viewer_by_their_own_id_and_by_no_other(company):
    customer = new_id("cus")
    guest, order = await company.guest(customer), await placed(company, customer)
    document = f"""query($r: [_Any!]!) {{ _entities(representations: $r) {{
        ... on Viewer {{ id {ORDERS} }} }} }}"""
    ids = [guest.subject, company.person, customer]
    keys = [{"__typename": "Viewer", "id": it} for it in ids]
    found = (await company.ask(document, guest, r=keys))["_entities"]
    assert found[0]["orders"] == {"nodes": [{"id": order}], "count": {"value": 1}}
    assert found[1:] == [None, None]


@settings(
    max_examples=5,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(some.lists(some.tuples(some.booleans(), some.booleans()), max_size=6))
async def test_of_whatever_there_is_of_two_customers_a_guest_sees_its_own(company, orders):
    mine, theirs = new_id("cus"), new_id("cus")
    guest, wanted = await company.guest(mine), set()
    for is_mine, is_placed in orders:
        make = placed if is_placed else _drafted
        id = await make(company, mine if is_mine else theirs)
        wanted |= {id} if is_mine and is_placed else set()
    everybody = await company.ask("{ orders(first: 200) { nodes { id } } }")
    ids = [it["id"] for it in everybody["orders"]["nodes"]]
    document = """query($r: [_Any!]!) { orders(first: 200) { nodes { id } }
        _entities(representations: $r) { ... on Order { id } } }"""
    keys = [{"__typename": "Order", "id": it} for it in ids]
    found = await company.ask(document, guest, r=keys)
    assert {it["id"] for it in found["orders"]["nodes"]} == wanted
    assert {it["id"] for it in found["_entities"] if it} == wanted


async def _drafted(company, customer):
    return await company.order(customerId=customer)


@pytest.mark.parametrize(
    "asked",
    [
        "orders { nodes { createdBy { id } } }",
        "orders { nodes { viewerCan } }",
        "orders { nodes { opportunity { amount { amount } } } }",
        'orders(where: {opportunity: {name: {contains: "x"}}}) { nodes { id } }',
        'orders(where: {ownerId: {eq: "usr_1"}}) { nodes { id } }',
        'orders(where: {cancelReason: {contains: "x"}}) { nodes { id } }',
        'products(where: {unitPrice: {amount: {gt: "1"}}}) { nodes { id } }',
        "opportunities { nodes { id } }",
        "opportunityGroups { nodes { count } }",
        "leads { nodes { id } }",
        "priceLists { nodes { id } }",
        "salesAuditLog { nodes { id } }",
    ],
)
async def test_what_is_ours_alone_is_refused_or_null(company, asked):
    customer = new_id("cus")
    guest, _order = await company.guest(customer), await placed(company, customer)
    answer = await company.answer(f"{{ {asked} }}", guest)
    codes = {it["extensions"]["code"] for it in answer.get("errors", ())}
    redacted = answer.get("extensions", {}).get("redacted", [])
    assert codes == {"FORBIDDEN"} or redacted == ["Order.opportunity"], answer
