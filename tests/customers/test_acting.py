"""Acting as somebody else, for support: seen, told, never more than they may."""

import pytest

from services.chassis.tokens import PUBLIC_AUDIENCE, Verifier
from services.customers.permissions import EDIT_CUSTOMERS, READ_CUSTOMERS
from tests.customers.office import SIGNER, person_with, role_granting
from tests.support.asking import codes

ACT = """mutation($s: ID!, $r: String!) { done: actAs(staffUserId: $s, reason: $r) {
    token expiresAt userErrors { code path } } }"""
VERIFIER = Verifier(PUBLIC_AUDIENCE, {"customers": SIGNER.jwks()})


async def acted(office, id, who=None, reason="Case 17"):
    return (await office.ask(ACT, who, s=id, r=reason))["done"]


class Acting:
    """Asks with a token as the office asks for a person."""

    def __init__(self, office, token):
        self.office, self.identity = office, VERIFIER.verify(token)

    async def __aenter__(self):
        self.actor = self.office.actor

        async def instead(_who):
            return await self.office.access.actor(self.identity)

        self.office.actor = instead
        return self.office

    async def __aexit__(self, *_of):
        self.office.actor = self.actor


@pytest.fixture
async def caller(office):
    role = await role_granting(office, own=[READ_CUSTOMERS, EDIT_CUSTOMERS])
    return await person_with(office, role)


async def test_whoever_acts_as_another_may_what_they_may_and_is_named(office, caller):
    theirs = await office.customer(name="Theirs", ownerId=caller)
    await office.customer(name="Another's")
    done = await acted(office, caller)
    async with Acting(office, done["token"]) as other:
        data = await other.ask("{ customers { nodes { name } } }")
        assert data["customers"]["nodes"] == [{"name": "Theirs"}]
        changed = await other.change("Customer", "id", theirs, {"name": "Mended"})
        assert changed["userErrors"] == []
        refused = await other.make(
            "StaffUser", "id", {"name": "E", "email": "e@a.example", "roles": []}
        )
        assert codes(refused) == ["FORBIDDEN"]
        again = await acted(other, office.person)
        assert codes(again) == ["FORBIDDEN"]
        own = await other.ask("""mutation { done: changePassword(currentPassword: "x",
            password: "correct horse battery") { userErrors { code } } }""")
        assert codes(own["done"]) == ["FORBIDDEN"]
    event = (await office.events(theirs))[-1]
    assert (event["actor"], event["onbehalfof"]) == (office.person, caller)
    lines = await office.rows(f"SELECT actor_id FROM audit_line WHERE record_id = '{theirs}'")
    assert lines[-1][0] == office.person


async def test_they_see_it_and_end_it(office, caller):
    done = await acted(office, caller)
    (session,) = (await office.ask("{ sessions { id device actedById } }", caller))["sessions"]
    assert (session["device"], session["actedById"]) == ("Case 17", office.person)
    (told,) = [it for it in await office.events(caller) if "acted_as" in it["type"]]
    assert told["data"]["byId"] == told["actor"] == office.person
    assert "Case 17" not in str(told)
    await office.ask(
        "mutation($i: ID!) { endSession(id: $i) { userErrors { code } } }", caller, i=session["id"]
    )
    assert not (await office.access.actor(VERIFIER.verify(done["token"]))).permissions


async def test_who_left_acts_as_nobody_any_more(office, caller):
    helper = await office.employ("ADMINISTRATOR")
    done = await acted(office, caller, helper)
    identity = VERIFIER.verify(done["token"])
    assert (await office.access.actor(identity)).permissions
    await office.act("deactivateStaffUser", "staffUser", "id", helper)
    assert not (await office.access.actor(identity)).permissions


async def test_only_who_may_acts_as_another_and_as_nobody_who_is_not_here(office, caller):
    assert codes(await acted(office, office.person, caller)) == ["FORBIDDEN"]
    assert codes(await acted(office, office.person)) == ["INVALID"]
    assert codes(await acted(office, "usr_1")) == ["NOT_FOUND"]
    assert codes(await acted(office, caller, reason="")) == ["REQUIRED"]
    assert (await office.ask("{ sessions { id } }", caller))["sessions"] == []
