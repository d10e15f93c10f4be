"""The desk's copies of customers and staff, told by the stream."""

import asyncio
from datetime import UTC, datetime

import pytest
from sqlalchemy import text

from services.chassis.database import reading
from services.chassis.events import Envelope
from services.chassis.ids import new_id
from services.chassis.subscriptions import Subscriber, Subscriptions
from services.service_desk.customers import subscribers as customers
from services.service_desk.staff import subscribers as staff
from tests.support.waiting import until


@pytest.fixture
async def listening(desk, stream):
    """The desk with its ears open."""
    slices = [customers.subscriptions, staff.subscriptions]
    joined = Subscriptions.joined("service_desk", slices)
    subscriber = Subscriber(joined, desk.works, stream)
    subscriber.start()
    yield desk
    await asyncio.wait_for(subscriber.stop(), 30)


async def tell(stream, desk, type, id, sequence, **data):
    told = Envelope(
        id=new_id("evt"),
        type=type,
        source="/customers",
        subject=id,
        time=datetime(2026, 3, 1, tzinfo=UTC),
        tenant=desk.tenant,
        sequence=sequence,
        actor="usr_1",
        correlationid="req_1",
        data=data,
    )
    headers = {"ce-id": told.id, "ce-tenant": told.tenant, "ce-subject": told.subject}
    await stream.jetstream.publish(told.stream_subject, told.body(), headers=headers)


async def rows(desk, statement, id):
    async with reading(desk.engine, desk.tenant) as connection:
        found = await connection.execute(text(statement), {"id": id})
        return [tuple(it) for it in found]


async def test_a_customer_is_copied_and_follows_its_changes(listening, stream):
    id = new_id("cus")
    first = {
        "customerId": id,
        "kind": "ORGANISATION",
        "organisationName": "Acme",
        "ownerId": "usr_1",
        "teamId": None,
        "tier": None,
        "status": "ACTIVE",
    }
    await tell(stream, listening, "customers.customer.created.v1", id, 1, **first)
    later = first | {"status": "ON_HOLD", "tier": "A"}
    await tell(stream, listening, "customers.customer.updated.v1", id, 2, **later)
    statement = "SELECT organisation_name, tier, status, sequence FROM customer WHERE id = :id"
    wanted = [("Acme", "A", "ON_HOLD", 2)]

    async def copied():
        return await rows(listening, statement, id) == wanted

    await until(copied)


async def test_a_new_staff_user_can_work_and_one_who_left_cannot(listening, stream):
    id = new_id("usr")
    agent = {"staffUserId": id, "roles": ["SERVICE_AGENT"], "isActive": True}
    await tell(stream, listening, "customers.staff_user.created.v1", id, 1, **agent)

    async def can_open():
        return not (await listening.open(id))["userErrors"]

    await until(can_open)
    gone = agent | {"isActive": False}
    await tell(stream, listening, "customers.staff_user.updated.v1", id, 2, **gone)

    async def cannot_open():
        return [it["code"] for it in (await listening.open(id))["userErrors"]] == ["FORBIDDEN"]

    await until(cannot_open)


async def test_what_is_told_twice_changes_nothing(listening, stream):
    id = new_id("usr")
    agent = {"staffUserId": id, "roles": ["SERVICE_AGENT"], "isActive": True}
    await tell(stream, listening, "customers.staff_user.created.v1", id, 1, **agent)
    await tell(
        stream, listening, "customers.staff_user.created.v1", id, 1, **(agent | {"roles": []})
    )
    await tell(stream, listening, "customers.staff_user.updated.v1", id, 2, **agent)

    async def followed():
        return await rows(listening, "SELECT sequence FROM staff_user WHERE id = :id", id) == [
            (2,)
        ]

    await until(followed)
    found = await rows(listening, "SELECT roles FROM staff_user WHERE id = :id", id)
    assert found == [(["SERVICE_AGENT"],)]
    assert await listening.told() == []
