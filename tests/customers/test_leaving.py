"""Whoever leaves hands over what they answer for first, in all services; or is cut off at once."""

from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from services.chassis import responsibilities
from services.chassis.access import access_by
from services.chassis.actor import Actor, ActorKind
from services.chassis.asking import Channel
from services.chassis.ids import new_id
from services.chassis.refusals import Forbidden
from services.chassis.rpc import RpcServer
from services.chassis.tokens import Verifier
from services.chassis.work import Works
from services.sales import permissions
from services.sales.portal.model import directory
from tests.customers.office import SIGNER
from tests.customers.test_staff import hired
from tests.sales.company import Company
from tests.support.databases import connected

RESPONSIBILITIES = """query($id: ID!) { staffUserResponsibilities(id: $id) {
    records { service recordType count } unanswered } }"""
GATE = "code reason path ... on TransitionError { missing }"
DEACTIVATE = f"""mutation($id: ID!, $leave: Boolean!) {{
    done: deactivateStaffUser(id: $id, input: {{leaveRecords: $leave}}) {{
    staffUser {{ isActive }} events {{ type }} userErrors {{ {GATE} }} }} }}"""


@asynccontextmanager
async def answering(engine):
    """Have sales answer what every service answers, by its own permissions."""
    server = RpcServer(
        [responsibilities.answers("sales")],
        verifier=Verifier("sales", {"customers": SIGNER.jwks()}),
        read_actor=access_by(directory, permissions.ROLES, permissions.SERVICES)(engine),
        works=Works(engine, "sales"),
    )
    await server.start("127.0.0.1:0")
    try:
        yield f"127.0.0.1:{server.port}"
    finally:
        await server.stop(0)


@pytest.fixture
async def sales(sales_database):
    async with connected(sales_database) as engine, answering(engine) as target:
        yield engine, Channel(target, audience="sales", signer=SIGNER)


async def shop_of(engine, tenant):
    """Give the sales of a company, and somebody who may do all there."""
    shop = Company(engine, tenant)
    await shop.employ("ADMINISTRATOR")
    return shop


async def of(office, id):
    return (await office.ask(RESPONSIBILITIES, id=id))["staffUserResponsibilities"]


async def deactivated(office, id, *, leave=False):
    return (await office.ask(DEACTIVATE, id=id, leave=leave))["done"]


@pytest.mark.feature("PLT-02")
async def test_who_answers_for_records_anywhere_is_let_go_once_they_are_handed_over(office, sales):
    engine, channel = sales
    office.app = replace(office.app, channels={"sales": channel})
    shop, eve = await shop_of(engine, office.tenant), await hired(office)
    customer = await office.customer(ownerId=eve)
    order = await shop.order(ownerId=eve)
    assert await of(office, eve) == {
        "records": [
            {"service": "customers", "recordType": "Customer", "count": 1},
            {"service": "sales", "recordType": "Order", "count": 1},
        ],
        "unanswered": [],
    }
    refused = await deactivated(office, eve)
    assert refused["userErrors"] == [
        {
            "code": "GATE_NOT_MET",
            "reason": "STAFF_USER_STILL_ANSWERS",
            "path": ["id"],
            "missing": ["1 customers.Customer", "1 sales.Order"],
        }
    ]
    assert refused["events"] == []
    await office.change("Customer", "id", customer, {"ownerId": None})
    await shop.change("Order", "id", order, {"ownerId": None})
    done = await deactivated(office, eve)
    assert (done["userErrors"], done["staffUser"]) == ([], {"isActive": False})
    assert [it["type"] for it in done["events"]] == ["customers.staff_user.deactivated.v1"]
    await channel.close()


@pytest.mark.feature("PLT-02")
async def test_who_must_go_at_once_is_cut_off_whatever_they_answer_for(office):
    away = Channel("127.0.0.1:1", audience="sales", signer=SIGNER)
    office.app = replace(office.app, channels={"sales": away})
    eve = await hired(office)
    assert await of(office, eve) == {"records": [], "unanswered": ["sales"]}
    (error,) = (await deactivated(office, eve))["userErrors"]
    assert (error["code"], error["path"]) == ("DEPENDENCY_UNAVAILABLE", ["id"])
    await office.customer(ownerId=eve)
    done = await deactivated(office, eve, leave=True)
    assert (done["userErrors"], done["staffUser"]) == ([], {"isActive": False})
    assert (await deactivated(office, eve))["userErrors"] == []  # it is so already
    await away.close()


async def test_what_was_put_away_is_nobodys_and_another_companys_is_not_counted(office, sales):
    engine, channel = sales
    office.app = replace(office.app, channels={"sales": channel})
    eve = await hired(office)
    await (await shop_of(engine, new_id("company"))).order(ownerId=eve)
    customer = await office.customer(ownerId=eve)
    await office.act("archiveCustomer", "customer", "id", customer)
    assert await of(office, eve) == {"records": [], "unanswered": []}
    await channel.close()


async def test_only_a_program_that_may_ask_is_answered_and_only_who_may_edit_staff(office, sales):
    _engine, channel = sales
    seller = await office.employ("SALES_REPRESENTATIVE")
    answer = await office.answer(RESPONSIBILITIES, seller, id=seller)
    assert answer["errors"][0]["extensions"]["code"] == "FORBIDDEN"
    anybody = Actor(office.tenant, seller, ActorKind.USER)
    with pytest.raises(Forbidden):
        await responsibilities.elsewhere({"sales": channel}, anybody, seller)
    await channel.close()
