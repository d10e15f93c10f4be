"""Signing in, and what each role may then do."""

import aiohttp
import pytest

from tests.support.waiting import until
from tests.system.system import LISTS, PASSWORD

SIGN_IN = """mutation($t: String!, $e: String!, $p: String!) {
    signIn(tenant: $t, email: $e, password: $p) { token expiresAt userErrors { code reason } } }"""


async def employed(company, role, email="eve@company.example"):
    """Let somebody work here in a role, and sign them in."""
    given = {"name": "Eve", "email": email, "roles": [role]}
    id = await company.make("createStaffUser", given)
    await company.do("setStaffUserPassword", id, {"password": PASSWORD})
    return id, await company.sign_in(email)


@pytest.mark.parametrize(
    ("email", "password", "tenant"),
    [
        (None, "a wrong password", None),
        ("nobody@company.example", PASSWORD, None),
        (None, PASSWORD, "nowhere"),
        ("not an address", PASSWORD, None),
        (None, "", None),
    ],
)
async def test_one_answer_for_whatever_does_not_fit(company, email, password, tenant):
    answer = await company.ask(
        SIGN_IN, token="", t=tenant or company.tenant, e=email or company.email, p=password
    )
    assert answer["signIn"]["token"] is None
    assert answer["signIn"]["userErrors"] == [{"code": "FORBIDDEN", "reason": "SIGN_IN_REFUSED"}]


async def test_an_address_signs_in_in_any_case_of_its_letters(company):
    assert await company.sign_in(company.email.upper())


async def test_without_a_token_nothing_is_read(company):
    answer = await company.answer(LISTS, token="")
    assert answer["data"] == {"customers": None, "orders": None, "cases": None}
    assert {it["extensions"]["code"] for it in answer["errors"]} == {"FORBIDDEN"}


async def test_a_forged_or_foreign_token_is_turned_away(company):
    for token in ("nonsense", company.token[:-4] + "AAAA"):
        status, body = await company.post('{"query": "{ __typename }"}', token=token)
        assert status == 401
        assert body["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"


async def test_a_service_takes_no_persons_token_but_only_the_gateways(system, company):
    path = system.programs["sales"].address.removeprefix("unix:")
    headers = {"authorization": f"Bearer {company.token}"}
    async with (
        aiohttp.ClientSession(connector=aiohttp.UnixConnector(path)) as session,
        session.post(
            "http://sales/graphql", json={"query": "{ __typename }"}, headers=headers
        ) as response,
    ):
        assert response.status == 401


async def test_roles_reach_the_other_services_and_say_what_may_be_done_there(company):
    _id, token = await employed(company, "SERVICE_AGENT")
    customer = await company.customer()

    async def known():
        return "errors" not in await company.answer(LISTS, token=token)

    await until(known)
    company.token = token
    case = await company.tried("openCase", {"customerId": customer, "subject": "It flickers"})
    assert case["userErrors"] == []
    order = await company.tried("createOrder", {"customerId": customer, "currency": "EUR"})
    assert [it["code"] for it in order["userErrors"]] == ["FORBIDDEN"]


async def test_whoever_left_can_neither_sign_in_nor_read_on(company):
    id, token = await employed(company, "SALES_MANAGER")

    async def turned_away():
        answer = await company.answer(LISTS, token=token)
        return len(answer.get("errors", ())) == 3

    document = "mutation($id: ID!) { updateStaffUser(id: $id, input: {isActive: false}) { userErrors { code } } }"  # noqa: E501  # one line to be read as one
    assert (await company.ask(document, id=id))["updateStaffUser"]["userErrors"] == []
    await until(turned_away)
    asked = {"t": company.tenant, "e": "eve@company.example", "p": PASSWORD}
    assert (await company.ask(SIGN_IN, token="", **asked))["signIn"]["token"] is None


async def test_the_viewer_is_who_signed_in(company):
    document = "{ viewer { staffUser { email roles } } company { name baseCurrency } }"
    seen = await company.ask(document)
    assert seen["viewer"]["staffUser"] == {"email": company.email, "roles": ["ADMINISTRATOR"]}
    assert seen["company"] == {"name": "Company", "baseCurrency": "EUR"}


async def test_a_password_reaches_no_log_no_event_and_no_audit_line(system, company):
    canary = "canary in the coal mine"
    given = {"name": "Eve", "email": "eve@company.example", "roles": ["SERVICE_AGENT"]}
    id = await company.make("createStaffUser", given)
    await company.do("setStaffUserPassword", id, {"password": canary})
    await company.sign_in("eve@company.example", canary)
    kept = str(await system.rows("customers", company.tenant, "SELECT body FROM event"))
    kept += str(
        await system.rows("customers", company.tenant, "SELECT before, after FROM audit_line")
    )
    logged = "".join(system.log(name).read_text() for name in system.programs)
    assert canary not in kept + logged
    assert "argon2" not in kept + logged
    assert "eve@company.example" not in logged
