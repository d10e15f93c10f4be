"""The portal: contacts of customers come in, see what is their company's, and nothing else."""

import email
from dataclasses import replace
from email import policy

import pytest

from services.chassis.actor import Actor, ActorKind, Portal
from services.chassis.tokens import Identity
from services.customers.permissions import EDIT_PORTAL_IDENTITIES, READ_CUSTOMERS
from services.customers.portal import subscribers
from services.customers.sessions import rules
from tests.customers.office import SECRET, VERIFIER, person_with, role_granting
from tests.customers.test_sessions import do
from tests.support.asking import codes, reasons

IDENTITY = "id email isActive activatedAt customer { id } contact { id }"
IN = "token refreshToken userErrors { code reason path }"
SIGN_IN = f"""mutation($t: String!, $e: String!, $p: String!) {{
    done: signInToPortal(tenant: $t, email: $e, password: $p) {{ {IN} }} }}"""
THEIRS = """{
    viewer { kind staffUser { id } contact { id name } customer { id name
        contacts { nodes { id } } interactions { nodes { id } } }
      contacts { nodes { id } count { value } } interactions { nodes { id } count { value } } }
    customers { nodes { id } count { value } } contacts { nodes { id } }
    interactions { nodes { id } } customerGroups { nodes { count } } }"""
AGENT = "agent@firm.example"


async def sign_in(office, address, password=SECRET):
    asked = {"t": office.tenant, "e": address, "p": password}
    return (await office.ask(SIGN_IN, **asked))["done"]


async def refreshed(office, token, deed="refreshPortalSession"):
    return await do(office, deed, f'(refreshToken: "{token}")', "token refreshToken")


async def is_let_in(office, identity):
    return (await office.access.actor(identity)).portal is not None


async def deeds_told(office, id):
    return [it["type"].split(".")[2] for it in await office.events(id)]


@pytest.fixture
async def firm(office):
    return await office.customer(name="Firm")


@pytest.fixture
async def guest(office, firm):
    return await office.guest(firm, name="Agent", email=AGENT)


@pytest.mark.feature("PLT-01")
async def test_an_invited_contact_is_sent_a_link_by_which_it_comes_in_once(
    office, firm, tmp_path, monkeypatch
):
    contact = await office.contact(firm, email=AGENT)
    fields = f"made: portalIdentity {{ {IDENTITY} }}"
    done = await office.mutate("invitePortalIdentity", fields, input={"contactId": contact})
    made = done["made"]
    assert (made["email"], made["isActive"], made["activatedAt"]) == (AGENT, True, None)
    monkeypatch.setenv("MAIL_URL", tmp_path.as_uri())
    monkeypatch.setenv("MAIL_LINK", "{purpose} {token}")
    (asked,) = [it for it in await office.events() if it["type"].endswith("portal_link.asked.v1")]
    (found,) = subscribers.subscriptions.of(asked["type"])
    async with office.works.begin(Actor.system(office.tenant, "customers")) as work:
        await found.handler(work, found.model.model_validate(asked["data"]))
    (file,) = tmp_path.iterdir()
    mail = email.message_from_bytes(file.read_bytes(), policy=policy.default)
    assert mail["To"] == AGENT
    purpose, token = mail.get_content().split()[-2:]
    assert purpose == "portal_invitation"
    taken = f'(token: "{token}", password: "{SECRET}")'
    assert reasons(await do(office, "acceptInvitation", taken)) == ["LINK_OF_NO_USE"]
    first = await do(office, "acceptPortalInvitation", taken, "token")
    identity = VERIFIER.verify(first["token"])
    assert (identity.kind, identity.portal) == (ActorKind.PORTAL, Portal(firm, contact))
    assert reasons(await do(office, "acceptPortalInvitation", taken)) == ["LINK_OF_NO_USE"]
    told = await deeds_told(office, made["id"])
    assert told == ["invited", "password_changed", "activated", "signed_in"]
    lines = await office.rows("SELECT action FROM audit_line WHERE actor_kind = 'PORTAL'")
    assert ("SIGNED_IN",) in [tuple(it) for it in lines]


async def test_who_has_no_address_and_whom_one_may_not_see_is_not_invited(office, firm):
    fields = "made: portalIdentity { id }"
    for contact, wanted in ((await office.contact(firm), "CONTACT_WITHOUT_EMAIL"), ("x", None)):
        given = {"contactId": contact}
        done = await office.mutate("invitePortalIdentity", fields, input=given)
        assert done["made"] is None
        assert wanted in (None, *reasons(done))
    agent = await office.employ("SERVICE_AGENT")
    given = {"contactId": await office.contact(firm, email=AGENT)}
    done = await office.mutate("invitePortalIdentity", fields, agent, input=given)
    assert codes(done) == ["FORBIDDEN"]
    role = await role_granting(office, all=[EDIT_PORTAL_IDENTITIES], own=[READ_CUSTOMERS])
    other = await person_with(office, role)
    done = await office.mutate("invitePortalIdentity", fields, other, input=given)
    assert codes(done) == ["NOT_FOUND"]
    assert await office.counted("portal_identity") == 0


async def test_two_contacts_do_not_come_in_by_one_address(office, firm, guest):
    again = await office.contact(firm, email=AGENT)
    fields = "made: portalIdentity { id }"
    done = await office.mutate("invitePortalIdentity", fields, input={"contactId": again})
    assert codes(done) == ["DUPLICATE"]
    assert await is_let_in(office, guest)


async def test_a_guest_sees_what_is_its_customers_and_nothing_else(office, firm, guest):
    other = await office.customer(name="Rival")
    await office.contact(other, name="Rita")
    await office.log(other)
    interaction = (await office.log(firm))["made"]["id"]
    colleague = await office.contact(firm, name="Colleague")
    found = await office.ask(THEIRS, guest)
    people = {guest.portal.person, colleague}
    ids = {k: {it["id"] for it in found[k]["nodes"]} for k in ("customers", "contacts")}
    assert ids == {"customers": {firm}, "contacts": people}
    assert [it["id"] for it in found["interactions"]["nodes"]] == [interaction]
    assert found["customers"]["count"]["value"] == 1
    assert [it["count"] for it in found["customerGroups"]["nodes"]] == [1]
    viewer = found["viewer"]
    assert (viewer["kind"], viewer["staffUser"]) == ("PORTAL", None)
    assert viewer["contact"] == {"id": guest.portal.person, "name": "Agent"}
    assert viewer["customer"]["id"] == firm
    assert {it["id"] for it in viewer["customer"]["contacts"]["nodes"]} == people
    assert viewer["contacts"]["count"]["value"] == 2
    assert viewer["interactions"]["count"]["value"] == 1


async def test_staff_are_the_viewer_as_staff(office):
    asked = "{ viewer { id kind staffUser { id } contact { id } customer { id } } }"
    (me,) = (await office.ask(asked)).values()
    assert me == {
        "id": office.person,
        "kind": "USER",
        "staffUser": {"id": office.person},
        "contact": None,
        "customer": None,
    }


UNDECLARED = (
    "customers { nodes { status } }",
    "customers { nodes { createdBy { id } } }",
    "customers { nodes { externalRefs { id } } }",
    "customers { nodes { viewerCan } }",
    'customers(where: {ownerId: {eq: "usr_1"}}) { nodes { id } }',
    'customers(where: {not: {tier: {eq: "A"}}}) { nodes { id } }',
    "customers(where: {status: {eq: ACTIVE}}) { nodes { id } }",
    'customers(where: {revenue: {amount: {gt: "1"}}}) { nodes { id } }',
    'customers(where: {externalRef: {source: "x", in: ["y"]}}) { nodes { id } }',
    "customers(where: {partyRoles: {some: {}}}) { nodes { id } }",
    "customers(where: {portalIdentities: {count: {gt: 0}}}) { nodes { id } }",
    "contacts(where: {customer: {tier: {isNull: true}}}) { nodes { id } }",
    "contacts(where: {isPrimary: {eq: true}}) { nodes { id } }",
    'interactions(where: {notes: {contains: "x"}}) { nodes { id } }',
    "customerGroups(groupBy: [{field: TIER}]) { nodes { count } }",
    "customerGroups(groupBy: [{field: OWNER}]) { nodes { count } }",
    "customerGroups { nodes { measures { revenue { sum { amount } } } } }",
    "portalIdentities { nodes { id } }",
    "staffUsers { nodes { id } }",
    "tasks { nodes { id } }",
    "partyRoles: customers { nodes { partyRoles { nodes { id } } } }",
    "customersAuditLog { nodes { id } }",
    "eventsSince { nodes { id } }",
)


async def test_what_is_not_declared_for_the_portal_is_refused_by_whatever_way(office, guest):
    for asked in UNDECLARED:
        answer = await office.answer(f"{{ {asked} }}", guest)
        found = {it["extensions"]["code"] for it in answer.get("errors", ())}
        assert found == {"FORBIDDEN"}, asked


async def test_what_may_be_null_is_null_and_named(office, firm, guest):
    canary = "Never tell them"
    given = {"tier": canary, "industry": canary, "employees": 4711}
    await office.change("Customer", "id", firm, given)
    await office.log(firm, notes=canary)
    answer = await office.answer(
        """{ viewer { customer { name tier industry employees owner { id } team { id } }
        interactions { nodes { subject notes owner { id } } } } }""",
        guest,
    )
    assert "errors" not in answer
    assert canary not in str(answer)
    assert "4711" not in str(answer)
    assert office.person not in str(answer)
    assert answer["data"]["viewer"]["customer"]["name"] == "Firm"
    assert set(answer["extensions"]["redacted"]) == {
        *("Customer.tier", "Customer.industry", "Customer.employees", "Customer.owner"),
        *("Customer.team", "Interaction.notes", "Interaction.owner"),
    }


async def test_a_cursor_of_somebody_elses_list_leads_nowhere_else(office, guest):
    for at in range(3):
        await office.customer(name=f"Rival {at}")
    page = "customers(orderBy: [{field: NAME}], %s) { nodes { id } pageInfo { endCursor } }"
    found = await office.ask(f"{{ {page % 'first: 1'} }}")
    cursor = found["customers"]["pageInfo"]["endCursor"]
    for side in ("first: 9, after", "last: 9, before"):
        asked = page % f'{side}: "{cursor}"'
        found = (await office.ask(f"{{ {asked} }}", guest))["customers"]["nodes"]
        assert {it["id"] for it in found} <= {guest.portal.party}


@pytest.mark.feature("PLT-01")
async def test_a_guest_is_let_in_no_more_at_once_when_their_contact_or_customer_goes(office, firm):
    async def move(guest):
        other = await office.customer()
        given = {"customerId": other}
        return await office.change("Contact", "id", guest.portal.person, given)

    async def archive(guest):
        return await office.act("archiveContact", "contact", "id", guest.portal.person)

    async def archive_customer(guest):
        return await office.act("archiveCustomer", "customer", "id", guest.portal.party)

    async def deactivate(guest):
        fields = "id isActive"
        return await office.act(
            "deactivatePortalIdentity", "portalIdentity", fields, guest.subject
        )

    for way in (move, archive, deactivate, archive_customer):
        guest = await office.guest(firm)
        assert await is_let_in(office, guest)
        done = await way(guest)
        assert done["userErrors"] == []
        told = {it["type"].removeprefix("customers.portal_identity.") for it in done["events"]}
        assert told >= {"deactivated.v1", "session_ended.v1"}
        assert not await is_let_in(office, guest)
        answer = await office.answer("{ viewer { id } customers { nodes { id } } }", guest)
        assert answer["data"] == {"viewer": None, "customers": None}
        row = await office.rows("SELECT email FROM portal_identity WHERE id = :i", i=guest.subject)
        assert reasons(await sign_in(office, row[0][0])) == ["SIGN_IN_REFUSED"]


async def test_with_its_contact_an_identity_goes_for_ever(office, firm, guest):
    await office.act("archiveContact", "contact", "id", guest.portal.person)
    purged = await office.ask(
        f'mutation {{ done: purgeContact(id: "{guest.portal.person}")'
        " { purgedId events { type } userErrors { code } } }"
    )
    assert purged["done"]["userErrors"] == []
    told = {it["type"] for it in purged["done"]["events"]}
    assert "customers.portal_identity.purged.v1" in told
    for table in ("portal_identity", "portal_session", "portal_link"):
        assert await office.counted(table) == 0
    assert firm == guest.portal.party


async def test_who_is_invited_again_begins_anew(office, firm, guest):
    await office.act("deactivatePortalIdentity", "portalIdentity", "id", guest.subject)
    id, token = await office.invited(guest.portal.person)
    assert id == guest.subject
    assert reasons(await sign_in(office, AGENT)) == ["SIGN_IN_REFUSED"]
    taken = f'(token: "{token}", password: "another good password")'
    again = await do(office, "acceptPortalInvitation", taken, "token")
    assert not await is_let_in(office, guest)
    assert await is_let_in(office, VERIFIER.verify(again["token"]))
    assert VERIFIER.verify(again["token"]).portal == Portal(firm, guest.portal.person)


@pytest.mark.feature("PLT-01")
async def test_sessions_of_the_portal_are_as_those_of_staff(office, guest):
    done = await sign_in(office, AGENT)
    second = await refreshed(office, done["refreshToken"])
    assert VERIFIER.verify(second["token"]).portal == guest.portal
    again = await refreshed(office, done["refreshToken"])
    assert reasons(again) == ["SESSION_OVER"]
    assert not await is_let_in(office, VERIFIER.verify(second["token"]))
    other = await sign_in(office, AGENT)
    await do(office, "signOutOfPortal", f'(refreshToken: "{other["refreshToken"]}")')
    assert not await is_let_in(office, VERIFIER.verify(other["token"]))
    third = await sign_in(office, AGENT)
    await office.act("signOutPortalIdentity", "portalIdentity", "id", guest.subject)
    assert not await is_let_in(office, VERIFIER.verify(third["token"]))
    fourth = VERIFIER.verify((await sign_in(office, AGENT))["token"])
    given = f'(currentPassword: "{SECRET}", password: "another good password")'
    assert (await do(office, "changePortalPassword", given, who=fourth))["userErrors"] == []
    assert not await is_let_in(office, fourth)
    assert (await sign_in(office, AGENT, "another good password"))["token"]


@pytest.mark.feature("PLT-01")
async def test_too_many_failures_lock_a_guest_and_nobody_of_the_staff(office, guest):
    for _ in range(rules.MOST_FAILURES):
        assert reasons(await sign_in(office, AGENT, "a wrong password")) == ["SIGN_IN_REFUSED"]
    assert (await sign_in(office, AGENT))["token"] is None
    assert "locked" in await deeds_told(office, guest.subject)
    await office.act("unlockPortalIdentity", "portalIdentity", "id", guest.subject)
    assert (await sign_in(office, AGENT))["token"]


async def test_neither_front_takes_what_is_the_others(office, firm, guest):
    staff = await office.employ("SALES_MANAGER")
    await office.ask(
        f'mutation {{ done: setStaffUserPassword(id: "{staff}", input: {{password: "{SECRET}"}})'
        " { userErrors { code } } }"
    )
    address = f"{staff}@acme.example"
    assert reasons(await sign_in(office, address)) == ["SIGN_IN_REFUSED"]
    given = f'(tenant: "{office.tenant}", email: "%s", password: "{SECRET}")'
    assert reasons(await do(office, "signIn", given % AGENT)) == ["SIGN_IN_REFUSED"]
    signed = await do(office, "signIn", given % address, "token refreshToken")
    guests = await sign_in(office, AGENT)
    assert reasons(await refreshed(office, signed["refreshToken"])) == ["SESSION_OVER"]
    crossed = await refreshed(office, guests["refreshToken"], "refreshSession")
    assert reasons(crossed) == ["SESSION_OVER"]
    passwords = f'(currentPassword: "{SECRET}", password: "another good password")'
    for deed, who in (("changePassword", guest), ("changePortalPassword", staff)):
        assert [
            it["code"] for it in (await do(office, deed, passwords, who=who))["userErrors"]
        ] == ["FORBIDDEN"]
    forged = [
        replace(guest, kind=ActorKind.USER, portal=None),
        Identity(office.tenant, staff, ActorKind.PORTAL, portal=guest.portal),
        replace(guest, portal=Portal(await office.customer(), guest.portal.person)),
        replace(guest, portal=Portal(firm, await office.contact(firm))),
        replace(guest, session="pse_nobodys"),
        replace(guest, tenant="elsewhere"),
        Identity(office.tenant, "pid_nobody", ActorKind.PORTAL, portal=guest.portal),
    ]
    for it in forged:
        actor = await office.access.actor(it)
        assert (actor.permissions, actor.portal) == (frozenset(), None), it
        answer = await office.answer("{ customers { nodes { id } } viewer { id } }", it)
        assert answer["data"] == {"customers": None, "viewer": None}


async def test_of_its_own_contact_a_guest_changes_its_number_and_of_others_nothing(
    office, firm, guest
):
    colleague = await office.contact(firm)
    rival = await office.contact(await office.customer())
    fields = "made: contact { id phone }"

    async def call(id, phone, who=guest):
        return await office.mutate("setOwnPhone", fields, who, id=id, input={"phone": phone})

    done = await call(guest.portal.person, "+49 40 123456")
    assert done["made"]["phone"] == "+49 40 123456"
    assert [it["type"] for it in done["events"]] == ["customers.contact.updated.v1"]
    (line,) = await office.rows(
        "SELECT actor_kind, actor_id FROM audit_line WHERE record_id = :i AND action = 'UPDATED'",
        i=guest.portal.person,
    )
    assert tuple(line) == ("PORTAL", guest.subject)
    assert codes(await call(colleague, "+49 40 1")) == ["FORBIDDEN"]
    assert codes(await call(rival, "+49 40 1")) == ["NOT_FOUND"]
    assert codes(await call(guest.portal.person, "+49 40 1", office.person)) == ["FORBIDDEN"]
    assert codes(await call(guest.portal.person, "nonsense")) == ["INVALID"]
    phones = await office.rows("SELECT count(*) FROM contact WHERE phone IS NOT NULL")
    assert phones[0][0] == 1
