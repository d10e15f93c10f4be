"""An opportunity is shared as a customer is, by the one declaration of the chassis."""

import pytest

from services.chassis.actor import Actor
from services.chassis.ids import new_id
from services.sales.permissions import (
    CLOSE_OPPORTUNITY,
    EDIT_OPPORTUNITIES,
    READ_OPPORTUNITIES,
    SHARE_OPPORTUNITIES,
)
from services.sales.staff.model import StaffRole
from tests.sales.company import OPPORTUNITY
from tests.support.asking import codes

OWN = [READ_OPPORTUNITIES, EDIT_OPPORTUNITIES, SHARE_OPPORTUNITIES, CLOSE_OPPORTUNITY]


@pytest.fixture
async def sellers(company):
    """Two who see what is their own; what roles and people are is told by customers."""
    role, grants = new_id("rol"), dict.fromkeys(OWN, "OWN")
    async with company.works.begin(Actor.system(company.tenant, "sales")) as work:
        work.add(StaffRole, id=role, grants=grants, sequence=1)
    return [await company.employ(role) for _ in range(2)]


@pytest.fixture
async def opportunity(company, sellers):
    given = {"customerId": new_id("cus"), "name": "Quay lighting"}
    return (await company.make("Opportunity", OPPORTUNITY, given, sellers[0]))["made"]["id"]


async def share(company, opportunity, by, to, *permissions):
    given = {"principalIds": [to], "permissions": list(permissions)}
    return await company.act("shareOpportunity", "opportunity", "id", opportunity, by, **given)


async def test_what_is_shared_is_seen_and_done_with_as_far_as_it_is(company, sellers, opportunity):
    ann, bob = sellers
    document = "{ opportunities { nodes { viewerCan } } }"
    assert (await company.ask(document, bob))["opportunities"]["nodes"] == []
    shared = await share(company, opportunity, ann, bob, "VIEW")
    assert [it["type"] for it in shared["events"]] == ["sales.opportunity.shared.v1"]
    (seen,) = (await company.ask(document, bob))["opportunities"]["nodes"]
    assert seen == {"viewerCan": ["VIEW"]}
    advanced = ("advanceOpportunity", "opportunity", OPPORTUNITY, opportunity, bob)
    assert codes(await company.act(*advanced)) == ["FORBIDDEN"]
    await share(company, opportunity, ann, bob, "EDIT")
    assert codes(await company.act(*advanced)) == []
    lost = ("loseOpportunity", "opportunity", OPPORTUNITY, opportunity, bob)
    assert codes(await company.act(*lost, reason="PRICE")) == []
    given = {"principalIds": [bob]}
    revoked = ("revokeOpportunityShares", "opportunity", "id", opportunity, ann)
    assert codes(await company.act(*revoked, **given)) == []
    assert (await company.ask(document, bob))["opportunities"]["nodes"] == []
    assert codes(await company.act(*advanced)) == ["NOT_FOUND"]


async def test_a_share_is_of_one_opportunity_and_says_so(company, sellers, opportunity):
    ann, bob = sellers
    given = {"customerId": new_id("cus"), "name": "Other"}
    other = (await company.make("Opportunity", OPPORTUNITY, given, ann))["made"]["id"]
    await share(company, opportunity, ann, bob, "VIEW")
    document = """query($p: ID!, $r: ID!) { salesAccessExplanation(principalId: $p, recordId: $r,
        action: VIEW) { allowed steps { ground } } opportunitiesSharedWithMe { nodes { id } } }"""
    found = await company.ask(document, bob, p=bob, r=opportunity)
    explained = {"allowed": True, "steps": [{"ground": "SHARE"}]}
    listed = {"nodes": [{"id": opportunity}]}
    assert found == {"salesAccessExplanation": explained, "opportunitiesSharedWithMe": listed}
    found = await company.ask(document, bob, p=bob, r=other)
    assert found == {"salesAccessExplanation": None, "opportunitiesSharedWithMe": listed}
