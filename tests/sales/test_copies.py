"""Sales keeps copies of customers and of staff, as their events come over the stream."""

from functools import partial

import pytest
from sqlalchemy import select

from services.chassis.database import reading
from services.chassis.declaring import Subscriptions
from services.chassis.ids import new_id
from services.sales.customers import subscribers as customers
from services.sales.customers.model import Customer
from services.sales.staff import subscribers as staff
from services.sales.staff.model import StaffUser
from tests.sales.company import PRODUCT
from tests.support import telling
from tests.support.asking import reasons
from tests.support.waiting import until

BOTH = Subscriptions.joined("sales", [customers.subscriptions, staff.subscriptions])


@pytest.fixture
async def tell(company, stream):
    """Sales with its ears open, and a way to tell it something."""
    async with telling.listening(BOTH, company.works, stream):
        yield partial(telling.tell, stream, company.tenant)


async def copy(company, kind, id, *names):
    columns = [getattr(kind, it) for it in names]
    async with reading(company.engine, company.tenant) as connection:
        row = (await connection.execute(select(*columns).where(kind.id == id))).one_or_none()
    return row and tuple(row)


async def becomes(wanted, *asked):
    async def is_so():
        return await copy(*asked) == wanted

    await until(is_so)


async def test_a_customer_is_copied_and_followed(company, tell):
    id = new_id("cus")
    known = {
        "customerId": id,
        "kind": "ORGANISATION",
        "organisationName": "Quick-Stop",
        "ownerId": "usr_1",
        "teamId": None,
        "tier": "GOLD",
        "status": "ACTIVE",
    }
    names = ("organisation_name", "owner_id", "tier", "status", "sequence")
    await tell("customers.customer.created.v1", id, 1, **known)
    await becomes(("Quick-Stop", "usr_1", "GOLD", "ACTIVE", 1), company, Customer, id, *names)
    later = known | {"status": "ON_HOLD", "tier": None}
    await tell("customers.customer.updated.v1", id, 2, **later)
    await becomes(("Quick-Stop", "usr_1", None, "ON_HOLD", 2), company, Customer, id, *names)
    assert await company.told() == []


async def test_who_leaves_may_do_nothing_any_more(company, tell):
    id = new_id("usr")
    known = {"staffUserId": id, "roles": ["SALES_MANAGER"], "isActive": True}
    await tell("customers.staff_user.created.v1", id, 1, **known)
    await becomes((["SALES_MANAGER"], True), company, StaffUser, id, "roles", "is_active")
    done = await company.make("Product", PRODUCT, {"name": "Chai"}, id)
    assert done["userErrors"] == []
    await tell("customers.staff_user.updated.v1", id, 2, **known | {"isActive": False})
    await becomes((["SALES_MANAGER"], False), company, StaffUser, id, "roles", "is_active")
    done = await company.make("Product", PRODUCT, {"name": "Chang"}, id)
    assert reasons(done) == ["FORBIDDEN"]
    assert await company.told() == ["created"]
