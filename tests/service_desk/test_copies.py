"""The desk's copies of customers and staff, told by the stream."""

import pytest

from services.chassis.declaring import Subscriptions
from services.chassis.ids import new_id
from services.service_desk.customers import subscribers as customers
from services.service_desk.staff import subscribers as staff
from tests.support.telling import listening, tell
from tests.support.waiting import until

BOTH = Subscriptions.joined("service_desk", [customers.subscriptions, staff.subscriptions])


@pytest.fixture
async def attentive(desk, stream):
    """The desk with its ears open."""
    async with listening(BOTH, desk.works, stream):
        yield desk


@pytest.mark.usefixtures("attentive")
async def test_a_customer_is_copied_and_follows_its_changes(desk, stream):
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
    await tell(stream, desk.tenant, "customers.customer.created.v1", id, 1, **first)
    later = first | {"status": "ON_HOLD", "tier": "A"}
    await tell(stream, desk.tenant, "customers.customer.updated.v1", id, 2, **later)
    statement = "SELECT organisation_name, tier, status, sequence FROM customer WHERE id = :id"
    wanted = [("Acme", "A", "ON_HOLD", 2)]

    async def copied():
        return await desk.rows(statement, id=id) == wanted

    await until(copied)


@pytest.mark.usefixtures("attentive")
async def test_a_new_staff_user_can_work_and_one_who_left_cannot(desk, stream):
    id = new_id("usr")
    agent = {"staffUserId": id, "roles": ["SERVICE_AGENT"], "isActive": True}
    await tell(stream, desk.tenant, "customers.staff_user.created.v1", id, 1, **agent)

    async def can_open():
        return not (await desk.open(id))["userErrors"]

    await until(can_open)
    gone = agent | {"isActive": False}
    await tell(stream, desk.tenant, "customers.staff_user.updated.v1", id, 2, **gone)

    async def cannot_open():
        return [it["code"] for it in (await desk.open(id))["userErrors"]] == ["FORBIDDEN"]

    await until(cannot_open)


@pytest.mark.usefixtures("attentive")
async def test_what_is_told_twice_changes_nothing(desk, stream):
    id = new_id("usr")
    agent = {"staffUserId": id, "roles": ["SERVICE_AGENT"], "isActive": True}
    await tell(stream, desk.tenant, "customers.staff_user.created.v1", id, 1, **agent)
    await tell(
        stream, desk.tenant, "customers.staff_user.created.v1", id, 1, **(agent | {"roles": []})
    )
    await tell(stream, desk.tenant, "customers.staff_user.updated.v1", id, 2, **agent)

    async def followed():
        return await desk.rows("SELECT sequence FROM staff_user WHERE id = :id", id=id) == [(2,)]

    await until(followed)
    found = await desk.rows("SELECT roles FROM staff_user WHERE id = :id", id=id)
    assert found == [(["SERVICE_AGENT"],)]
    assert await desk.told() == []
