"""Staff through the graph: who works here, and how they come in."""

import pytest

from services.customers.staff.rules import LONGEST, SHORTEST
from tests.customers.office import STAFF_USER, refusals
from tests.support.asking import codes

SIGN_IN = """mutation($t: String!, $e: String!, $p: String!) {
    signIn(tenant: $t, email: $e, password: $p) { token userErrors { code reason } } }"""
EVE = {"name": "Eve", "email": "Eve@Acme.example", "roles": ["SERVICE_AGENT"]}
PASSWORD = "correct horse battery"


async def hired(office, **given):
    done = await office.make("StaffUser", STAFF_USER, EVE | given)
    assert done["userErrors"] == []
    return done["made"]["id"]


async def given_password(office, id, password, person=None):
    return await office.act(
        "setStaffUserPassword", "staffUser", "id version", id, person, password=password
    )


async def signed_in(office, password=PASSWORD, email="eve@acme.example"):
    return (await office.ask(SIGN_IN, t=office.tenant, e=email, p=password))["signIn"]


async def test_somebody_new_is_told_by_roles_and_not_by_name(office):
    done = await office.make("StaffUser", STAFF_USER, EVE)
    assert done["made"]["email"] == "eve@acme.example"
    [event] = await office.events(done["made"]["id"])
    assert event["type"] == "customers.staff_user.created.v1"
    assert (event["data"]["roles"], event["data"]["isActive"]) == (["SERVICE_AGENT"], True)
    assert "eve" not in str(event["data"]).lower()


@pytest.mark.parametrize("email", ["eve@acme.example", "EVE@ACME.EXAMPLE", "Eve@acme.Example"])
async def test_an_address_is_one_persons_in_any_case_of_its_letters(office, email):
    await hired(office)
    done = await office.make("StaffUser", STAFF_USER, EVE | {"name": "Eva", "email": email})
    assert done["made"] is None
    assert codes(done) == ["DUPLICATE"]
    other = await hired(office, email="eva@acme.example")
    done = await office.change("StaffUser", STAFF_USER, other, {"email": email})
    assert codes(done) == ["DUPLICATE"]
    assert await office.told() == ["created", "created"]


async def test_two_companies_may_employ_the_same_person(office, rival):
    await hired(office)
    await hired(rival)
    assert await office.told() == await rival.told() == ["created"]


@pytest.mark.parametrize("email", ["eve", "eve@", "eve@acme", ""])
async def test_without_an_address_nobody_is_hired(office, email):
    done = await office.make("StaffUser", STAFF_USER, EVE | {"email": email})
    assert [path for _code, path in refusals(done)] == ["input.email"]
    assert await office.told() == []


async def test_who_is_given_another_role_or_leaves_is_told(office):
    id = await hired(office)
    await office.change("StaffUser", STAFF_USER, id, {"roles": ["SALES_MANAGER"]})
    await office.change("StaffUser", STAFF_USER, id, {"isActive": False})
    same = await office.change("StaffUser", STAFF_USER, id, {"email": "EVE@acme.example"})
    assert same["events"] == same["changedFields"] == []
    told = [it["data"] for it in (await office.events(id))]
    assert [(it["roles"], it["isActive"]) for it in told] == [
        (["SERVICE_AGENT"], True),
        (["SALES_MANAGER"], True),
        (["SALES_MANAGER"], False),
    ]


@pytest.mark.parametrize("length", [0, SHORTEST - 1, LONGEST + 1])
async def test_a_password_that_is_too_short_or_too_long_is_refused(office, length):
    id = await hired(office)
    done = await given_password(office, id, "x" * length)
    assert [path for _code, path in refusals(done)] == ["input.password"]
    assert await office.rows("SELECT 1 FROM staff_user WHERE password_hash IS NOT NULL") == []


@pytest.mark.parametrize("length", [SHORTEST, LONGEST])
async def test_a_password_may_be_as_short_and_as_long_as_that(office, length):
    id = await hired(office)
    assert (await given_password(office, id, "x" * length))["userErrors"] == []
    assert (await signed_in(office, "x" * length))["token"]
    assert (await signed_in(office, "x" * (length - 1)))["token"] is None


async def test_a_new_password_replaces_the_old_one_and_is_told_to_nobody(office):
    id = await hired(office)
    await given_password(office, id, PASSWORD)
    await given_password(office, id, "another password")
    assert (await signed_in(office))["userErrors"] == [
        {"code": "FORBIDDEN", "reason": "SIGN_IN_REFUSED"}
    ]
    assert (await signed_in(office, "another password"))["token"]
    assert await office.told(id) == [
        *("created", "password_changed", "password_changed", "signed_in")
    ]
    kept = str(await office.rows("SELECT before, after FROM audit_line"))
    assert "argon2" not in kept
    told = str(await office.rows("SELECT body FROM event"))
    assert not [it for it in (PASSWORD, "another password", "argon2") if it in told]


async def test_nobody_comes_in_without_a_password_or_after_leaving(office):
    id = await hired(office)
    assert (await signed_in(office, ""))["token"] is None
    await given_password(office, id, PASSWORD)
    assert (await signed_in(office))["token"]
    await office.change("StaffUser", STAFF_USER, id, {"isActive": False})
    assert (await signed_in(office))["token"] is None


async def test_only_an_administrator_hires_and_sets_passwords(office):
    manager = await office.employ("SALES_MANAGER")
    assert codes(await office.make("StaffUser", STAFF_USER, EVE, manager)) == ["FORBIDDEN"]
    done = await given_password(office, office.person, PASSWORD, manager)
    assert codes(done) == ["FORBIDDEN"]
    done = await office.change(
        "StaffUser", STAFF_USER, manager, {"roles": ["ADMINISTRATOR"]}, manager
    )
    assert codes(done) == ["FORBIDDEN"]
    assert await office.told() == []


async def test_staff_brought_in_twice_are_the_same_people(office):
    items = [
        {
            "externalRef": {"source": "northwind", "id": str(n)},
            "input": EVE | {"email": f"Eve{n}@Acme.example"},
        }
        for n in range(2)
    ]
    first, told = await office.upsert("staffUsers", "staffUser", STAFF_USER, items)
    assert [it["made"]["email"] for it in first] == ["eve0@acme.example", "eve1@acme.example"]
    assert told == ["customers.staff_user.created.v1"] * 2
    second, told = await office.upsert("staffUsers", "staffUser", STAFF_USER, items)
    assert [it["status"] for it in second] == ["UNCHANGED"] * 2
    assert told == []


async def test_an_address_that_is_taken_refuses_its_row_alone(office):
    await hired(office)
    items = [
        {"externalRef": {"source": "northwind", "id": it}, "input": EVE | {"email": it}}
        for it in ("EVE@acme.example", "eva@acme.example")
    ]
    rows, told = await office.upsert("staffUsers", "staffUser", "email", items)
    assert [it["status"] for it in rows] == ["REFUSED", "CREATED"]
    assert codes(rows[0]) == ["DUPLICATE"]
    assert told == ["customers.staff_user.created.v1"]
