"""What a company does about who works there and how they come in, so that all of it is told."""

import time

from services.customers import maintenance
from services.customers.sessions import rules
from tests.system.system import PASSWORD

WRONG = "not the password at all"


async def door(company, deed, given, fields="", token=None):
    """Do a deed that is about no record; give what it answers."""
    asked = f"mutation {{ done: {deed}({given}) {{ {fields} userErrors {{ code reason }} }} }}"
    return (await company.ask(asked, token=token))["done"]


async def sign_in(company, email, password=PASSWORD, more=""):
    given = f'tenant: "{company.tenant}", email: "{email}", password: "{password}" {more}'
    return await door(company, "signIn", given, "token refreshToken", token="")


async def with_locks_and_links(company):
    """Somebody forgets, asks for a link, and leaves."""
    staff = {"name": "Canary Leaver", "email": "canary.leaver@company.example", "roles": []}
    leaver = await company.make("createStaffUser", staff)
    assert not (await company.do("inviteStaffUser", leaver))["userErrors"]
    await company.do("setStaffUserPassword", leaver, {"password": PASSWORD})
    for _ in range(rules.MOST_FAILURES):
        await sign_in(company, staff["email"], WRONG)
    given = f'tenant: "{company.tenant}", email: "{staff["email"]}"'
    await door(company, "requestPasswordReset", given, token="")
    assert not (await company.do("unlockStaffUser", leaver))["userErrors"]
    await sign_in(company, staff["email"])
    assert not (await company.do("deactivateStaffUser", leaver))["userErrors"]


async def with_guests(company, firm):
    """A contact is invited to the portal, comes in, forgets, leaves, and is forgotten."""
    address = "canary.guest@firm.example"
    given = {"customerId": firm, "name": "Canary Guest", "email": address}
    contact = await company.make("createContact", given)
    guest = await company.make("invitePortalIdentity", {"contactId": contact})
    url = company.system.databases["customers"].app_url
    known = {"tenant": company.tenant, "email": address}
    assert await maintenance.let_in_by_portal(url, **known, password=PASSWORD)
    where = f'tenant: "{company.tenant}", email: "{address}"'
    for _ in range(rules.MOST_FAILURES):
        await door(company, "signInToPortal", f'{where}, password: "{WRONG}"', token="")
    await door(company, "requestPortalPasswordReset", where, token="")
    assert not (await company.do("unlockPortalIdentity", guest))["userErrors"]
    signed = f'{where}, password: "{PASSWORD}"'
    assert (await door(company, "signInToPortal", signed, "token", token=""))["token"]
    for deed in ("archiveContact", "purgeContact"):
        assert not (await company.do(deed, contact))["userErrors"]


async def with_second_factors(company, seller):
    token = (await sign_in(company, "canary.staff@company.example"))["token"]
    mine = f'currentPassword: "{PASSWORD}"'
    secret = (await door(company, "enrolSecondFactor", mine, "secret", token))["secret"]
    code = rules.code_at(secret, int(time.time()) // rules.STEP_SECONDS)
    done = await door(company, "confirmSecondFactor", f'code: "{code}"', "recoveryCodes", token)
    assert len(done["recoveryCodes"]) == rules.RECOVERY_CODES
    await door(company, "removeSecondFactor", mine, token=token)
    given = f'staffUserId: "{seller}", reason: "Canary Notes"'
    assert (await door(company, "actAs", given, "token"))["token"]


async def with_organisation(company, seller, done, put_away):
    """Units, teams, positions, roles and keys, each with its whole life."""
    top = await company.make("createOrgUnit", {"name": "Germany", "kind": "BRANCH"})
    north = await company.make("createOrgUnit", {"name": "North", "parentId": top})
    await done(company, "updateOrgUnit", north, {"name": "North-west"})
    await done(company, "updateOrgUnit", north, {"parentId": None})
    await put_away(company, "OrgUnit", await company.make("createOrgUnit", {"name": "South"}))
    team = await company.make("createTeam", {"name": "Harbour"})
    await done(company, "updateTeam", team, {"name": "Harbours"})
    await done(company, "addTeamMembers", team, {"staffUserIds": [seller]})
    await put_away(company, "Team", team, purged=False)
    held = {"staffUserId": seller, "title": "Seller", "beginsOn": "2026-01-01"}
    held = await company.make("createPosition", held | {"endsOn": "2026-06-30"})
    await done(company, "updatePosition", held, {"unitId": north})
    await put_away(company, "Position", held)
    policy = {"recordType": "Contact", "field": "email", "readableBy": ["ADMINISTRATOR"]}
    policy = await company.make("createFieldPolicy", policy)
    await done(company, "updateFieldPolicy", policy, {"auditsReads": True})
    await put_away(company, "FieldPolicy", policy)
    policy = {"recordType": "Order", "field": "freight", "readableBy": ["SALES_MANAGER"]}
    await company.make("createFieldPolicy", policy)
    role = await company.make("createStaffRole", {"name": "Importer"})
    await done(company, "grantStaffRole", role, {"own": ["sales:order:edit"]})
    given = f'name: "Importer", roleId: "{role}"'
    key = await door(company, "createApiKey", given, "id key")
    token = await door(company, "exchangeApiKey", f'key: "{key["key"]}"', "token", token="")
    assert token["token"]
    await done(company, "archiveApiKey", key["id"])
    await put_away(company, "StaffRole", await company.make("createStaffRole", {"name": "None"}))
