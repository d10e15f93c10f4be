"""Sales keeps copies of customers and of staff, as their events come over the stream."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from services.chassis.database import reading
from services.chassis.events import Envelope
from services.chassis.ids import new_id
from services.chassis.subscriptions import Subscriber, Subscriptions
from services.sales.customers import subscribers as customers
from services.sales.customers.model import Customer
from services.sales.staff import subscribers as staff
from services.sales.staff.model import StaffUser
from tests.sales.company import PRODUCT, reasons
from tests.support.waiting import until

SEVERAL = [customers.subscriptions, staff.subscriptions]


@pytest.fixture
async def listening(company, stream):
    subscriber = Subscriber(Subscriptions.joined("sales", SEVERAL), company.works, stream)
    subscriber.start()
    yield
    await subscriber.stop()


def telling(stream, company):
    """Give a way to tell an event of customers to this company."""

    async def tell(type, subject, sequence, **data):
        it = Envelope(
            id=new_id("evt"),
            type=f"customers.{type}.v1",
            source="/customers",
            subject=subject,
            time=datetime(2026, 3, 1, tzinfo=UTC),
            tenant=company.tenant,
            sequence=sequence,
            actor="usr_1",
            correlationid="req_1",
            data=data,
        )
        headers = {"ce-id": it.id, "ce-tenant": it.tenant, "ce-subject": it.subject}
        await stream.jetstream.publish(it.stream_subject, it.body(), headers=headers)

    return tell


async def copy(company, kind, id, *names):
    columns = [getattr(kind, it) for it in names]
    async with reading(company.engine, company.tenant) as connection:
        row = (await connection.execute(select(*columns).where(kind.id == id))).one_or_none()
    return row and tuple(row)


async def becomes(wanted, *asked):
    async def is_so():
        return await copy(*asked) == wanted

    await until(is_so)


@pytest.mark.usefixtures("listening")
async def test_a_customer_is_copied_and_followed(company, stream):
    tell, id = telling(stream, company), new_id("cus")
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
    await tell("customer.created", id, 1, **known)
    await becomes(("Quick-Stop", "usr_1", "GOLD", "ACTIVE", 1), company, Customer, id, *names)
    await tell("customer.updated", id, 2, **known | {"status": "ON_HOLD", "tier": None})
    await becomes(("Quick-Stop", "usr_1", None, "ON_HOLD", 2), company, Customer, id, *names)
    assert await company.told() == []


@pytest.mark.usefixtures("listening")
async def test_who_leaves_may_do_nothing_any_more(company, stream):
    tell, id = telling(stream, company), new_id("usr")
    known = {"staffUserId": id, "roles": ["SALES_MANAGER"], "isActive": True}
    await tell("staff_user.created", id, 1, **known)
    await becomes((["SALES_MANAGER"], True), company, StaffUser, id, "roles", "is_active")
    done = await company.make("Product", PRODUCT, {"name": "Chai"}, id)
    assert done["userErrors"] == []
    await tell("staff_user.updated", id, 2, **known | {"isActive": False})
    await becomes((["SALES_MANAGER"], False), company, StaffUser, id, "roles", "is_active")
    done = await company.make("Product", PRODUCT, {"name": "Chang"}, id)
    assert reasons(done) == ["FORBIDDEN"]
    assert await company.told() == ["created"]
