"""The toy's graph of one company, asked as its clients ask it."""

from collections import Counter

import orjson
from sqlalchemy import event, text

from services.chassis.actor import Actor, ActorKind
from services.chassis.database import reading
from services.chassis.graph.answer import Answerer
from services.chassis.graph.request import Request
from services.chassis.work import Works
from tests.toy import commands, queries
from tests.toy.graph import schema

ALL = frozenset({queries.READ_SHIPS, commands.EDIT_SHIPS, commands.IMPORT_HISTORY})
REFUSED = "userErrors { code reason message path }"


class Harbour:
    """Asks as a staff user who may do everything, unless another actor is given."""

    def __init__(self, engine, tenant):
        self.engine = engine
        self.tenant = tenant
        self.actor = Actor(tenant, "usr_1", ActorKind.USER, ALL)
        self.works = Works(engine, "toy")
        self.answerer = Answerer(schema)

    async def answer(self, document, actor=None, **variables):
        request = Request(actor or self.actor, self.works, schema.shapes)
        answer = await self.answerer.answer(request, document, variables)
        return orjson.loads(orjson.dumps(answer))

    async def ask(self, document, actor=None, **variables):
        """Ask, and take it that all of it is answered."""
        answer = await self.answer(document, actor, **variables)
        assert "errors" not in answer, answer["errors"]
        return answer["data"]

    async def ship(self, **given):
        """Register a ship and give its id."""
        document = (
            "mutation($i: CreateShipInput!)"
            f" {{ done: createShip(input: $i) {{ ship {{ id }} {REFUSED} }} }}"
        )
        done = (await self.ask(document, i={"name": "Ann"} | given))["done"]
        assert done["userErrors"] == []
        return done["ship"]["id"]

    async def voyage(self, ship, port, **given):
        document = (
            "mutation($i: SailVoyageInput!)"
            f" {{ done: sailVoyage(input: $i) {{ voyage {{ id }} {REFUSED} }} }}"
        )
        given = {"shipId": ship, "port": port, "miles": "1"} | given
        done = (await self.ask(document, i=given))["done"]
        assert done["userErrors"] == []
        return done["voyage"]["id"]

    async def rows(self, statement):
        async with reading(self.engine, self.tenant) as connection:
            return (await connection.execute(text(statement))).all()

    async def statements(self, document, **variables):
        """Ask, and count the statements that the database was given."""
        counted: Counter[str] = Counter()

        def count(_connection, _cursor, statement, *_rest):
            counted[statement] += 1

        event.listen(self.engine.sync_engine, "before_cursor_execute", count)
        try:
            await self.ask(document, **variables)
        finally:
            event.remove(self.engine.sync_engine, "before_cursor_execute", count)
        return counted.total()
