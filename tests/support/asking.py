"""Asking one service's graph within one company, as its clients ask it."""

from collections import Counter
from contextlib import aclosing
from functools import partial

import orjson
from sqlalchemy import event, select, text

from services.chassis import migrations
from services.chassis.access import Access, ByRole, Directory
from services.chassis.actor import Actor, ActorKind, Portal
from services.chassis.audit import AuditLine
from services.chassis.database import metadata_of, reading
from services.chassis.exchange import UNKNOWN
from services.chassis.files import FileLimits
from services.chassis.graph.answer import Answerer
from services.chassis.graph.request import Request, no_readers
from services.chassis.ids import new_id
from services.chassis.outbox import StoredEvent
from services.chassis.permissions import Permission
from services.chassis.tokens import Identity
from services.chassis.work import Works

AFTERWARDS = "changedFields events { type } userErrors { code reason message path }"


class Asker:
    """`answerer` is made once for all tests: it keeps the documents that it has checked.

    Who asks, a subclass knows; `app` is what the service's own resolvers share.
    """

    service: str
    answerer: Answerer
    reckoning = UNKNOWN
    limits = FileLimits()

    def __init__(self, engine, tenant, app=None):
        self.engine = engine
        self.tenant = tenant
        self.works = Works(engine, self.service)
        self.app = app

    async def actor(self, who):
        raise NotImplementedError

    async def answer(self, document, who=None, header=None, **variables):
        """Ask; `header` is the request's idempotency key."""
        answer = await self.answerer.answer(await self.request(who, header), document, variables)
        return orjson.loads(orjson.dumps(answer))

    async def answers(self, document, who=None, **variables):
        """Subscribe, and give each answer as it comes."""
        request = await self.request(who)
        async with aclosing(self.answerer.answers(request, document, variables)) as answers:
            async for it in answers:
                yield orjson.loads(orjson.dumps(it))

    async def request(self, who, header=None):
        """Make the context of a request; what its caller may do is read anew when asked."""
        shapes = self.answerer.schema.shapes
        return Request(
            *(await self.actor(who), self.works, shapes, self.app, self.reckoning),
            *(header, self.limits, no_readers, partial(self.actor, who), self.actor),
        )

    async def ask(self, document, who=None, header=None, **variables):
        """Ask, and take it that all of it is answered."""
        answer = await self.answer(document, who, header, **variables)
        assert "errors" not in answer, answer["errors"]
        return answer["data"]

    async def mutate(self, deed, returned, who=None, **given):
        """Do a deed with what is given of `id`, `input` and `expectedVersion`."""
        kinds = {"id": "ID!", "input": f"{capitalised(deed)}Input!", "expectedVersion": "Int"}
        declared = ", ".join(f"${it}: {kinds[it]}" for it in given)
        handed = ", ".join(f"{it}: ${it}" for it in given)
        document = (
            f"mutation({declared}) {{ done: {deed}({handed}) {{ {returned} {AFTERWARDS} }} }}"
        )
        done = (await self.ask(document, who, **given))["done"]
        self.require_promised(deed, done["events"])
        return done

    def require_promised(self, deed, events):
        """Hold what a mutation published against what its description says that it publishes."""
        mutation = self.answerer.schema._schema.mutation_type
        assert mutation
        description = mutation.fields[deed].description or ""
        unsaid = [it["type"] for it in events if it["type"] not in description]
        assert unsaid == [], f"{deed} does not say that it publishes {unsaid}"

    async def rows(self, statement, **parameters):
        async with reading(self.engine, self.tenant) as connection:
            return (await connection.execute(text(statement), parameters)).all()

    async def counted(self, table):
        return (await self.rows(f"SELECT count(*) FROM {table}"))[0][0]

    async def counts(self):
        """Count the rows of every table of the service."""
        tables = [*migrations.FOUNDATION, *metadata_of(self.service).tables]
        counts = ", ".join(f"(SELECT count(*) FROM {it})" for it in tables)
        (row,) = await self.rows(f"SELECT {counts}")
        return dict(zip(tables, row, strict=True))

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


class Workplace(Asker):
    """Asks as the staff users who work here; the first one employed is signed in, unless said.

    `directory`, `roles` and `services` are the service's own, from which it reads who may what.
    """

    directory: Directory
    roles: ByRole
    services: ByRole
    guests: frozenset[Permission] = frozenset()

    def __init__(self, engine, tenant, app=None):
        super().__init__(engine, tenant, app)
        known = self.directory, self.roles, self.services, self.guests
        self.access = Access(engine, *known)
        self.person = ""

    def particulars(self, id):
        """Give what else a staff user is made of: this is a copy, told by one event."""
        return {"sequence": 1}

    async def employ(self, *roles, is_active=True):
        """Let a staff user be known here; the first one is signed in."""
        id = new_id("usr")
        given = {"id": id, "roles": list(roles), "is_active": is_active, **self.particulars(id)}
        async with self.works.begin(Actor.system(self.tenant, self.service)) as work:
            work.add(self.directory.staff, **given)
        self.person = self.person or id
        return id

    async def guest(self, customer):
        """Let a guest of the portal be known here, by whom a token says it is."""
        id, person = new_id("pid"), new_id("con")
        given = {"id": id, "sequence": 1, "customer_id": customer, "contact_id": person}
        assert self.directory.portal
        async with self.works.begin(Actor.system(self.tenant, self.service)) as work:
            work.add(self.directory.portal.identities, **given, is_active=True)
        return Identity(self.tenant, id, ActorKind.PORTAL, portal=Portal(customer, person))

    async def actor(self, who):
        """Know a staff user by its id, and whoever comes with a token by what that says."""
        if isinstance(who, Identity):
            return await self.access.actor(who)
        return await self.access.actor(Identity(self.tenant, who or self.person, ActorKind.USER))

    async def make(self, record, fields, given, person=None):
        return await self.mutate(
            f"create{record}", _made(uncapitalised(record), fields), person, input=given
        )

    async def change(self, record, fields, id, given, person=None, version=None):
        asked = {"id": id, "input": given, "expectedVersion": version}
        made = _made(uncapitalised(record), fields)
        return await self.mutate(f"update{record}", made, person, **asked)

    async def act(self, deed, record, fields, id, person=None, **given):
        """Do one of the deeds that a record knows, such as `placeOrder`."""
        asked = {"id": id, "input": given} if given else {"id": id}
        return await self.mutate(deed, _made(record, fields), person, **asked)

    async def upsert(self, records, record, fields, items, person=None):
        """Bring in many; give the results, and the types of the events as one list."""
        name = capitalised(records)
        document = (
            f"mutation($items: [Upsert{name}Item!]!) {{ done: upsert{name}(items: $items)"
            f" {{ results {{ index status {_made(record, fields)}"
            f" userErrors {{ code reason path }} }} events {{ type }}"
            f" userErrors {{ code reason }} }} }}"
        )
        done = (await self.ask(document, person, items=items))["done"]
        assert done["userErrors"] == []
        self.require_promised(f"upsert{name}", done["events"])
        return done["results"], [it["type"] for it in done["events"]]


def reasons(done):
    return [it["reason"] for it in done["userErrors"]]


def codes(done):
    return [it["code"] for it in done["userErrors"]]


def capitalised(name):
    return name[:1].upper() + name[1:]


def uncapitalised(name):
    return name[:1].lower() + name[1:]


def _made(record, fields):
    return f"made: {record} {{ {fields} }}"
