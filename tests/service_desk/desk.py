"""The desk of one company, asked as its clients ask it."""

import orjson
from sqlalchemy import select, text

from services.chassis.access import Access
from services.chassis.actor import Actor, ActorKind
from services.chassis.audit import AuditLine
from services.chassis.database import reading
from services.chassis.graph.answer import Answerer
from services.chassis.graph.request import Request
from services.chassis.ids import new_id
from services.chassis.outbox import StoredEvent
from services.chassis.tokens import Identity
from services.chassis.work import Works
from services.service_desk.permissions import ROLES, SERVICES
from services.service_desk.schema import schema
from services.service_desk.staff.model import StaffUser

FIELDS = "id number status priority version resolution resolvedAt closedAt owner { id }"
RESULT = f"{{ case {{ {FIELDS} }} changedFields events {{ type }} userErrors {{ code reason message path }} }}"  # noqa: E501  # one line to be read as one


class Desk:
    """`person` is the id of whoever is signed in: the first one employed, unless said."""

    def __init__(self, engine, tenant):
        self.engine = engine
        self.tenant = tenant
        self.works = Works(engine, "service_desk")
        self.access = Access(engine, StaffUser, ROLES, SERVICES)
        self.schema = schema()
        self.answerer = Answerer(self.schema)
        self.person = ""

    async def employ(self, *roles, is_active=True):
        """Let a staff user be known here; the first one is signed in."""
        id = new_id("usr")
        async with self.works.begin(Actor.system(self.tenant, "service_desk")) as work:
            work.add(StaffUser, id=id, sequence=1, roles=list(roles), is_active=is_active)
        self.person = self.person or id
        return id

    async def answer(self, document, person=None, **variables):
        identity = Identity(self.tenant, person or self.person, ActorKind.USER)
        actor = await self.access.actor(identity)
        request = Request(actor, self.works, self.schema.shapes)
        answer = await self.answerer.answer(request, document, variables)
        return orjson.loads(orjson.dumps(answer))

    async def ask(self, document, person=None, **variables):
        """Ask, and take it that all of it is answered."""
        answer = await self.answer(document, person, **variables)
        assert "errors" not in answer, answer["errors"]
        return answer["data"]

    async def do(self, deed, id, person=None, **given):
        """Do one of the deeds that a case knows, such as `resolveCase`."""
        name = deed[0].upper() + deed[1:]
        document = f"mutation($id: ID!) {{ done: {deed}(id: $id) {RESULT} }}"
        if given:
            document = (
                f"mutation($id: ID!, $input: {name}Input!)"
                f" {{ done: {deed}(id: $id, input: $input) {RESULT} }}"
            )
            return (await self.ask(document, person, id=id, input=given))["done"]
        return (await self.ask(document, person, id=id))["done"]

    async def open(self, person=None, **given):
        given = {"customerId": new_id("cus"), "subject": "The lamp does not burn"} | given
        document = f"mutation($input: OpenCaseInput!) {{ done: openCase(input: $input) {RESULT} }}"
        return (await self.ask(document, person, input=given))["done"]

    async def opened(self, **given):
        """Open a case and give its id."""
        return (await self.open(**given))["case"]["id"]

    async def told(self, id=None):
        """Give the types of the events that were told, of one case or of all, in order."""
        return [it["type"].split(".")[2] for it in await self.events(id)]

    async def events(self, id=None):
        statement = select(StoredEvent.body).order_by(StoredEvent.at, StoredEvent.sequence)
        if id is not None:
            statement = statement.where(StoredEvent.aggregate_id == id)
        async with reading(self.engine, self.tenant) as connection:
            return [orjson.loads(it) for it in await connection.scalars(statement)]

    async def audited(self, id):
        """Give the fields that each audit line of a case names."""
        statement = select(AuditLine.fields).where(AuditLine.record_id == id)
        async with reading(self.engine, self.tenant) as connection:
            return list(await connection.scalars(statement.order_by(AuditLine.version)))

    async def counted(self, table):
        async with reading(self.engine, self.tenant) as connection:
            return await connection.scalar(text(f"SELECT count(*) FROM {table}"))
