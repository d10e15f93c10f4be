"""The sales of one company, asked as its clients ask it."""

from decimal import Decimal

import orjson
from sqlalchemy import select

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
from services.sales.permissions import ROLES, SERVICES
from services.sales.schema import schema
from services.sales.staff.model import StaffUser

SCHEMA = schema()
AFTERWARDS = "changedFields events { type } userErrors { code reason message path }"
ORDER = "id number status version gross { amount currency } net { amount } placedOn shippedOn"
LINE = "id version gross { amount } net { amount currency } order { id }"
OPPORTUNITY = "id stage status probability lostReason closedAt version"
PRODUCT = "id sku name isActive unitPrice { amount currency }"


class Company:
    """`person` is the id of whoever is signed in: the first one employed, unless said."""

    def __init__(self, engine, tenant, app=None):
        self.engine = engine
        self.tenant = tenant
        self.works = Works(engine, "sales")
        self.access = Access(engine, StaffUser, ROLES, SERVICES)
        self.answerer = Answerer(SCHEMA)
        self.app = app
        self.person = ""

    async def employ(self, *roles, is_active=True):
        """Let a staff user be known here; the first one is signed in."""
        id = new_id("usr")
        async with self.works.begin(Actor.system(self.tenant, "sales")) as work:
            work.add(StaffUser, id=id, sequence=1, roles=list(roles), is_active=is_active)
        self.person = self.person or id
        return id

    async def answer(self, document, person=None, **variables):
        identity = Identity(self.tenant, person or self.person, ActorKind.USER)
        actor = await self.access.actor(identity)
        request = Request(actor, self.works, SCHEMA.shapes, self.app)
        answer = await self.answerer.answer(request, document, variables)
        return orjson.loads(orjson.dumps(answer))

    async def ask(self, document, person=None, **variables):
        """Ask, and take it that all of it is answered."""
        answer = await self.answer(document, person, **variables)
        assert "errors" not in answer, answer["errors"]
        return answer["data"]

    async def make(self, record, fields, given, person=None):
        document = (
            f"mutation($input: Create{record}Input!) {{ done: create{record}(input: $input)"
            f" {{ made: {record[0].lower()}{record[1:]} {{ {fields} }} {AFTERWARDS} }} }}"
        )
        return (await self.ask(document, person, input=given))["done"]

    async def change(self, record, fields, id, given, person=None, version=None):
        document = (
            f"mutation($id: ID!, $input: Update{record}Input!, $version: Int)"
            f" {{ done: update{record}(id: $id, input: $input, expectedVersion: $version)"
            f" {{ made: {record[0].lower()}{record[1:]} {{ {fields} }} {AFTERWARDS} }} }}"
        )
        return (await self.ask(document, person, id=id, input=given, version=version))["done"]

    async def do(self, deed, record, fields, id, person=None, **given):
        """Do one of the deeds that a record knows, such as `placeOrder`."""
        asked = f", $input: {deed[0].upper()}{deed[1:]}Input!" if given else ""
        handed = ", input: $input" if given else ""
        document = (
            f"mutation($id: ID!{asked}) {{ done: {deed}(id: $id{handed})"
            f" {{ made: {record} {{ {fields} }} {AFTERWARDS} }} }}"
        )
        variables = {"input": given} if given else {}
        return (await self.ask(document, person, id=id, **variables))["done"]

    async def upsert(self, records, record, fields, items, person=None):
        """Bring in many; give the results, and the types of the events as one list."""
        name = records[0].upper() + records[1:]
        document = (
            f"mutation($items: [Upsert{name}Item!]!) {{ done: upsert{name}(items: $items)"
            f" {{ results {{ index status made: {record} {{ {fields} }}"
            f" userErrors {{ code reason path }} }} events {{ type }}"
            f" userErrors {{ code reason }} }} }}"
        )
        done = (await self.ask(document, person, items=items))["done"]
        assert done["userErrors"] == []
        return done["results"], [it["type"] for it in done["events"]]

    async def product(self, **given):
        return (await self.make("Product", PRODUCT, {"name": "Chai"} | given))["made"]["id"]

    async def order(self, **given):
        """Draft an order in dollars and give its id."""
        given = {"customerId": new_id("cus"), "currency": "USD"} | given
        done = await self.make("Order", ORDER, given)
        assert done["userErrors"] == []
        return done["made"]["id"]

    async def line(self, order, product, person=None, **given):
        given = {"orderId": order, "productId": product} | priced("18.00") | given
        return await self.make("OrderLine", LINE, {"quantity": "1"} | given, person)

    async def deed(self, deed, order, person=None, **given):
        return await self.do(f"{deed}Order", "order", ORDER, order, person, **given)

    async def seen(self, order):
        document = f"query($id: ID!) {{ order(id: $id) {{ {ORDER} }} }}"
        return (await self.ask(document, id=order))["order"]

    async def told(self, id=None):
        """Give the deeds of the events that were told, of one record or of all, in order."""
        return [it["type"].split(".")[2] for it in await self.events(id)]

    async def events(self, id=None):
        statement = select(StoredEvent.body)
        if id is None:
            statement = statement.order_by(StoredEvent.at, StoredEvent.sequence)
        else:
            statement = statement.where(StoredEvent.aggregate_id == id)
            statement = statement.order_by(StoredEvent.sequence)
        async with reading(self.engine, self.tenant) as connection:
            return [orjson.loads(it) for it in await connection.scalars(statement)]

    async def audited(self, id):
        """Give the fields that each audit line of a record names."""
        statement = select(AuditLine.fields).where(AuditLine.record_id == id)
        async with reading(self.engine, self.tenant) as connection:
            return list(await connection.scalars(statement.order_by(AuditLine.version)))


def priced(amount, currency="USD"):
    return {"unitPrice": {"amount": amount, "currency": currency}}


def reasons(done):
    return [it["reason"] for it in done["userErrors"]]


def amounts(order):
    """Give what an order comes to, before discounts and after."""
    return Decimal(order["gross"]["amount"]), Decimal(order["net"]["amount"])
