"""Sales keeps copies of customers and of staff, as their events come over the stream."""

from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from sqlalchemy import select

from services.chassis.actor import ActorKind, Portal
from services.chassis.database import reading
from services.chassis.declaring import Subscriptions
from services.chassis.ids import new_id
from services.chassis.policies import MOST_ENDED
from services.chassis.tokens import Identity
from services.sales.customers import subscribers as customers
from services.sales.customers.model import Customer
from services.sales.portal import subscribers as portal
from services.sales.portal.model import PortalIdentity
from services.sales.staff import subscribers as staff
from services.sales.staff.model import FieldPolicy, StaffUser
from tests.sales.company import PRODUCT
from tests.support import telling
from tests.support.asking import reasons
from tests.support.waiting import until

ALL = Subscriptions.joined(
    "sales", [customers.subscriptions, staff.subscriptions, portal.subscriptions]
)


@pytest.fixture
async def tell(company, stream):
    """Sales with its ears open, and a way to tell it something."""
    async with telling.listening(ALL, company.works, stream):
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


async def test_a_token_of_a_session_that_ended_permits_nothing_and_another_one_does(company, tell):
    id = new_id("usr")
    known = {"staffUserId": id, "roles": ["SALES_MANAGER"], "isActive": True}
    await tell("customers.staff_user.created.v1", id, 1, **known)
    ended = {"staffUserId": id, "sessionId": "ses_1", "because": "ENDED"}
    await tell("customers.staff_user.session_ended.v1", id, 2, **ended)

    async def may(session):
        identity = Identity(company.tenant, id, ActorKind.USER, session=session)
        return bool((await company.access.actor(identity)).permissions)

    async def is_over():
        return not await may("ses_1")

    await until(partial(copy, company, StaffUser, id, "id"))
    await until(is_over)
    assert await may("ses_2")
    assert await may(None)
    await tell("customers.staff_user.updated.v1", id, 3, **known | {"roles": ["SERVICE_AGENT"]})
    await becomes((["SERVICE_AGENT"],), company, StaffUser, id, "roles")
    assert not await may("ses_1")


async def test_only_the_last_days_ends_of_sessions_are_kept():
    user = StaffUser(ended_sessions={})
    for day in range(1, 4):
        user.end_session(f"ses_{day}", at=datetime(2026, 3, day, tzinfo=UTC))
    assert list(user.ended_sessions) == ["ses_3"]
    for number in range(600):
        at = datetime(2026, 3, 3, tzinfo=UTC) + timedelta(seconds=number)
        user.end_session(f"ses_{number + 10}", at=at)
    assert len(user.ended_sessions) == MOST_ENDED
    assert "ses_609" in user.ended_sessions


@pytest.mark.feature("PLT-05")
async def test_a_field_policy_is_copied_and_counts_until_it_is_put_away(company, tell):
    order = await company.order(freight={"amount": "777.00", "currency": "USD"})
    document = "query($id: ID!) { order(id: $id) { freight { amount } } }"
    policy, known = new_id("pol"), {"readableBy": ["SALES_MANAGER"], "auditsReads": False}
    known = {"recordType": "Order", "field": "freight", **known}
    await tell("customers.field_policy.created.v1", policy, 1, fieldPolicyId=policy, **known)
    await until(partial(copy, company, FieldPolicy, policy, "id"))
    answer = await company.answer(document, id=order)
    assert answer["data"]["order"] == {"freight": None}
    assert answer["extensions"] == {"redacted": ["Order.freight"]}
    await tell("customers.field_policy.archived.v1", policy, 2, fieldPolicyId=policy, **known)

    async def is_seen():
        return (await company.ask(document, id=order))["order"]["freight"]

    assert (await until(is_seen))["amount"] == "777.00"


@pytest.mark.feature("PLT-01")
async def test_who_comes_by_the_portal_is_known_by_events_until_they_go(company, tell):
    id, customer, person = new_id("pid"), new_id("cus"), new_id("con")
    known = {"portalIdentityId": id, "customerId": customer, "contactId": person}
    told = "customers.portal_identity"

    async def may(session=None, party=customer, kind=ActorKind.PORTAL):
        of = Portal(party, person) if kind is ActorKind.PORTAL else None
        identity = Identity(company.tenant, id, kind, session=session, portal=of)
        return (await company.access.actor(identity)).portal is not None

    async def may_not(session=None):
        return not await may(session)

    assert not await may()
    await tell(f"{told}.invited.v1", id, 1, **known, isActive=True)
    await until(partial(copy, company, PortalIdentity, id, "id"))
    assert await may("pse_1")
    assert not await may(party=new_id("cus"))
    assert not await may(kind=ActorKind.USER)
    ended = {"portalIdentityId": id, "sessionId": "pse_1", "because": "ENDED"}
    await tell(f"{told}.session_ended.v1", id, 2, **ended)
    await until(partial(may_not, "pse_1"))
    assert await may("pse_2")
    await tell(f"{told}.deactivated.v1", id, 3, **known, isActive=False)
    await until(may_not)
    await tell(f"{told}.purged.v1", id, 4, **known, isActive=False)

    async def is_forgotten():
        return await company.counted("portal_identity") == 0

    await until(is_forgotten)
