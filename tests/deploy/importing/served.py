"""Customers' graph on a port of this machine, which can be told to fail for a while."""

import asyncio
import os
import shlex

import orjson
from aiohttp import web
from sqlalchemy import text

from services.chassis.access import Access
from services.chassis.actor import Actor, ActorKind
from services.chassis.changes import Changes
from services.chassis.database import connect, reading
from services.chassis.ending import end
from services.chassis.exchange import UNKNOWN
from services.chassis.files import FileLimits
from services.chassis.graph.answer import Answerer
from services.chassis.graph.request import Request
from services.chassis.ids import new_id
from services.chassis.runner import Runner
from services.chassis.tokens import (
    PUBLIC_AUDIENCE,
    Identity,
    InvalidToken,
    Signer,
    Verifier,
    new_key,
)
from services.chassis.work import Works
from services.customers.permissions import ROLES, SERVICES
from services.customers.portal.queries import directory
from services.customers.schema import schema
from services.customers.staff import commands
from tests.support.forking import forked


class Served:
    """`faults` are answers to give instead of the next ones."""

    def __init__(self, database, engine, tenant):
        self.database = database
        self.tenant = tenant
        self.engine = engine
        self.works = Works(engine, "customers")
        self.access = Access(engine, directory, ROLES, SERVICES)
        self.schema = schema()
        self.answerer = Answerer(self.schema)
        self.signer = Signer("customers", new_key())
        self.verifier = Verifier(PUBLIC_AUDIENCE, {"customers": self.signer.jwks()})
        self.faults = []
        self.asked = []

    async def start(self):
        app = web.Application()
        app.router.add_post("/graphql", self.answer)
        self.runner = web.AppRunner(app)
        await self.runner.setup()
        await web.TCPSite(self.runner, "127.0.0.1", 0).start()
        self.jobs = connect(self.database.app_url, name="customers jobs")
        self.worker = connect(self.database.worker_url, pooled=False)
        runner = Runner(
            *(Works(self.jobs, "customers"), self.worker, self.schema.deeds(UNKNOWN)),
            *(self.access.actor, FileLimits()),
        )
        self.working = asyncio.create_task(runner.run())
        self.url = f"http://127.0.0.1:{self.runner.addresses[0][1]}/graphql"

    async def stop(self):
        await end([self.working])
        await self.jobs.dispose()
        await self.worker.dispose()
        await self.runner.cleanup()

    async def employ(self, *roles):
        """Let somebody work here, and give their id."""
        values = {"name": "Ann", "email": f"{new_id('a')}@company.example", "roles": list(roles)}
        async with self.works.begin(Actor.system(self.tenant, "test")) as work:
            return (await commands.create(work, Changes(values))).id

    async def token(self, *roles, life):
        identity = Identity(self.tenant, await self.employ(*roles), ActorKind.USER)
        return self.signer.sign(identity, audience=PUBLIC_AUDIENCE, life=life)

    async def answer(self, request):
        asked = orjson.loads(await request.read())
        self.asked.append(asked)
        if self.faults:
            return self._fault(request, self.faults.pop(0))
        try:
            identity = self.verifier.verify(request.headers["authorization"].split()[1])
        except InvalidToken:
            return web.Response(status=401, text="{}")
        context = Request(await self.access.actor(identity), self.works, self.schema.shapes)
        answer = await self.answerer.answer(context, asked["query"], asked["variables"])
        return web.Response(body=orjson.dumps(answer), content_type="application/json")

    def _fault(self, request, fault):
        if fault == "break off":
            request.transport.close()
            return web.Response()
        if isinstance(fault, int):
            return web.Response(status=fault)
        return _error(fault, f"this is {fault}")

    async def crm(self, token, folder, arguments):
        """Run `crm` in a folder, as whoever has a token, on this graph."""
        return await asyncio.to_thread(
            forked,
            [*shlex.split(arguments), "--url", self.url],
            environment={**os.environ, "CRM_TOKEN": token},
            folder=folder,
        )

    async def rows(self, statement):
        async with reading(self.engine, self.tenant) as connection:
            return [tuple(it) for it in await connection.execute(text(statement))]


def _error(code, message):
    error = {"message": message, "extensions": {"code": code, "service": "customers"}}
    return web.json_response({"data": {"done": None, "found": None}, "errors": [error]})
