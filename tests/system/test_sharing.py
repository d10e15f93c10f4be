"""Everybody has customers of their own, and shares them: asked by the one graph."""

import asyncio

import pytest

from tests.support.waiting import until
from tests.system.system import PASSWORD

OWN = {
    *("customers:customer:read", "customers:customer:edit", "customers:customer:share"),
    *("customers:customer:assign", "sales:opportunity:read", "sales:opportunity:edit"),
    "sales:opportunity:share",
}
EVERYBODYS = ["customers:staff:read", "customers:company:read"]
SEEN = """query($c: ID!, $o: ID!) {
    customer(id: $c) { name viewerCan shares { principalId permissions } }
    opportunity(id: $o) { name viewerCan }
    customers { nodes { id } count { value } } myCustomers { nodes { id } }
    customersSharedWithMe { nodes { id } } opportunitiesSharedWithMe { nodes { id } } }"""
EXPLAINED = """query($p: ID!, $c: ID!, $o: ID!) {
    customer: customersAccessExplanation(principalId: $p, recordId: $c, action: EDIT)
    { allowed steps { scope ground principalId } }
    opportunity: salesAccessExplanation(principalId: $p, recordId: $o, action: EDIT)
    { allowed steps { scope ground principalId } } }"""


class Colleague:
    """Somebody who works at a company, and asks with a token of their own."""

    def __init__(self, company, id, token):
        self.company, self.id, self.token = company, id, token

    async def ask(self, document, **variables):
        return await self.company.ask(document, token=self.token, **variables)

    async def do(self, deed, id, given=None):
        """Do a deed as this one, and give what it was answered."""
        was, self.company.token = self.company.token, self.token
        try:
            return await self.company.do(deed, id, given)
        finally:
            self.company.token = was

    async def make(self, deed, given):
        was, self.company.token = self.company.token, self.token
        try:
            return await self.company.make(deed, given)
        finally:
            self.company.token = was


async def colleague(company, role, name):
    email = f"{name}@company.example"
    id = await company.make("createStaffUser", {"name": name, "email": email, "roles": []})
    assert (await company.do("updateStaffUser", id, {"roleIds": [role]}))["userErrors"] == []
    await company.do("setStaffUserPassword", id, {"password": PASSWORD})
    return Colleague(company, id, await company.sign_in(email))


@pytest.fixture
async def pair(company):
    """Ann and Bob, who each see what is their own; both are known to sales."""
    role = await company.make("createStaffRole", {"name": "Seller"})
    granted = {"own": sorted(OWN), "all": EVERYBODYS}
    assert (await company.do("grantStaffRole", role, granted))["userErrors"] == []
    found = [await colleague(company, role, it) for it in ("ann", "bob")]
    for it in found:

        async def is_known(it=it):
            answer = await company.answer("{ opportunities { nodes { id } } }", token=it.token)
            return "errors" not in answer

        await until(is_known)
    return found


@pytest.fixture
async def owned(pair):
    """A customer of Ann's, and an opportunity of hers with it."""
    ann, _bob = pair
    customer = await ann.make("createCustomer", {"name": "Nordlicht"})
    given = {"customerId": customer, "name": "Quay lighting"}
    return {"c": customer, "o": await ann.make("createOpportunity", given)}


def codes(done):
    return [it["code"] for it in done["userErrors"]]


@pytest.mark.feature("CUS-21")
@pytest.mark.feature("CUS-22")
async def test_what_is_shared_is_seen_and_changed_as_far_as_it_is_and_until_it_is_revoked(
    pair, owned
):
    ann, bob = pair
    hidden = await bob.ask(SEEN, **owned)
    assert (hidden["customer"], hidden["opportunity"]) == (None, None)
    given = {"principalIds": [bob.id], "permissions": ["EDIT"]}
    assert codes(await ann.do("shareCustomer", owned["c"], given)) == []
    assert codes(await ann.do("shareOpportunity", owned["o"], given)) == []
    seen = await bob.ask(SEEN, **owned)
    assert seen["customer"]["viewerCan"] == seen["opportunity"]["viewerCan"] == ["VIEW", "EDIT"]
    assert seen["customersSharedWithMe"]["nodes"] == [{"id": owned["c"]}]
    assert seen["opportunitiesSharedWithMe"]["nodes"] == [{"id": owned["o"]}]
    assert (seen["customers"]["count"]["value"], seen["myCustomers"]["nodes"]) == (1, [])
    assert codes(await bob.do("updateCustomer", owned["c"], {"tier": "A"})) == []
    assert codes(await bob.do("archiveCustomer", owned["c"])) == ["FORBIDDEN"]
    told = await bob.ask(EXPLAINED, p=bob.id, **owned)
    share = {"scope": "OWN", "ground": "SHARE", "principalId": bob.id}
    assert told["customer"] == told["opportunity"] == {"allowed": True, "steps": [share, share]}
    revoked = {"principalIds": [bob.id]}
    assert codes(await ann.do("revokeCustomerShares", owned["c"], revoked)) == []
    assert codes(await ann.do("revokeOpportunityShares", owned["o"], revoked)) == []
    assert await bob.ask(SEEN, **owned) == hidden
    assert codes(await bob.do("updateCustomer", owned["c"], {"tier": "B"})) == ["NOT_FOUND"]


@pytest.mark.feature("CUS-22")
@pytest.mark.rule("BR-31")
async def test_a_draft_of_shares_is_toggled_reset_and_counts_once_applied(pair, owned):
    ann, bob = pair
    draft = "query($i: ID!) { customerShareDraft(id: $i) { stored { principalId } chosen { permissions } } }"  # noqa: E501
    chosen = {"principalIds": [bob.id]}

    async def ticked():
        found = (await ann.ask(draft, i=owned["c"]))["customerShareDraft"]
        return [it["permissions"] for it in found["chosen"]]

    everything = ["VIEW", "EDIT", "DELETE", "SHARE"]
    assert codes(await ann.do("openCustomerShareDraft", owned["c"])) == []
    for ticks in ([everything], [], [everything]):
        assert codes(await ann.do("toggleCustomerShareDraft", owned["c"], chosen)) == []
        assert await ticked() == ticks
    assert codes(await ann.do("resetCustomerShareDraft", owned["c"])) == []
    assert await ticked() == []
    await ann.do("toggleCustomerShareDraft", owned["c"], chosen)
    assert (await bob.ask(SEEN, **owned))["customer"] is None
    assert codes(await ann.do("applyCustomerShareDraft", owned["c"])) == []
    seen = (await bob.ask(SEEN, **owned))["customer"]
    assert seen["shares"] == [{"principalId": bob.id, "permissions": everything}]


@pytest.mark.feature("CUS-23")
async def test_a_customer_has_one_owner_in_whose_list_it_stands(pair, owned):
    ann, bob = pair
    mine = '{ myCustomers(where: {name: {startsWith: "N"}}) { nodes { id owner { id } } } }'
    held = {"id": owned["c"], "owner": {"id": ann.id}}
    assert (await ann.ask(mine))["myCustomers"]["nodes"] == [held]
    done = await ann.do("assignCustomerOwner", owned["c"], {"ownerId": bob.id})
    assert codes(done) == []
    assert (await ann.ask(mine))["myCustomers"]["nodes"] == []
    assert (await ann.ask(SEEN, **owned))["customer"] is None
    assert (await bob.ask(mine))["myCustomers"]["nodes"] == [held | {"owner": {"id": bob.id}}]


@pytest.mark.rule("BR-32")
async def test_of_two_who_write_at_once_one_wins_and_who_may_not_write_changes_nothing(
    company, pair, owned
):
    ann, bob = pair
    assert codes(await bob.do("updateCustomer", owned["c"], {"tier": "B"})) == ["NOT_FOUND"]
    given = {"principalIds": [bob.id], "permissions": ["EDIT"]}
    await ann.do("shareCustomer", owned["c"], given)
    document = """mutation($i: ID!, $t: String!) { done: updateCustomer(id: $i, input: {tier: $t},
        expectedVersion: 1) { customer { tier version } userErrors { code } } }"""
    asked = [(it, name) for it, name in zip((ann, bob), ("A", "B"), strict=True)]
    answers = await asyncio.gather(*(it.ask(document, i=owned["c"], t=t) for it, t in asked))
    done = [it["done"] for it in answers]
    assert sorted(map(codes, done)) == [[], ["VERSION_CONFLICT"]]
    (won,) = [it["customer"] for it in done if it["customer"]]
    kept = await company.ask("query($i: ID!) { customer(id: $i) { tier version } }", i=owned["c"])
    assert kept["customer"] == won == {"tier": won["tier"], "version": 2}
