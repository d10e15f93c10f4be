"""The portal through the gateway, over all services: a guest comes in, looks, asks, and goes."""

import pytest

from services.customers import maintenance
from tests.support.waiting import until
from tests.system.system import PASSWORD
from tests.system.test_signing_in import employed

ADDRESS = "agent@firm.example"
SIGN_IN = """mutation($t: String!, $e: String!, $p: String!) {
    signInToPortal(tenant: $t, email: $e, password: $p) { token userErrors { reason } } }"""
THEIRS = """{ viewer { kind contact { name } customer { id name orders { nodes { id } }
        cases { nodes { id } } }
      orders { nodes { id status lines { nodes { product { name } } } } }
      cases { nodes { id subject } } interactions { nodes { subject } } } }"""
ONE = """query($o: ID!, $c: ID!, $f: ID!) { order(id: $o) { id } case(id: $c) { id }
    customer(id: $f) { id orders { nodes { id } } cases { nodes { id } } } }"""


async def with_business(company, name):
    """A customer with an agent, an order that was placed, a case and an interaction."""
    firm = await company.customer(name=name)
    contact = await company.make("createContact", {"customerId": firm, "name": f"{name} agent"})
    lamp = await company.make("createProduct", {"name": f"{name} lamp"})
    order = await company.make("createOrder", {"customerId": firm, "currency": "EUR"})
    price = {"amount": "9.80", "currency": "EUR"}
    line = {"orderId": order, "productId": lamp, "quantity": "2", "unitPrice": price}
    await company.make("createOrderLine", line)
    await company.do("placeOrder", order)
    case = await company.make("openCase", {"customerId": firm, "subject": f"{name} asks"})
    said = {"customerId": firm, "channel": "CALL", "direction": "INBOUND", "subject": name}
    await company.make("logInteraction", {**said, "happenedAt": "2026-03-01T09:30:00Z"})
    return firm, contact, order, case


async def let_in(system, company, contact):
    """Invite a contact, and give a token with which it is known everywhere."""
    document = "mutation($i: ID!, $n: UpdateContactInput!) { updateContact(id: $i, input: $n)"
    document += " { userErrors { code } } }"
    await company.ask(document, i=contact, n={"email": ADDRESS})
    await company.make("invitePortalIdentity", {"contactId": contact})
    url = system.databases["customers"].app_url
    given = {"tenant": company.tenant, "email": ADDRESS, "password": PASSWORD}
    assert await maintenance.let_in_by_portal(url, **given)
    token = await signed_in(company)

    async def is_known():
        return "errors" not in await company.answer(THEIRS, token=token)

    await until(is_known)
    return token


async def signed_in(company):
    asked = {"t": company.tenant, "e": ADDRESS, "p": PASSWORD}
    return (await company.ask(SIGN_IN, token="", **asked))["signInToPortal"]["token"]


@pytest.mark.feature("PLT-01")
async def test_a_guest_sees_under_viewer_what_all_services_have_of_its_company(system, company):
    firm, contact, order, case = await with_business(company, "Firm")
    other = await with_business(company, "Rival")
    token = await let_in(system, company, contact)
    viewer = (await company.ask(THEIRS, token=token))["viewer"]
    assert (viewer["kind"], viewer["contact"]) == ("PORTAL", {"name": "Firm agent"})
    (mine,) = viewer["orders"]["nodes"]
    assert (mine["id"], mine["status"]) == (order, "PLACED")
    assert mine["lines"]["nodes"] == [{"product": {"name": "Firm lamp"}}]
    assert viewer["cases"]["nodes"] == [{"id": case, "subject": "Firm asks"}]
    assert viewer["interactions"]["nodes"] == [{"subject": "Firm"}]
    assert viewer["customer"] == {
        "id": firm,
        "name": "Firm",
        "orders": {"nodes": [{"id": order}]},
        "cases": {"nodes": [{"id": case}]},
    }
    own = await company.ask(ONE, token=token, o=order, c=case, f=firm)
    assert (own["order"], own["case"]) == ({"id": order}, {"id": case})
    asked = {"o": other[2], "c": other[3], "f": other[0]}
    theirs = await company.ask(ONE, token=token, **asked)
    assert theirs == {"order": None, "case": None, "customer": None}
    submit = 'mutation { submitCase(input: {subject: "Help"}) { case { customer { id name } } } }'
    made = (await company.ask(submit, token=token))["submitCase"]["case"]
    assert made["customer"] == {"id": firm, "name": "Firm"}


@pytest.mark.feature("PLT-01")
async def test_who_was_let_in_is_let_in_nowhere_soon_after_their_contact_is_put_away(
    system, company
):
    _firm, contact, order, _case = await with_business(company, "Firm")
    token = await let_in(system, company, contact)
    _seller, staff = await employed(company, "SALES_MANAGER")
    await company.do("archiveContact", contact)
    lists = "{ orders { nodes { id } } cases { nodes { id } } contacts { nodes { id } } }"

    async def is_turned_away():
        return len((await company.answer(lists, token=token)).get("errors", ())) == 3

    await until(is_turned_away)
    assert (await company.ask("{ viewer { id } }", token=token))["viewer"] is None
    assert await signed_in(company) is None
    seen = await company.ask("{ orders { nodes { id } } }", token=staff)
    assert seen["orders"]["nodes"] == [{"id": order}]
