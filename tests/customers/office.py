"""The office of one company: its customers, its staff, its settings."""

from datetime import timedelta

from services.chassis.actor import Actor
from services.chassis.changes import Changes
from services.chassis.following import Following
from services.chassis.graph.answer import Answerer
from services.chassis.ids import new_id
from services.chassis.streams import Stream
from services.chassis.tokens import PUBLIC_AUDIENCE, Signer, Verifier, new_key
from services.customers import permissions
from services.customers.company.commands import company
from services.customers.company.queries import reckoning
from services.customers.main import Front
from services.customers.permissions import ROLES, SERVICES
from services.customers.portal.model import GUESTS
from services.customers.portal.queries import directory
from services.customers.schema import schema
from services.customers.sessions.commands import links
from services.customers.sessions.commands.exchanging import Exchange
from services.customers.sessions.commands.signing_in import Desk
from services.customers.sessions.model import LinkPurpose
from tests.support.asking import Workplace

SETTINGS = {
    "name": "Acme",
    "base_currency": "EUR",
    "time_zone": "Europe/Berlin",
    "languages": ["en"],
}
CUSTOMER = "id kind name status tier email phone owner { id } version"
CONTACT = "id name email phone isPrimary version customer { id }"
INTERACTION = "id subject happenedAt owner { id } customer { id } contact { id }"
ROLE = "id name standard grants { permission scope } version"
STAFF_USER = "id name email roles isActive version"
SIGNER = Signer("customers", new_key())
VERIFIER = Verifier(PUBLIC_AUDIENCE, {"customers": SIGNER.jwks()})
SECRET = "a long enough password"  # of guests, in tests
NOWHERE = Stream("nats://127.0.0.1:1", name="customers")
"""A stream that does not answer; a test that wants one brings its own."""


class Office(Workplace):
    """Those who are employed have no password yet: `setStaffUserPassword` gives them one."""

    service = "customers"
    reckoning = reckoning
    answerer = Answerer(schema())
    directory, roles, services, guests = directory, ROLES, SERVICES, permissions.GUESTS

    def __init__(self, engine, tenant):
        super().__init__(engine, tenant)
        desk = Desk(self.works, SIGNER, timedelta(minutes=1))
        guests = Desk(self.works, SIGNER, timedelta(minutes=1), accounts=GUESTS)
        self.app = Front(desk, guests, Exchange({}), Following(NOWHERE), {})

    def particulars(self, id):
        return {"name": "Ann", "email": f"{id}@acme.example"}

    async def found(self):
        """Let there be a company, as `crm tenant create` makes one; give its id."""
        async with self.works.begin(Actor.system(self.tenant, "maintenance")) as work:
            return (await company.create(work, Changes(SETTINGS))).id

    async def customer(self, **given):
        """Add a customer and give its id."""
        return await self._id_of("Customer", {"name": "Nordlicht"} | given)

    async def contact(self, customer, **given):
        return await self._id_of("Contact", {"customerId": customer, "name": "Eve"} | given)

    async def invited(self, contact, person=None):
        """Invite a contact to the portal; give the identity's id and the token of the link."""
        given = {"contactId": contact}
        fields = "made: portalIdentity { id }"
        done = await self.mutate("invitePortalIdentity", fields, person, input=given)
        assert done["userErrors"] == []
        id = done["made"]["id"]
        async with self.works.begin(Actor.system(self.tenant, "customers")) as work:
            return id, await links.make(work, GUESTS, id, LinkPurpose.INVITATION)

    async def guest(self, customer, **given):
        """Let a contact of a customer come in by the portal; give the token's identity."""
        contact = await self.contact(customer, **{"email": f"{new_id('e')}@firm.example"} | given)
        _id, token = await self.invited(contact)
        asked = f'mutation {{ done: acceptPortalInvitation(token: "{token}", password: "{SECRET}")'
        done = (await self.ask(f"{asked} {{ token userErrors {{ code }} }} }}"))["done"]
        assert done["userErrors"] == []
        return VERIFIER.verify(done["token"])

    async def deed(self, deed, customer, person=None, **given):
        return await self.act(f"{deed}Customer", "customer", CUSTOMER, customer, person, **given)

    async def assign(self, customer, role, person=None):
        fields = "partyRoles { nodes { role } }"
        return await self.act("assignPartyRole", "customer", fields, customer, person, role=role)

    async def log(self, customer, person=None, **given):
        given = {
            "customerId": customer,
            "channel": "CALL",
            "direction": "INBOUND",
            "subject": "They called about the lamp",
            "happenedAt": "2026-03-01T09:30:00Z",
        } | given
        made = f"made: interaction {{ {INTERACTION} }}"
        return await self.mutate("logInteraction", made, person, input=given)

    async def _id_of(self, record, given):
        done = await self.make(record, "id", given)
        assert done["userErrors"] == []
        return done["made"]["id"]


def refusals(done):
    """Give the code of each refusal, and the value that it is about."""
    return [(it["code"], ".".join(it["path"])) for it in done["userErrors"]]


async def role_granting(office, name="Caller", **grants):
    """Add a role that grants this, and give its id."""
    made = await office.make("StaffRole", ROLE, {"name": name})
    assert made["userErrors"] == []
    id = made["made"]["id"]
    done = await office.act("grantStaffRole", "staffRole", ROLE, id, **grants)
    assert done["userErrors"] == []
    return id


async def person_with(office, *roles, **given):
    """Let somebody work here in these roles and no other."""
    id = await office.employ()
    done = await office.change("StaffUser", "id", id, {"roleIds": list(roles), **given})
    assert done["userErrors"] == []
    return id


async def unit(office, name, parent=None):
    done = await office.make("OrgUnit", "id", {"name": name, "parentId": parent})
    assert done["userErrors"] == []
    return done["made"]["id"]
