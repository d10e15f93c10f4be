"""What a mutation's description requires is what is required: each role tries each deed."""

import json
from contextlib import AsyncExitStack

import pytest

from deploy.local.checkout import ROOT
from deploy.local.databases import SERVICES
from services.chassis.ids import new_id
from tests.contracts import deeds
from tests.customers.office import Office
from tests.sales.company import Company
from tests.service_desk.desk import Desk
from tests.support.databases import connected

WORKPLACES = {it.service: it for it in (Office, Company, Desk)}
CONTRACTS = {it: ROOT / "services" / it / "contract" for it in SERVICES}
PERMISSIONS = {
    service: json.loads((folder / "permissions.json").read_text("utf-8"))
    for service, folder in CONTRACTS.items()
}
DEEDS = {
    (service, name): deed
    for service, folder in CONTRACTS.items()
    for name, deed in deeds.deeds_of((folder / "schema.graphql").read_text("utf-8")).items()
}
GUARDED = [
    (service, name)
    for (service, name), deed in DEEDS.items()
    if {*deeds.permissions_of(deed)} - {*PERMISSIONS[service]["guests"]}
]
"""What guests of the portal do with their own no role grants: tests/reading/test_matrix.py."""


class Staffed:
    """A workplace with somebody in each role, and those whom it lets do nothing."""

    def __init__(self, workplace):
        self.workplace = workplace

    async def employ_all(self, roles):
        self.people = {role: await self.workplace.employ(role) for role in roles}
        self.people["who has left"] = await self.workplace.employ(*roles, is_active=False)
        self.people["who has no role"] = await self.workplace.employ()
        self.people["who has an unknown role"] = await self.workplace.employ("EMPEROR")
        self.people["who is not known"] = new_id("usr")

    async def is_forbidden(self, who, name, deed, given=None):
        document, given = deeds.document_of(name, deed), given or deeds.sampled(deed)
        done = (await self.workplace.ask(document, self.people[who], **given))["done"]
        refused = [
            *done["userErrors"],
            *(e for it in done.get("results", ()) for e in it["userErrors"]),
        ]
        return [it["code"] for it in refused] == ["FORBIDDEN"]


@pytest.fixture(scope="module")
async def staffed(customers_database, sales_database, desk_database):
    databases = {"customers": customers_database, "sales": sales_database}
    databases["service_desk"] = desk_database
    async with AsyncExitStack() as stack:
        made = {}
        for service, kind in WORKPLACES.items():
            engine = await stack.enter_async_context(connected(databases[service]))
            made[service] = Staffed(kind(engine, new_id("company")))
            await made[service].employ_all(PERMISSIONS[service]["roles"])
        yield made


def roles_with(service, permission):
    return {it for it, held in PERMISSIONS[service]["roles"].items() if permission in held}


READ_AS_WELL = {"exportApiKeys": "customers:api_key:read"}
"""What one exports one must be allowed to read, which not all may who export."""


@pytest.mark.parametrize(("service", "name"), GUARDED)
async def test_exactly_the_roles_with_its_permission_may_do_a_deed(staffed, service, name):
    here, deed = staffed[service], DEEDS[service, name]
    may = roles_with(service, deeds.permissions_of(deed)[0])
    may &= roles_with(service, READ_AS_WELL.get(name, deeds.permissions_of(deed)[0]))
    before = await here.workplace.told()
    for who in here.people.keys() - may:
        assert await here.is_forbidden(who, name, deed), who
    assert await here.workplace.told() == before
    for role in may:
        assert not await here.is_forbidden(role, name, deed), role
    assert may


async def test_who_may_bring_in_what_is_new_may_not_always_change_what_is_there(staffed):
    """The only such deed, beside the import of the same; `REFUSED` rows change nothing."""
    both = [it for it in GUARDED if len(deeds.permissions_of(DEEDS[it])) > 1]
    assert [name for _service, name in both] == ["upsertCases", "importCases"]
    key = both[0]
    here, deed = staffed[key[0]], DEEDS[key]
    given = deeds.sampled(deed)
    assert not await here.is_forbidden("ADMINISTRATOR", key[1], deed, given)
    may = roles_with(key[0], deeds.permissions_of(deed)[1])
    told = await here.workplace.told()
    for who in here.people:
        assert await here.is_forbidden(who, key[1], deed, given) == (who not in may), who
    assert await here.workplace.told() == told


BEFORE_SIGN_IN = {
    *("signIn", "refreshSession", "signOut", "acceptInvitation"),
    *("requestPasswordReset", "resetPassword", "exchangeToken", "exchangeApiKey"),
    *("signInToPortal", "refreshPortalSession", "signOutOfPortal", "acceptPortalInvitation"),
    *("requestPortalPasswordReset", "resetPortalPassword"),
}
OF_ONESELF = {
    *("changePassword", "enrolSecondFactor", "confirmSecondFactor", "removeSecondFactor"),
    *("endSession", "changePortalPassword"),
}


def test_only_coming_in_and_what_is_ones_own_needs_no_permission():
    open_to_all = {it for it, deed in DEEDS.items() if not deeds.permissions_of(deed)}
    assert open_to_all == {("customers", it) for it in BEFORE_SIGN_IN | OF_ONESELF}
    said = {it: DEEDS[it].description for it in open_to_all}
    assert {it for (_, it), told in said.items() if deeds.NEEDS_NO_SIGN_IN in told} == (
        BEFORE_SIGN_IN
    )
    assert {it for (_, it), told in said.items() if deeds.NEEDS_SIGN_IN in told} == OF_ONESELF


@pytest.mark.parametrize("service", SERVICES)
def test_what_is_required_and_granted_is_a_permission_of_this_service(service):
    known = PERMISSIONS[service]
    named = {
        each for it in GUARDED if it[0] == service for each in deeds.permissions_of(DEEDS[it])
    }
    named |= set(known["guests"])
    named |= {it for by in ("roles", "services") for held in known[by].values() for it in held}
    assert named == known["permissions"].keys()
    assert {it.split(":")[0] for it in named} == {service}
