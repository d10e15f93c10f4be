"""Field policies: who may say them, what they may be about, and that they count at once."""

import pytest

from tests.customers.office import STAFF_USER, person_with, role_granting
from tests.customers.test_sessions import do, session_of, sign_in, viewer
from tests.customers.test_staff import PASSWORD, given_password, hired
from tests.support.asking import codes

POLICY = "id recordType field readableBy auditsReads version"
PHONE = {"recordType": "Customer", "field": "phone"}
CANARY = "+4940123456"
LOG = """query($w: AuditLogWhere) { customersAuditLog(where: $w) { nodes {
    action actorId onBehalfOf recordType recordId fields } } }"""


async def policy(office, who=None, **given):
    return await office.make("FieldPolicy", POLICY, PHONE | given, who)


async def phone(office, who):
    answer = await office.answer("{ customers { nodes { phone } } }", who)
    assert "errors" not in answer, answer
    (found,) = answer["data"]["customers"]["nodes"]
    return found["phone"], answer.get("extensions")


async def log(office, **where):
    return (await office.ask(LOG, w=where))["customersAuditLog"]["nodes"]


@pytest.mark.feature("PLT-05")
async def test_a_policy_counts_at_once_for_who_lacks_its_roles_until_it_is_put_away(office):
    await office.customer(phone=CANARY)
    seller = await office.employ("SALES_REPRESENTATIVE")
    done = await policy(office, readableBy=["ADMINISTRATOR", "SALES_MANAGER"])
    assert done["made"]["readableBy"] == ["ADMINISTRATOR", "SALES_MANAGER"]
    assert await phone(office, seller) == (None, {"redacted": ["Customer.phone"]})
    assert await phone(office, office.person) == (CANARY, None)
    assert await phone(office, await office.employ("SALES_MANAGER")) == (CANARY, None)
    await office.act("archiveFieldPolicy", "fieldPolicy", POLICY, done["made"]["id"])
    assert await phone(office, seller) == (CANARY, None)


async def test_a_role_of_the_companys_own_is_named_by_its_id(office):
    await office.customer(phone=CANARY)
    role = await role_granting(office, all=["customers:customer:read"])
    person = await person_with(office, role)
    other = await person_with(
        office, await role_granting(office, "Other", all=["customers:customer:read"])
    )
    assert (await policy(office, readableBy=[role]))["made"]["readableBy"] == [role]
    assert (await phone(office, person))[0] == CANARY
    assert (await phone(office, other))[0] is None
    assert (await phone(office, office.person))[0] is None


@pytest.mark.parametrize(
    ("given", "refused", "path"),
    [
        ({"recordType": "Customr", "auditsReads": True}, "INVALID", "recordType"),
        ({"field": "phon", "auditsReads": True}, "INVALID", "field"),
        ({"field": "name", "readableBy": []}, "INVALID", "field"),
        ({"field": None, "readableBy": []}, "INVALID", "field"),
        ({"field": None}, "REQUIRED", "readableBy"),
        ({}, "REQUIRED", "readableBy"),
        ({"readableBy": ["ADMINISTRATOR", "rol_0"]}, "NOT_FOUND", "readableBy"),
        ({"readableBy": ["ADMINISTRATOR"] * 51}, "LIMIT_EXCEEDED", "readableBy"),
    ],
)
async def test_a_policy_about_what_there_is_not_is_refused(office, given, refused, path):
    (error,) = (await policy(office, **given))["userErrors"]
    assert (error["code"], error["path"][:2]) == (refused, ["input", path])
    assert await office.counted("field_policy") == 0


async def test_there_is_one_policy_of_a_field(office):
    assert codes(await policy(office, auditsReads=True)) == []
    assert codes(await policy(office, readableBy=[])) == ["DUPLICATE"]


async def test_policies_need_their_permission(office):
    manager = await office.employ("SALES_MANAGER")
    assert codes(await policy(office, manager, auditsReads=True)) == ["FORBIDDEN"]
    assert await office.told() == []


@pytest.mark.feature("PLT-05")
async def test_reads_of_a_watched_field_are_in_the_log_with_who_read(office):
    customer = await office.customer(phone=CANARY)
    seller = await office.employ("SALES_REPRESENTATIVE")
    await policy(office, auditsReads=True)
    await phone(office, seller)
    line = {"action": "READ", "actorId": seller, "onBehalfOf": None, "recordType": "Customer"}
    assert await log(office, action={"eq": "READ"}) == [
        line | {"recordId": customer, "fields": ["phone"]}
    ]


@pytest.mark.feature("PLT-01", "PLT-05")
async def test_who_came_in_and_who_was_refused_is_in_the_log(office):
    eve = await hired(office)
    await given_password(office, eve, PASSWORD)
    await sign_in(office)
    await sign_in(office, "a wrong password")
    await sign_in(office, address="nobody@acme.example")
    lines = await log(office, action={"in": ["SIGNED_IN", "SIGN_IN_REFUSED"]})
    assert [(it["action"], it["actorId"], it["recordId"]) for it in lines] == [
        ("SIGN_IN_REFUSED", "sign-in", ""),
        ("SIGN_IN_REFUSED", "sign-in", eve),
        ("SIGNED_IN", eve, eve),
    ]
    for _ in range(9):
        await sign_in(office, "a wrong password")
    lines = await log(office, recordId={"eq": eve}, action={"startsWith": "LOCKED"})
    assert [it["action"] for it in lines] == ["LOCKED"]
    refused = await log(office, recordId={"eq": eve}, action={"eq": "SIGN_IN_REFUSED"})
    assert len(refused) == 5  # what comes after a lock is no news


@pytest.mark.feature("PLT-02")
async def test_who_is_changed_to_work_here_no_more_has_no_session_that_goes_on(office):
    eve = await hired(office)
    await given_password(office, eve, PASSWORD)
    done = await sign_in(office)
    assert await viewer(office, done) == eve
    left = await office.change("StaffUser", STAFF_USER, eve, {"isActive": False})
    assert {it["type"] for it in left["events"]} == {
        "customers.staff_user.updated.v1",
        "customers.staff_user.session_ended.v1",
    }
    await office.change("StaffUser", STAFF_USER, eve, {"isActive": True})
    assert await viewer(office, done) is None
    again = await office.change("StaffUser", STAFF_USER, eve, {"name": "Eva"})
    assert [it["type"] for it in again["events"]] == ["customers.staff_user.updated.v1"]


async def test_signing_out_is_told_so_that_other_services_believe_its_token_no_more(office):
    eve = await hired(office)
    await given_password(office, eve, PASSWORD)
    done = await sign_in(office)
    await do(office, "signOut", f'(refreshToken: "{done["refreshToken"]}")')
    (ended,) = [it for it in await office.events(eve) if "session_ended" in it["type"]]
    assert ended["data"]["sessionId"] == session_of(done).session
    assert ended["data"]["because"] == "SIGNED_OUT"
